import { describe, expect, it } from "vitest";
import { rangeOf, readRange, type Range } from "./range";

const range = (change: Partial<Range>): Range => ({ kind: "step", from: "0", to: "1", step: "0.1", count: "5", ...change });

describe("ranges of a sweep", () => {
  it("countsWhatTheServerMakes", () => {
    expect(readRange(range({}), undefined, false)).toEqual({ kind: "range", count: 11, ends: [0, 1], request: { from: 0, to: 1, step: 0.1 } });
    expect(readRange(range({ kind: "even" }), undefined, false)).toMatchObject({ count: 5, request: { from: 0, to: 1, count: 5 } });
    expect(readRange(range({ kind: "log", from: "1", to: "8", count: "4" }), undefined, true)).toMatchObject({ count: 4 });
    expect(readRange(range({ kind: "even", from: "1", to: "3", count: "8" }), undefined, true)).toMatchObject({ count: 3 });
    expect(readRange(range({ kind: "latin", count: "100" }), undefined, false)).toMatchObject({ count: 100, request: { from: 0, to: 1, count: 100, sample: "latin" } });
  });
  it("readsUnits", () => {
    expect(readRange(range({ from: "1 um", to: "3 um", step: "1000 nm" }), "nm", false)).toMatchObject({ count: 3, ends: [1000, 3000] });
  });
  it("saysWhichFieldIsWrongAndWhy", () => {
    expect(readRange(range({ from: "x" }), undefined, false)).toMatchObject({ field: "from", why: "number" });
    expect(readRange(range({ to: "-1" }), undefined, false)).toMatchObject({ field: "to", why: "order" });
    expect(readRange(range({ kind: "log" }), undefined, false)).toMatchObject({ field: "from", why: "positive" });
    expect(readRange(range({ to: "1e9", step: "1" }), undefined, false)).toMatchObject({ field: "step", why: "many", value: "1000000001" });
    expect(readRange(range({ kind: "random", count: "1000000000" }), undefined, false)).toMatchObject({ field: "count", why: "many" });
  });
  it("comesBackFromARequest", () => {
    for (const kind of ["step", "even", "log", "random", "latin"] as const) {
      const read = readRange(range({ kind, from: "1", to: "2" }), undefined, false);
      expect(read.kind === "range" && rangeOf(read.request)?.kind).toBe(kind);
    }
    expect(rangeOf([1, 2])).toBeUndefined();
  });
});
