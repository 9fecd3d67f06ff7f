import { describe, expect, it } from "vitest";
import type { Plot } from "../../api/types";
import { itemAt, itemsIn, itemsOf, stepTo } from "./items";
import { optionFor, type PlotData } from "./plot";
import { chosenAfter } from "./useChosen";

const plot: Plot = { title: "T", kind: "scatter", table: "t", x: { column: "x", label: "X" }, y: { column: "y", label: "Y" } };
const linear = { logX: false, logY: false };

/** The same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function rows(n: number, seed = 5): PlotData {
  const next = random(seed);
  return { x: Array.from({ length: n }, () => Math.round(next() * 40) - 5), y: Array.from({ length: n }, () => (next() < 0.1 ? Number.NaN : next() * 10 - 2)), label: [] };
}

describe("a box in a plot", () => {
  it("holdsThePointsThatStandInIt", () => {
    for (let seed = 1; seed < 30; seed++) {
      const data = rows(200, seed);
      const scales = { logX: seed % 2 === 0, logY: seed % 3 === 0 };
      const found = itemsIn(itemsOf(plot, data, scales), { x: [3, 20], y: [0.5, 6] }).flatMap((i) => i.rows);
      const wanted = data.x.map((_, i) => i).filter((i) => Number(data.x[i]) >= 3 && Number(data.x[i]) <= 20 && (data.y[i] ?? -1) >= 0.5 && (data.y[i] ?? 99) <= 6);
      expect(found.toSorted((a, b) => a - b)).toEqual(wanted);
    }
  });
  it("holdsEveryRowOfAllBinsAndCellsOnce", () => {
    const data = rows(300);
    const everywhere = { x: [-1e9, 1e9], y: [-1e9, 1e9] } as const;
    const bins = itemsIn(itemsOf({ ...plot, kind: "histogram" }, data, linear), everywhere);
    expect(bins.flatMap((b) => b.rows).toSorted((a, b) => a - b)).toEqual(data.x.map((_, i) => i));
    const heat: Plot = { ...plot, kind: "heatmap", z: { column: "z", label: "Z" } };
    const cells = itemsIn(itemsOf(heat, { ...data, rows: data.x.map((x) => Number(x) % 4), z: data.x.map(Number) }, linear), everywhere);
    expect(cells.flatMap((b) => b.rows).toSorted((a, b) => a - b)).toEqual(data.x.map((_, i) => i));
  });
  it("takesABinThatItMeetsAndNotTheNext", () => {
    const data: PlotData = { x: [1, 1, 2, 3], y: [], label: [] };
    const items = itemsOf({ ...plot, kind: "histogram" }, data, linear);
    expect(itemsIn(items, { x: [2, 2.9], y: [0, 9] }).flatMap((i) => i.rows)).toEqual([2]);
    expect(itemAt(items, [1.5, 1], { x: [1.4, 1.6], y: [0.9, 1.1] }, linear)?.rows).toEqual([0, 1]);
  });
});

describe("a place in a plot", () => {
  it("isThePointNearestToIt", () => {
    const data: PlotData = { x: [1, 2, 2.2], y: [1, 1, 1], label: ["a", "b", "c"] };
    const items = itemsOf(plot, data, linear);
    expect(itemAt(items, [2.15, 1], { x: [1.8, 2.5], y: [0.5, 1.5] }, linear)?.words()).toBe("c\nX: 2.2\nY: 1");
    expect(itemAt(items, [5, 1], { x: [4.8, 5.2], y: [0.5, 1.5] }, linear)).toBeUndefined();
  });
  it("isABarByItsPlaceAmongThem", () => {
    const items = itemsOf({ ...plot, kind: "bar" }, { x: ["u", "v"], y: [3, -2], label: [] }, linear);
    expect(itemAt(items, [1, -1], { x: [1, 1], y: [-1.1, -0.9] }, linear)?.rows).toEqual([1]);
    expect(itemAt(items, [1, 2], { x: [1, 1], y: [1.9, 2.1] }, linear)).toBeUndefined();
  });
});

describe("what can be pointed at", () => {
  it("isWhatIsDrawnInItsOrder", () => {
    const data = rows(100);
    for (const kind of ["line", "scatter", "bar"] as const) {
      for (const logY of [false, true]) {
        const scales = { logX: false, logY };
        const drawn = (optionFor({ ...plot, kind }, data, scales, "light") as unknown as { series: { data: { value: number[] | number }[] }[] }).series[0]?.data ?? [];
        const items = itemsOf({ ...plot, kind }, data, scales);
        expect(items.map((i) => data.y[i.rows[0] ?? -1])).toEqual(drawn.map((d) => (typeof d.value === "number" ? d.value : d.value[1])));
      }
    }
  });
  it("isReachedByKeys", () => {
    const heat: Plot = { ...plot, kind: "heatmap", z: { column: "z", label: "Z" } };
    const items = itemsOf(heat, { x: [1, 2, 1, 2], y: [], label: [], rows: [1, 1, 2, 2], z: [1, 2, 3, 4] }, linear);
    expect([stepTo(items, -1, "ArrowRight"), stepTo(items, 0, "ArrowRight"), stepTo(items, 0, "ArrowUp"), stepTo(items, 3, "ArrowDown"), stepTo(items, 3, "ArrowUp"), stepTo(items, 2, "x")]).toEqual([0, 1, 2, 1, 3, undefined]);
  });
});

describe("a choice", () => {
  it("isReplacedAddedToAndTakenBack", () => {
    const before = new Set([1, 5]);
    expect(chosenAfter(before, [9, 3, 3], false)).toEqual([3, 9]);
    expect(chosenAfter(before, [3], true)).toEqual([1, 3, 5]);
    expect(chosenAfter(before, [5], true)).toEqual([1]);
  });
});
