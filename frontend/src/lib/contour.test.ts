import { describe, expect, it } from "vitest";
import { contoursOf, gridOf, levelsOf, type Grid } from "./contour";

/** The same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function anyGrid(next: () => number): Grid {
  const axis = () => {
    let at = next() * 10 - 5;
    return Array.from({ length: 2 + Math.floor(next() * 12) }, () => (at += 0.1 + next() * 3));
  };
  const [x, y] = [axis(), axis()];
  const z = y.flatMap(() => x.map(() => 0.01 + next() * 50));
  return { x, y, z, rows: z.map((_, i) => [i]) };
}

/** The grid's value at a place on one of its lines, looked for the slow way; undefined when the place is on none. */
function valueAt(grid: Grid, [px, py]: [number, number], log: boolean): number | undefined {
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(a));
  const z = (i: number, j: number) => grid.z[j * grid.x.length + i] ?? Number.NaN;
  const mix = (a: number, b: number, part: number) => (log ? 10 ** (Math.log10(a) * (1 - part) + Math.log10(b) * part) : a * (1 - part) + b * part);
  for (let i = 0; i < grid.x.length; i++) {
    for (let j = 0; j < grid.y.length; j++) {
      const [x = 0, y = 0, x1 = Number.NaN, y1 = Number.NaN] = [grid.x[i], grid.y[j], grid.x[i + 1], grid.y[j + 1]];
      if (near(y, py) && px >= x - 1e-9 && px <= x1 + 1e-9) {
        return mix(z(i, j), z(i + 1, j), (px - x) / (x1 - x));
      }
      if (near(x, px) && py >= y - 1e-9 && py <= y1 + 1e-9) {
        return mix(z(i, j), z(i, j + 1), (py - y) / (y1 - y));
      }
    }
  }
  return undefined;
}

describe("contour lines", () => {
  it("haveTheirLevelAtEveryPoint", () => {
    const next = random(11);
    let points = 0;
    for (let round = 0; round < 120; round++) {
      const grid = anyGrid(next);
      const log = round % 2 === 1;
      for (const { level, lines } of contoursOf(grid, levelsOf(grid.z, log), log)) {
        for (const point of lines.flat()) {
          points++;
          const value = valueAt(grid, point, log);
          expect(Math.abs((value ?? Number.NaN) / level - 1)).toBeLessThan(1e-6);
        }
      }
    }
    expect(points).toBeGreaterThan(5_000);
  });
  it("crossEveryEdgeOfTheGridBetweenLowerAndHigherValues", () => {
    const next = random(12);
    for (let round = 0; round < 60; round++) {
      const grid = anyGrid(next);
      for (const { level, lines } of contoursOf(grid, levelsOf(grid.z, false), false)) {
        const crossed = new Set(lines.flat().map((p) => p.map((v) => v.toFixed(9)).join()));
        let edges = 0;
        const nx = grid.x.length;
        grid.z.forEach((z, place) => {
          const right = place % nx < nx - 1 ? grid.z[place + 1] : undefined;
          const above = grid.z[place + nx];
          edges += [right, above].filter((other) => other !== undefined && z >= level !== other >= level).length;
        });
        expect(crossed.size).toBe(edges);
      }
    }
  });
  it("encloseTheHigherValues", () => {
    const z = [0, 0, 0, 0, 10, 0, 0, 0, 0];
    const grid: Grid = { x: [0, 1, 2], y: [0, 10, 20], z, rows: z.map((_, i) => [i]) };
    const [five] = contoursOf(grid, [5], false);
    expect(five?.lines).toHaveLength(1);
    expect(five?.lines[0]?.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]).filter((p, i, all) => String(p) !== String(all[i - 1]))).toEqual([[0.5, 10], [1, 5], [1, 15], [1.5, 10]]);
  });
  it("endAtTheEdgeOfTheGrid", () => {
    const grid: Grid = { x: [1, 2, 4], y: [1, 2], z: [0, 1, 2, 0, 1, 2], rows: [] };
    const [line] = contoursOf(grid, [1.5], false);
    expect(line?.lines).toHaveLength(1);
    expect(new Set(line?.lines[0]?.map(String))).toEqual(new Set(["3,1", "3,2"]));
    expect(line?.areas.flat().every(([x, y]) => x >= 3 && x <= 4 && y >= 1 && y <= 2)).toBe(true);
  });
});

describe("levels", () => {
  it("areRoundAndBetweenTheValues", () => {
    expect(levelsOf([0, 8], false)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(levelsOf([-0.31, 0.52], false)).toEqual([-0.2, 0, 0.2, 0.4]);
    expect(levelsOf([3, 3], false)).toEqual([]);
  });
  it("areOfEveryDecadeOnALogScale", () => {
    expect(levelsOf([0.3, 400], true)).toEqual([0.5, 1, 2, 5, 10, 20, 50, 100, 200]);
    expect(levelsOf([1e-9, 1], true)).toEqual([1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]);
  });
});

describe("a grid of rows", () => {
  const all = () => true;
  it("hasTheMeanOfTheRowsOfEachPlace", () => {
    expect(gridOf([2, 1, 2, 1, 2], [5, 5, 7, 7, 5], [1, 2, 3, 4, 5], all)).toEqual({ x: [1, 2], y: [5, 7], z: [2, 3, 4, 3], rows: [[1], [0, 4], [3], [2]] });
  });
  it("isNoneWithHolesWordsOrOneValue", () => {
    expect(gridOf([1, 2, 1], [1, 1, 2], [1, 2, 3], all)).toEqual({ kind: "holes", missing: 1, places: 4 });
    expect(gridOf([1, 2, 1, 2], [1, 1, 2, 2], [1, 2, -3, Number.NaN], (z) => z > 0)).toEqual({ kind: "holes", missing: 2, places: 4 });
    expect(gridOf(["a", 2], [1, 1], [1, 2], all)).toEqual({ kind: "words" });
    expect(gridOf([1, 1], [1, 2], [1, 2], all)).toEqual({ kind: "one" });
  });
});
