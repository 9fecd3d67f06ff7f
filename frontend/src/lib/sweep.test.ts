import { describe, expect, it } from "vitest";
import { number, parseSweep } from "./sweep";

describe("numbers as typed", () => {
  it("readsWhatTheFieldWrites", () => {
    expect(["10", "0.5", ".5", "5.", "1e-5", "-2E+3"].map(number)).toEqual([10, 0.5, 0.5, 5, 1e-5, -2000]);
  });
  it("refusesWhatOnlyLooksLikeOne", () => {
    expect(["", " ", "1,5", "1e", "0x10", "Infinity", "1e999", "ten"].map(number)).toEqual(new Array(8).fill(undefined));
  });
});

describe("several values", () => {
  it("readsCommasLinesAndSpaces", () => {
    expect(parseSweep("1, 2\n4;8 16", "integer")).toEqual({ kind: "values", values: [1, 2, 4, 8, 16] });
  });
  it("readsRanges", () => {
    expect(parseSweep("1..4", "integer")).toEqual({ kind: "values", values: [1, 2, 3, 4] });
    expect(parseSweep("0..0.3:0.1", "number")).toEqual({ kind: "values", values: [0, 0.1, 0.2, 0.3] });
  });
  it("keepsEachValueOnce", () => {
    expect(parseSweep("1 1 2", "integer")).toEqual({ kind: "values", values: [1, 2] });
  });
  it("readsUnits", () => {
    expect(parseSweep("1 um, 500 nm\n2", "number", "nm")).toEqual({ kind: "values", values: [1000, 500, 2] });
    expect(parseSweep("1 2", "number", "nm")).toEqual({ kind: "values", values: [1, 2] });
    expect(parseSweep("1 kg", "number", "nm")).toEqual({ kind: "problem", words: "1 kg" });
  });
  it("readsTextByLine", () => {
    expect(parseSweep("a b\nc, d\n", "string")).toEqual({ kind: "values", values: ["a b", "c, d"] });
  });
  it("namesTheValueThatIsWrong", () => {
    expect(parseSweep("1, x", "number")).toEqual({ kind: "problem", words: "x" });
    expect(parseSweep("1, 2.5", "integer")).toEqual({ kind: "problem", words: "2.5" });
    expect(parseSweep("4..1", "integer")).toEqual({ kind: "problem", words: "4..1" });
    expect(parseSweep("0..1e9", "integer")).toEqual({ kind: "problem", words: "0..1e9" });
    expect(parseSweep("  ", "number")).toEqual({ kind: "problem", words: "empty" });
  });
});
