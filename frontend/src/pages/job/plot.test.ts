import { describe, expect, it } from "vitest";
import type { Plot } from "../../api/types";
import { itemsOf } from "./items";
import { dropped, MOST_COLOURS, optionFor, overlaid, runsOf, type PlotData } from "./plot";

const plot: Plot = { title: "T", kind: "line", table: "t", x: { column: "step", label: "Step" }, y: { column: "t", label: "Temperature" } };
const scales = { logX: false, logY: false };

function runs(n: number): PlotData {
  const rows = Array.from({ length: n * 3 }, (_, i) => i);
  return { x: rows.map((i) => 2 - (i % 3)), y: rows.map((i) => i), label: [], group: rows.map((i) => `Density ${Math.floor(i / 3)}`) };
}

interface Drawn {
  series: { type: string; name: string; data: { value: number[] }[]; lineStyle: { color: string } }[];
  legend?: unknown;
}

describe("a plot's SVG", () => {
  it("hasNoQuoteThatWouldEndAnAttribute", () => {
    const { textStyle } = optionFor(plot, runs(1), scales, "light") as unknown as { textStyle: { fontFamily: string } };
    expect(textStyle.fontFamily).not.toContain('"');
  });
});

describe("a heat map", () => {
  const heat: Plot = { ...plot, kind: "heatmap", z: { column: "e", label: "Energy", units: "kJ" } };
  const data: PlotData = { x: [2, 1, 1], y: [], label: [], rows: ["b", "a", "a"], z: [100, 1, -1] };
  const drawn = (log: boolean) =>
    optionFor(heat, data, { logX: false, logY: log }, "light") as unknown as {
      xAxis: { data: string[] };
      visualMap: { min: number; max: number; text: string[] };
      series: { data: number[][] }[];
    };
  it("hasACellForEachPairWithTheMeanOfItsRows", () => {
    expect(drawn(false).xAxis.data).toEqual(["1", "2"]);
    expect(drawn(false).series[0]?.data).toEqual([
      [1, 0, 100],
      [0, 1, 0],
    ]);
    expect(drawn(false).visualMap).toMatchObject({ min: 0, max: 100, text: ["100  Energy [kJ]", "0"] });
  });
  it("saysOnALogarithmicScaleWhatItCannotShow", () => {
    expect(drawn(true).series[0]?.data).toEqual([[1, 0, 2]]);
    expect(dropped(heat, data, { logX: false, logY: true })).toBe(1);
  });
});

describe("contours", () => {
  const lines: Plot = { ...plot, kind: "contour", z: { column: "e", label: "Energy", units: "kJ" } };
  const grid: PlotData = { x: [1, 10, 1, 10], y: [], label: [], rows: [0, 0, 1, 1], z: [1, 100, 10, 1_000] };
  const drawn = (data: PlotData, log: boolean) =>
    optionFor(lines, data, { logX: true, logY: log }, "light") as unknown as { xAxis: { type: string; min: number }; visualMap: { min: number; max: number }; series: { type: string; data: number[][] }[] };
  it("areDrawnOverTheGridItself", () => {
    expect(drawn(grid, false).xAxis).toMatchObject({ type: "log", min: 1, max: 10 });
    expect(drawn(grid, false).series[0]?.type).toBe("custom");
    expect(drawn(grid, false).visualMap).toMatchObject({ min: 1, max: 1_000 });
    expect(drawn(grid, true).visualMap).toMatchObject({ min: 0, max: 3 });
  });
  it("areCellsWhereTheGridHasHoles", () => {
    expect(drawn({ ...grid, z: [1, 2, 3, Number.NaN] }, false).series[0]?.type).toBe("heatmap");
  });
});

describe("runs of a sweep in one plot", () => {
  it("areLinesOfTheirOwnInTheOrderOfX", () => {
    const data = runs(2);
    expect(overlaid(plot, data)).toBe(true);
    const drawn = optionFor(plot, data, scales, "light") as unknown as Drawn;
    expect(drawn.series.map((s) => [s.type, s.name, s.data.map((d) => d.value[0])])).toEqual([
      ["line", "Density 0", [0, 1, 2]],
      ["line", "Density 1", [0, 1, 2]],
    ]);
    expect(drawn.legend).toBeDefined();
    expect(new Set(drawn.series.map((s) => s.lineStyle.color)).size).toBe(2);
  });
  it("standBeforeOneAnotherWhenTheyAreMany", () => {
    const data = runs(MOST_COLOURS + 3);
    const drawn = optionFor(plot, data, scales, "light", 4) as unknown as Drawn;
    expect(drawn.legend).toBeUndefined();
    const own = drawn.series.filter((s) => s.lineStyle.color !== drawn.series[0]?.lineStyle.color);
    expect(own.map((s) => s.name)).toEqual([runsOf(data)[4]]);
  });
  it("areOneLineWithoutASweep", () => {
    expect(overlaid(plot, { ...runs(1), group: undefined })).toBe(false);
    expect(overlaid(plot, runs(1))).toBe(false);
    expect(overlaid({ ...plot, kind: "histogram" }, runs(2))).toBe(false);
  });
});

describe("bars of a few runs", () => {
  const bars: Plot = { ...plot, kind: "bar" };
  const data: PlotData = { x: ["a", "b", "a", "b", "b"], y: [1, 2, 3, 4, 5], label: [], group: ["p", "p", "q", "q", "q"] };
  const drawn = optionFor(bars, data, scales, "light") as unknown as Drawn & { xAxis: { data: string[] } };

  it("standBesideOneAnotherInTheirColours", () => {
    expect(drawn.xAxis.data).toEqual(["a", "b", "b"]);
    expect(drawn.series.map((s) => [s.type, s.name, s.data.map((d) => d.value)])).toEqual([
      ["bar", "p", [[0, 1], [1, 2]]],
      ["bar", "q", [[0, 3], [1, 4], [2, 5]]],
    ]);
    expect(drawn.legend).toBeDefined();
  });

  it("arePointedAtEachInItsPartOfThePlace", () => {
    const ends = itemsOf(bars, data, scales).map(({ rows, x }) => [rows[0], ...x.map((v) => Number(v.toFixed(9)))]);
    expect(ends).toEqual([
      [0, -0.4, 0],
      [2, 0, 0.4],
      [1, 0.6, 1],
      [3, 1, 1.4],
      [4, 2, 2.4],
    ]);
  });

  it("areOneAfterTheOtherWhereTheyAreMoreThanColours", () => {
    expect(overlaid(bars, runs(MOST_COLOURS + 1))).toBe(false);
    expect(overlaid(bars, runs(MOST_COLOURS))).toBe(true);
  });
});

describe("points of several runs over words", () => {
  it("standOverTheSameWords", () => {
    const data: PlotData = { x: ["a", "b", "a"], y: [1, 2, 3], label: [], group: ["p", "p", "q"] };
    const drawn = optionFor({ ...plot, kind: "scatter" }, data, scales, "light") as unknown as Drawn & { xAxis: { data: string[] } };
    expect(drawn.xAxis.data).toEqual(["a", "b"]);
    expect(drawn.series.map((s) => s.data.map((d) => d.value))).toEqual([[[0, 1], [1, 2]], [[0, 3]]]);
  });
});
