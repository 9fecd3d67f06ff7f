/** A plot cut into plots of some of its points, which look alike: one after the other, or side by side. Pure. */
import type { Plot } from "../../api/types";
import type { Grid } from "../../lib/contour";
import { cellsOf, placesOf } from "../../lib/grid";
import { binning, histogram } from "../../lib/histogram";
import { gridOfPlot } from "./contourOption";
import { drawnRows, wordAxis } from "./items";
import { MOST_COLOURS, overlaid, runsOf, type PlotData, type Scales, type Shared } from "./plot";

/** One of several plots that are compared. */
export interface Part {
  /** The values that all its points have. */
  words: string;
  data: PlotData;
}

/** Some points of a plot; each still knows its rows of the table, and its colour. */
function partOf(data: PlotData, points: readonly number[]): PlotData {
  const one = <T>(list: readonly T[]): T[] => (list.length === 0 ? [] : points.map((i) => list[i] as T));
  return {
    x: one(data.x),
    y: one(data.y),
    label: one(data.label),
    rows: data.rows && one(data.rows),
    z: data.z && one(data.z),
    group: data.group && one(data.group),
    runs: data.runs,
    spread: data.spread && one(data.spread),
    members: points.map((i) => data.members?.[i] ?? [i]),
  };
}

/** A plot for each of `words`, which say of every point where it belongs; in the order of the points. */
export function partsOf(data: PlotData, words: readonly string[]): Part[] {
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
  return [...points].map(([word, list]) => ({ words: word, data: partOf(whole, list) }));
}

/** The parts on the same axes, in the same bins, places and colours. `beside`: whether these are explained outside of them. */
export function alike(plot: Plot, parts: readonly Part[], scales: Scales, beside: boolean): Part[] {
  const shared = { ...sharedOf(plot, parts.map((part) => part.data), scales), beside };
  return parts.map((part) => ({ ...part, data: { ...part.data, shared } }));
}

/** The runs that colours tell apart in these parts; none where they need no words. */
export function legendOf(plot: Plot, parts: readonly Part[]): string[] {
  const runs = parts[0] !== undefined && overlaid(plot, parts[0].data) ? runsOf(parts[0].data) : [];
  return runs.length > MOST_COLOURS ? [] : runs;
}

/** What some plots have in common when they are drawn alike. */
export function sharedOf(plot: Plot, plots: readonly PlotData[], scales: Scales): Omit<Shared, "beside"> {
  switch (plot.kind) {
    case "histogram": {
      const bins = binning(plots.flatMap((data) => data.x.map(Number)), scales.logX);
      const counts = plots.flatMap((data) => histogram(data.x.map(Number), scales.logX, bins).map((bin) => bin.count));
      return { bins, y: rounded([scales.logY ? 1 : 0, ...counts], scales.logY) };
    }
    case "scatter":
    case "line":
    case "bar": {
      const drawn = plots.map((data) => ({ data, rows: drawnRows(plot, data, scales) }));
      const y = drawn.flatMap(({ data, rows }) =>
        rows.flatMap((i) => [(data.y[i] ?? 0) - (data.spread?.[i] ?? 0), (data.y[i] ?? 0) + (data.spread?.[i] ?? 0)]),
      );
      const words = plot.kind === "bar" || plots.some((data) => data.x.some((x) => typeof x === "string"));
      return {
        x: words ? undefined : rounded(drawn.flatMap(({ data, rows }) => rows.map((i) => Number(data.x[i]))), scales.logX),
        // bars stand on zero
        y: rounded(plot.kind === "bar" && !scales.logY ? [0, ...y] : y, scales.logY),
        words: words ? wordAxis(plot, drawn) : undefined,
      };
    }
    case "heatmap": {
      const across = placesOf(plots.flatMap((data) => data.x));
      const up = placesOf(plots.flatMap((data) => data.rows ?? []));
      const z = plots.flatMap((data) => cellsOf(data.x, data.rows ?? [], data.z ?? [], across, up).cells.map(([, , mean]) => mean));
      return { across, up, z: endsOf(z, scales.logY) };
    }
    case "contour": {
      const grids = plots.map((data) => gridOfPlot(data, scales)).filter((grid): grid is Grid => !("kind" in grid));
      return {
        x: endsOf(grids.flatMap((grid) => grid.x), false),
        y: endsOf(grids.flatMap((grid) => grid.y), false),
        z: endsOf(grids.flatMap((grid) => grid.z), scales.logY),
      };
    }
  }
}

/** The least and the greatest, on a log scale of those above zero; undefined of none. */
function endsOf(values: readonly number[], log: boolean): [number, number] | undefined {
  const usable = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  return usable.length === 0 ? undefined : [usable.reduce((a, b) => Math.min(a, b)), usable.reduce((a, b) => Math.max(a, b))];
}

/** What holds all values, a little rounded; on a log axis whole decades. */
function rounded(values: readonly number[], log: boolean): [number, number] {
  const [low, high] = endsOf(values, log) ?? [0, log ? 0 : 1];
  if (log) {
    const [from, to] = low === 0 ? [0, 1] : [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
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
