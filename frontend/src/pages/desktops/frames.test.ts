import { expect, test } from "vitest";
import { pause } from "./connection";
import { input, resize } from "./frames";
import { keysymOf } from "./keys";

test("input carries UTF-8 and its length", () => {
  expect([...input("é")[0]!]).toEqual([0x69, 0, 2, 0xc3, 0xa9]);
  expect(input("")).toEqual([]);
});

test("a long paste is cut into frames of at most 65535 bytes", () => {
  expect(input("x".repeat(70_000)).map((f) => f.length)).toEqual([65_538, 4_468]);
});

test("a resize tells columns and rows", () => {
  expect([...resize(300, 50)]).toEqual([0x72, 0, 4, 1, 44, 0, 50]);
});

test("a letter becomes its keysym: Latin-1 as it is, the rest by the Unicode rule", () => {
  expect(["a", "ß", "\n", "日", "€"].map((c) => keysymOf(c))).toEqual([0x61, 0xdf, 0xff0d, 0x010065e5, 0x010020ac]);
});

test("a lost connection is tried again at once, then ever more slowly", () => {
  expect([0, 1, 2, 3, 4, 9].map(pause)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 8_000]);
});
