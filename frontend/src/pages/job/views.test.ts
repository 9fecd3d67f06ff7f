import { describe, expect, it } from "vitest";
import type { Plot } from "../../api/types";
import { itemsOf } from "./items";
import { optionFor, type PlotData } from "./plot";
import { extentOf, partsOf } from "./views";

const plot: Plot = { title: "T", kind: "line", table: "t", x: { column: "x", label: "X" }, y: { column: "y", label: "Y" } };
const scales = { logX: false, logY: false };
/** Two sizes at two angles: rows 0 and 1 are of the first of both. */
const data: PlotData = {
  x: [0, 1, 0, 1, 0, 1, 0, 1],
  y: [0, 1, 2, 3, 4, 5, 6, 71],
  label: [],
  group: ["a 1", "a 1", "a 2", "a 2", "a 1", "a 1", "a 2", "a 2"],
};
const sizes = ["s 1", "s 1", "s 1", "s 1", "s 2", "s 2", "s 2", "s 2"];

describe("facets", () => {
  const parts = partsOf(plot, data, sizes, scales);

  it("areOneForEachValueWithItsOwnPoints", () => {
    expect(parts.map((p) => [p.words, p.data.y])).toEqual([
      ["s 1", [0, 1, 2, 3]],
      ["s 2", [4, 5, 6, 71]],
    ]);
  });

  it("haveTheAxesOfAll", () => {
    for (const { data: part } of parts) {
      const drawn = optionFor(plot, part, scales, "light") as { xAxis: object; yAxis: object };
      expect(drawn.xAxis).toMatchObject({ min: 0, max: 1 });
      expect(drawn.yAxis).toMatchObject({ min: 0, max: 80 });
    }
  });

  it("keepTheColoursOfRunsAlsoWhereOneIsMissing", () => {
    const [, second] = partsOf(plot, data, ["1", "1", "1", "1", "1", "1", "2", "2"], scales);
    const drawn = optionFor(plot, second?.data ?? data, scales, "light") as { series: { name: string; data: object[]; itemStyle: { color: string } }[] };
    expect(drawn.series.map((s) => [s.name, s.data.length])).toEqual([
      ["a 1", 0],
      ["a 2", 2],
    ]);
  });

  it("chooseTheRowsOfTheWholeTable", () => {
    expect(itemsOf(plot, parts[1]?.data ?? data, scales).flatMap((item) => item.rows).sort()).toEqual([4, 5, 6, 7]);
    const means = { ...data, members: data.x.map((_, i) => [2 * i, 2 * i + 1]) };
    expect(partsOf(plot, means, sizes, scales)[1]?.data.members?.[0]).toEqual([8, 9]);
  });
});

describe("axes of compared plots", () => {
  it("holdErrorBarsAndAreRound", () => {
    expect(extentOf(plot, { x: [0.12, 0.31], y: [10, 20], label: [], spread: [3, 0] }, scales)).toEqual({ x: [0.1, 0.35], y: [5, 20] });
  });

  it("areDecadesOnALogScaleAndHaveRoomAroundOneValue", () => {
    expect(extentOf(plot, { x: [3, 3], y: [0.02, 40], label: [] }, { logX: false, logY: true })).toEqual({ x: [2, 4], y: [0.01, 100] });
  });
});
