import { describe, expect, it } from "vitest";
import type { Plot } from "../../api/types";
import { itemsOf } from "./items";
import { optionFor, type PlotData } from "./plot";
import { meansOf, repeated } from "./repeats";

const data: PlotData = { x: [1, 1, 1, 2, 2, 1], y: [2, 4, 6, 10, Number.NaN, 7], label: ["a", "b", "c", "d", "e", "f"], group: ["p", "p", "p", "p", "p", "q"] };
const plot: Plot = { title: "T", kind: "line", table: "t", x: { column: "x", label: "X" }, y: { column: "y", label: "Y" } };

describe("repeated runs", () => {
  it("areTheirMeanAndStandardDeviation", () => {
    expect(meansOf(data)).toEqual({ x: [1, 2, 1], y: [4, 10, 7], label: ["", "d", "f"], group: ["p", "p", "q"], members: [[0, 1, 2], [3], [5]], spread: [2, 0, 0] });
  });
  it("agreeWithCountingAgain", () => {
    let seed = 8;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const many: PlotData = { x: Array.from({ length: 400 }, () => Math.floor(next() * 9)), y: Array.from({ length: 400 }, () => next() * 5), label: [] };
    const means = meansOf(many);
    means.x.forEach((x, i) => {
      const here = many.y.filter((_, row) => many.x[row] === x);
      const mean = here.reduce((a, b) => a + b) / here.length;
      expect(means.y[i]).toBeCloseTo(mean, 9);
      const square = here.reduce((a, b) => a + b * b, 0) / here.length - mean * mean;
      expect(means.spread?.[i]).toBeCloseTo(Math.sqrt((square * here.length) / (here.length - 1)), 6);
    });
    expect(new Set(means.x).size).toBe(means.x.length);
  });
  it("areSeenByTheirXAndRun", () => {
    expect(repeated(data)).toBe(true);
    expect(repeated(meansOf(data))).toBe(false);
  });
  it("areChosenTogetherAndDrawnWithBars", () => {
    const means = meansOf({ ...data, group: undefined });
    const scales = { logX: false, logY: false };
    expect(itemsOf(plot, means, scales).map((item) => item.rows)).toEqual([[0, 1, 2, 5], [3]]);
    expect(itemsOf(plot, means, scales)[0]?.words()).toContain("4 rows");
    const { series } = optionFor(plot, means, scales, "light") as unknown as { series: { type: string; data: number[][] }[] };
    expect(series.map((s) => s.type)).toEqual(["line", "custom"]);
    expect(series[1]?.data.map(([x]) => x)).toEqual([1]);
  });
});
