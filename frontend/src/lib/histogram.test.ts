import { describe, expect, it } from "vitest";
import { histogram, niceStep } from "./histogram";

describe("histogram", () => {
  it("countsEveryValueOnce", () => {
    let seed = 42;
    const values = Array.from({ length: 5_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed / 2_147_483_647) ** 3 * 150;
    });
    const bins = histogram(values, false);
    expect(bins.reduce((n, b) => n + b.count, 0)).toBe(5_000);
    expect(bins.length).toBeGreaterThan(5);
    expect(bins.length).toBeLessThanOrEqual(82);
    for (const value of values.slice(0, 100)) {
      expect(bins.some((b) => b.from <= value && value <= b.to)).toBe(true);
    }
  });
  it("drawsOneValueAsOneBin", () => {
    expect(histogram([5, 5, 5], false)).toEqual([{ from: 5, to: 6, count: 3, rows: [0, 1, 2] }]);
  });
  it("isEmptyWithoutValues", () => {
    expect(histogram([], false)).toEqual([]);
    expect(histogram([Number.NaN, 0, -1], true)).toEqual([]);
  });
  it("countsOnlyAboveZeroOnALogScale", () => {
    const bins = histogram([0, 1e-10, 1e-5, 1, 100], true);
    expect(bins.reduce((n, b) => n + b.count, 0)).toBe(4);
    expect(bins.every((b) => b.from > 0)).toBe(true);
    expect(bins.flatMap((b) => b.rows)).toEqual([1, 2, 3, 4]);
  });
  it("stepsInRoundNumbers", () => {
    expect([0.9, 1.2, 2.2, 4, 7, 13].map(niceStep)).toEqual([1, 2, 2.5, 5, 10, 20]);
  });
});
