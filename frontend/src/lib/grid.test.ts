import { describe, expect, it } from "vitest";
import { cellsOf, RANGES } from "./grid";

/** The same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe("the cells of a heat map", () => {
  it("areInTheOrderOfTheirNumbersWithMeans", () => {
    expect(cellsOf([2, 1, 2, 10], ["b", "a", "b", "a"], [1, 2, 4, 8])).toEqual({
      x: ["1", "2", "10"],
      y: ["b", "a"],
      cells: [
        [1, 0, 2.5, 2],
        [0, 1, 2, 1],
        [2, 1, 8, 1],
      ],
      rows: [[0, 2], [1], [3]],
    });
  });
  it("leaveOutWhatIsNoNumber", () => {
    expect(cellsOf([1, Number.NaN, 2], [1, 1, 2], [5, 6, Number.NaN])).toEqual({ x: ["1", "2"], y: ["1", "2"], cells: [[0, 0, 5, 1]], rows: [[0]] });
    expect(cellsOf([], [], [])).toEqual({ x: [], y: [], cells: [], rows: [] });
  });
  it("agreeWithLookingAtEveryRowForEveryCell", () => {
    const next = random(7);
    for (let round = 0; round < 40; round++) {
      const rows = Array.from({ length: 150 }, () => [Math.floor(next() * 12), Math.floor(next() * 5), next()] as const);
      const { x, y, cells } = cellsOf(rows.map((r) => r[0]), rows.map((r) => r[1]), rows.map((r) => r[2]));
      const wanted = y.flatMap((b, row) =>
        x.flatMap((a, column) => {
          const here = rows.filter((r) => String(r[0]) === a && String(r[1]) === b).map((r) => r[2]);
          return here.length === 0 ? [] : [[column, row, here.reduce((s, v) => s + v, 0) / here.length, here.length]];
        }),
      );
      expect(cells.toSorted((a, b) => a[1] - b[1] || a[0] - b[0])).toEqual(wanted);
    }
  });
  it("areRangesWhereValuesAreMany", () => {
    const many = Array.from({ length: 500 }, (_, i) => i / 499);
    const { x, cells } = cellsOf(many, many.map(() => "one"), many);
    expect(x).toHaveLength(RANGES);
    expect(cells.reduce((n, c) => n + c[3], 0)).toBe(500);
    expect(cells.map((c) => c[0])).toEqual(Array.from({ length: RANGES }, (_, i) => i));
  });
});
