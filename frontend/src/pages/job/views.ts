/** Runs of a sweep in plots of their own, on the same axes: one after the other, or side by side. Pure. */
import type { Plot } from "../../api/types";
import { drawnRows } from "./items";
import { runsOf, type Extent, type PlotData, type Scales } from "./plot";

/** One of several plots that are compared. */
export interface Part {
  /** The swept values that all its points have. */
  words: string;
  data: PlotData;
}

/** Some points of a plot; each still knows its rows of the table, and its colour. */
export function partOf(data: PlotData, points: readonly number[], extent: Extent): PlotData {
  const one = <T>(list: readonly T[] | undefined) => list && points.map((i) => list[i] as T);
  return {
    x: one(data.x) ?? [],
    y: one(data.y) ?? [],
    label: data.label.length === 0 ? [] : (one(data.label) ?? []),
    group: one(data.group),
    runs: data.runs,
    spread: one(data.spread),
    members: points.map((i) => data.members?.[i] ?? [i]),
    extent,
  };
}

/** A plot for each of `words`, which say of every point where it belongs; in the order of the points. */
export function partsOf(plot: Plot, data: PlotData, words: readonly string[], scales: Scales): Part[] {
  const extent = extentOf(plot, data, scales);
  const points = new Map<string, number[]>();
  words.forEach((word, i) => {
    const list = points.get(word);
    if (list === undefined) {
      points.set(word, [i]);
    } else {
      list.push(i);
    }
  });
  const whole = { ...data, runs: runsOf(data) };
  return [...points].map(([word, list]) => ({ words: word, data: partOf(whole, list, extent) }));
}

/** What holds all points and their error bars, a little rounded; on a log axis whole decades. */
export function extentOf(plot: Plot, data: PlotData, scales: Scales): Extent {
  const rows = drawnRows(plot, data, scales);
  const spread = (i: number) => data.spread?.[i] ?? 0;
  const y = rows.flatMap((i) => [(data.y[i] ?? 0) - spread(i), (data.y[i] ?? 0) + spread(i)]);
  return { x: rounded(rows.map((i) => Number(data.x[i])), scales.logX), y: rounded(y, scales.logY) };
}

function rounded(values: readonly number[], log: boolean): [number, number] {
  const usable = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  const [low, high] = [usable.reduce((a, b) => Math.min(a, b), Infinity), usable.reduce((a, b) => Math.max(a, b), -Infinity)];
  if (low > high) {
    return log ? [1, 10] : [0, 1];
  }
  if (log) {
    const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    return [10 ** from, 10 ** (to === from ? to + 1 : to)];
  }
  const wide = high - low || Math.abs(high) || 1;
  const rough = wide / 5;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * ten).find((s) => s >= rough) ?? rough;
  // to fifteen digits, or a third of a step shows beside an axis as 0.30000000000000004
  const at = (steps: number) => Number((steps * step).toPrecision(15));
  return high === low ? [at(Math.floor(low / step) - 1), at(Math.ceil(high / step) + 1)] : [at(Math.floor(low / step)), at(Math.ceil(high / step))];
}
