import { describe, expect, it } from "vitest";
import type { Plot } from "../../api/types";
import { facetsOption } from "./facetsOption";
import { itemsOf } from "./items";
import { optionFor, type PlotData } from "./plot";
import { alike, partsOf, sharedOf } from "./views";

const plot: Plot = { title: "T", kind: "line", table: "t", x: { column: "x", label: "X", units: "s" }, y: { column: "y", label: "Y" } };
const scales = { logX: false, logY: false };
/** Two sizes at two angles: rows 0 and 1 are of the first of both. */
const data: PlotData = {
  x: [0, 1, 0, 1, 0, 1, 0, 1],
  y: [0, 1, 2, 3, 4, 5, 6, 71],
  label: [],
  group: ["a 1", "a 1", "a 2", "a 2", "a 1", "a 1", "a 2", "a 2"],
};
const sizes = ["s 1", "s 1", "s 1", "s 1", "s 2", "s 2", "s 2", "s 2"];

const facets = (of: Plot, all: PlotData, words: readonly string[], log = scales) => alike(of, partsOf(all, words), log, true);

interface Drawn {
  xAxis: { min: number; max: number; data?: string[] };
  yAxis: { min: number; max: number; data?: string[] };
  visualMap: { min: number; max: number; show: boolean };
  series: { type: string; name: string; data: (number[] | { value: number[] })[] }[];
}
const drawn = (of: Plot, all: PlotData, words: readonly string[], log = scales) => facets(of, all, words, log).map((part) => optionFor(of, part.data, log, "light") as unknown as Drawn);

describe("facets", () => {
  const parts = facets(plot, data, sizes);

  it("areOneForEachValueWithItsOwnPoints", () => {
    expect(parts.map((p) => [p.words, p.data.y])).toEqual([
      ["s 1", [0, 1, 2, 3]],
      ["s 2", [4, 5, 6, 71]],
    ]);
  });

  it("haveTheAxesOfAll", () => {
    for (const { xAxis, yAxis } of drawn(plot, data, sizes)) {
      expect(xAxis).toMatchObject({ min: 0, max: 1 });
      expect(yAxis).toMatchObject({ min: 0, max: 80 });
    }
  });

  it("keepTheColoursOfRunsAlsoWhereOneIsMissing", () => {
    const [, second] = drawn(plot, data, ["1", "1", "1", "1", "1", "1", "2", "2"]);
    expect(second?.series.map((s) => [s.name, s.data.length])).toEqual([
      ["a 1", 0],
      ["a 2", 2],
    ]);
  });

  it("chooseTheRowsOfTheWholeTable", () => {
    const all: PlotData = { ...data, rows: data.x.map((x) => 1 - Number(x)), z: data.y };
    for (const kind of ["line", "scatter", "bar", "histogram", "heatmap", "contour"] as const) {
      const of: Plot = { ...plot, kind };
      expect(facets(of, all, sizes).map((part) => itemsOf(of, part.data, scales).flatMap((item) => item.rows).sort())).toEqual([
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ]);
    }
    const means = { ...data, members: data.x.map((_, i) => [2 * i, 2 * i + 1]) };
    expect(partsOf(means, sizes)[1]?.data.members?.[0]).toEqual([8, 9]);
  });
});

describe("histograms side by side", () => {
  const of: Plot = { ...plot, kind: "histogram" };
  it("haveTheSameBinsAndCounts", () => {
    const all: PlotData = { x: [1, 1, 1, 1, 2, 9, 30], y: [], label: [] };
    const [first, second] = drawn(of, all, ["a", "a", "a", "a", "b", "b", "b"]);
    expect(first?.xAxis).toEqual(second?.xAxis);
    expect(first?.yAxis.max).toBe(second?.yAxis.max);
    expect(first?.yAxis.max).toBeGreaterThanOrEqual(4);
    expect(first?.series[0]?.data).toHaveLength(1);
  });
});

describe("bars side by side", () => {
  const of: Plot = { ...plot, kind: "bar" };
  it("standInTheSamePlacesFromZero", () => {
    const all: PlotData = { x: ["a", "c", "a", "b", "b"], y: [5, 6, 7, 8, 9], label: [] };
    const [first, second] = drawn(of, all, ["1", "1", "2", "2", "2"]);
    // b comes twice in the second: as two bars
    expect(second?.xAxis.data).toEqual(["a", "c", "b", "b"]);
    expect(first?.xAxis.data).toEqual(second?.xAxis.data);
    expect(second?.series[0]?.data.map((bar) => ("value" in bar ? bar.value : []))).toEqual([
      [0, 7],
      [2, 8],
      [3, 9],
    ]);
    expect(second?.yAxis).toMatchObject({ min: 0, max: 10 });
    const [, part] = facets(of, all, ["1", "1", "2", "2", "2"]);
    expect(part && itemsOf(of, part.data, scales).map((item) => [item.rows, item.x])).toEqual([
      [[2], [-0.4, 0.4]],
      [[3], [1.6, 2.4]],
      [[4], [2.6, 3.4]],
    ]);
  });

  it("areByTheSizeOfNumbers", () => {
    const [first] = drawn(of, { x: [1, 10, 2], y: [1, 1, 1], label: [] }, ["1", "1", "2"]);
    expect(first?.xAxis.data).toEqual(["1", "2", "10"]);
  });
});

describe("heat maps and contours side by side", () => {
  const of: Plot = { ...plot, kind: "heatmap", z: { column: "z", label: "Z", units: "eV" } };
  const all: PlotData = { x: [1, 2, 1, 2, 1, 2, 1, 3], y: [], label: [], rows: [0, 0, 1, 1, 0, 0, 1, 1], z: [1, 2, 3, 4, 10, 20, 30, 100] };
  const words = ["a", "a", "a", "a", "b", "b", "b", "b"];

  it("haveTheSamePlacesAndColours", () => {
    for (const { xAxis, yAxis, visualMap } of drawn(of, all, words)) {
      expect([xAxis.data, yAxis.data]).toEqual([["1", "2", "3"], ["0", "1"]]);
      expect(visualMap).toMatchObject({ min: 1, max: 100, show: false });
    }
    expect(drawn(of, all, words, { logX: false, logY: true })[0]?.visualMap).toMatchObject({ min: 0, max: 2 });
  });

  it("haveTheSameLevels", () => {
    const grid = { ...all, x: [1, 2, 1, 2, 1, 2, 1, 2] };
    const contours = drawn({ ...of, kind: "contour" }, grid, words);
    expect(contours.map((c) => [c.series[0]?.type, c.visualMap.min, c.visualMap.max, c.xAxis.min, c.xAxis.max])).toEqual([
      ["custom", 1, 100, 1, 2],
      ["custom", 1, 100, 1, 2],
    ]);
    expect(contours[0]?.series[0]?.data).toHaveLength(contours[1]?.series[0]?.data.length ?? -1);
  });
});

describe("a file of plots side by side", () => {
  interface File {
    title: { text: string }[];
    grid: { left: number; top: number; width: number }[];
    xAxis: { name: string; gridIndex: number }[];
    series: { id?: string; type: string; xAxisIndex: number; data: unknown[] }[];
    legend?: { data: string[] };
    visualMap?: { show: boolean; seriesIndex: number[] };
  }
  const file = (of: Plot, all: PlotData, words: readonly string[], chosen: number[] = []) => {
    const { option, width, height } = facetsOption(of, facets(of, all, words), scales, new Set(chosen));
    return { ...(option as unknown as File), width, height };
  };

  it("hasAllWithTitlesAxesAndTheLegendOnce", () => {
    const { title, xAxis, grid, legend, width, height } = file(plot, data, sizes);
    expect(title.map((t) => t.text)).toEqual(["s 1", "s 2"]);
    expect(xAxis.map((x) => [x.name, x.gridIndex])).toEqual([
      ["X [s]", 0],
      ["X [s]", 1],
    ]);
    expect(legend?.data).toEqual(["a 1", "a 2"]);
    expect(grid.every((g) => g.left + g.width <= width && g.top < height)).toBe(true);
  });

  it("hasTheScaleOfColoursOnceForAll", () => {
    const heat: Plot = { ...plot, kind: "heatmap", z: { column: "z", label: "Z" } };
    const { visualMap, series, legend } = file(heat, { ...data, rows: data.x, z: data.y }, sizes);
    expect(visualMap?.show).toBe(true);
    expect(visualMap?.seriesIndex.map((i) => [series[i]?.type, series[i]?.xAxisIndex])).toEqual([
      ["heatmap", 0],
      ["heatmap", 1],
    ]);
    expect(legend).toBeUndefined();
  });

  it("marksChosenRowsWhereTheyAre", () => {
    const marked = file(plot, data, sizes, [4, 5]).series.filter((one) => one.id !== undefined && one.data.length > 0);
    expect(marked.map((one) => [one.xAxisIndex, one.data.length])).toEqual([[1, 2]]);
  });
});

describe("axes of compared plots", () => {
  it("holdErrorBarsAndAreRound", () => {
    expect(sharedOf(plot, [{ x: [0.12, 0.31], y: [10, 20], label: [], spread: [3, 0] }], scales)).toMatchObject({ x: [0.1, 0.35], y: [5, 20] });
  });

  it("areDecadesOnALogScaleAndHaveRoomAroundOneValue", () => {
    expect(sharedOf(plot, [{ x: [3, 3], y: [0.02, 40], label: [] }], { logX: false, logY: true })).toMatchObject({ x: [2, 4], y: [0.01, 100] });
  });
});
