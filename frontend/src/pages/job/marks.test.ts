import { describe, expect, it } from "vitest";
import type { Plot } from "../../api/types";
import { itemsOf } from "./items";
import { chosenWords, marks } from "./marks";
import type { PlotData } from "./plot";

const scales = { logX: false, logY: false };
const plot: Plot = { title: "T", kind: "line", table: "t", x: { column: "x", label: "X" }, y: { column: "y", label: "Y" } };
const means: PlotData = { x: [1, 2], y: [5, 6], label: [], members: [[0, 1, 2, 3], [4]], spread: [1, 0] };
const api = (data: number[]) => ({
  value: (i: number) => data[i] ?? Number.NaN,
  coord: ([x, y]: [number, number]): [number, number] => [100 * x, 100 - y],
  size: (): [number, number] => [100, 10],
});

function drawn(kind: Plot["kind"], data: PlotData, rows: number[]) {
  const one: Plot = { ...plot, kind };
  const series = marks("chosen", one, itemsOf(one, data, scales), new Set(rows), scales, "light");
  return series.data.map((item) => series.renderItem(undefined, api(item)) as unknown as Shape);
}

interface Shape {
  shape?: { x: number; width: number; height: number };
  children?: { shape: { startAngle: number; endAngle: number }; style: { lineDash?: number[] } }[];
}

describe("the mark of what stands for several rows", () => {
  it("isARingAsFarAroundAsItsShareOfChosenRows", () => {
    const [part, whole] = drawn("line", means, [1, 4]).map(({ children }) => children?.[0]?.shape);
    expect((part?.endAngle ?? 0) - (part?.startAngle ?? 0)).toBeCloseTo(Math.PI / 2);
    expect((whole?.endAngle ?? 0) - (whole?.startAngle ?? 0)).toBeCloseTo(2 * Math.PI);
  });

  it("isABarAsWideAsItsShare", () => {
    const [half, whole] = drawn("bar", means, [0, 1, 4]).map(({ shape }) => shape);
    expect(half?.width).toBeCloseTo((whole?.width ?? 0) / 2);
    expect(half?.height).toBe(5);
  });

  it("isWhereTheBarOfItsRunStands", () => {
    const two: PlotData = { x: ["a", "a"], y: [5, 6], label: [], group: ["p", "q"] };
    expect(drawn("bar", two, [0, 1]).map(({ shape }) => [shape?.x, shape?.width])).toEqual([
      [-40, 40],
      [0, 40],
    ]);
  });

  it("isABinAsHighAsItsShare", () => {
    const data: PlotData = { x: [1, 1, 1, 1], y: [], label: [] };
    expect(drawn("histogram", data, [0])[0]?.shape?.height).toBeCloseTo(2); // one of four counts, at least 2 pixels
    expect(drawn("histogram", data, [0, 1, 2])[0]?.shape?.height).toBeCloseTo(3);
  });

  it("isADashedFrameAroundACellOfWhichSomeRowsAreChosen", () => {
    const heat: Plot = { ...plot, kind: "heatmap", z: { column: "z", label: "Z" } };
    const data: PlotData = { x: [1, 1, 2], y: [], label: [], rows: [1, 1, 1], z: [1, 2, 3] };
    const series = marks("chosen", heat, itemsOf(heat, data, scales), new Set([0, 2]), scales, "light");
    const dashes = series.data.map((item) => (series.renderItem(undefined, api(item)) as unknown as Shape).children?.[0]?.style.lineDash);
    expect(dashes).toEqual([[4, 4], undefined]);
  });

  it("isToldInWords", () => {
    const [many, one] = itemsOf(plot, means, scales);
    expect(many && chosenWords(many, new Set([1, 2]))).toEqual(["2 of its 4 rows chosen"]);
    expect(one && chosenWords(one, new Set([4]))).toEqual([]);
  });
});
