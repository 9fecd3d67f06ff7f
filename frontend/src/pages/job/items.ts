/** What a person can point at in a plot: points, bars, bins and cells, with the rows of the table behind each. Pure. */
import type { Plot } from "../../api/types";
import { count, measured } from "../../lib/format";
import { cellsOf } from "../../lib/grid";
import { histogram } from "../../lib/histogram";
import { text } from "../../text/jobs";
import { gridOfPlot } from "./contourOption";
import { overlaid, runsOf, type PlotData, type Scales } from "./plot";

/** A range of an axis; on an axis of words, of their places from 0. */
export type Range = readonly [number, number];

export interface Item {
  /** Of the table that the plot is of. */
  rows: readonly number[];
  x: Range;
  y: Range;
  /** What it is, a line for each value. */
  words: () => string;
}

/** The rows that a line, scatter or bar plot draws, in the order in which it does. */
export function drawnRows(plot: Plot, data: PlotData, scales: Scales): number[] {
  const rows = data.x
    .map((_, i) => i)
    .filter((i) => {
      const [x, y = Number.NaN] = [data.x[i], data.y[i]];
      return Number.isFinite(y) && (!scales.logY || y > 0) && (typeof x === "string" || (typeof x === "number" && Number.isFinite(x) && (!scales.logX || x > 0)));
    });
  const words = data.x.some((v) => typeof v === "string");
  return plot.kind === "line" && !words ? rows.sort((a, b) => Number(data.x[a]) - Number(data.x[b])) : rows;
}

/** An axis of words, or of bars. A value that one plot has twice has two places. */
export interface WordAxis {
  names: readonly string[];
  places: ReadonlyMap<string, number>;
}

/** Tells the rows of one x apart: the second has the same key in every plot, and in every run where these are over one another. */
function keysOf(plot: Plot, data: PlotData, rows: readonly number[]): string[] {
  const over = overlaid(plot, data);
  const met = new Map<string, number>();
  return rows.map((row) => {
    const x = String(data.x[row]);
    const one = over ? `${data.group?.[row] ?? ""}\n${x}` : x;
    const before = met.get(one) ?? 0;
    met.set(one, before + 1);
    return `${before}\n${x}`;
  });
}

/** The places for the rows of some plots, in their order; of several, numbers by size. */
export function wordAxis(plot: Plot, plots: readonly { data: PlotData; rows: readonly number[] }[]): WordAxis {
  const values = new Map<string, number | string>();
  for (const { data, rows } of plots) {
    keysOf(plot, data, rows).forEach((key, i) => values.set(key, data.x[rows[i] ?? 0] ?? ""));
  }
  const list = [...values];
  if (plots.length > 1 && list.every(([, x]) => typeof x === "number")) {
    list.sort(([, a], [, b]) => Number(a) - Number(b));
  }
  return { names: list.map(([, x]) => (typeof x === "number" ? measured(x) : x)), places: new Map(list.map(([key], i) => [key, i])) };
}

/** The rows of a plot over words from left to right, and the place of each. */
export function wordsOnX(plot: Plot, data: PlotData, rows: readonly number[]): { names: readonly string[]; rows: number[]; at: number[] } {
  const { names, places } = data.shared?.words ?? wordAxis(plot, [{ data, rows }]);
  const placed = keysOf(plot, data, rows)
    .map((key, i): [number, number] => [places.get(key) ?? 0, rows[i] ?? 0])
    .sort(([a], [b]) => a - b);
  return { names, rows: placed.map(([, row]) => row), at: placed.map(([at]) => at) };
}

/** The ends of one of the bars that share a place, from its middle; together they take four fifths of it. */
export function slot(which: number, of: number): [left: number, right: number] {
  return [(0.8 * which) / of - 0.4, (0.8 * (which + 1)) / of - 0.4];
}

/** Of a point that is a mean: of how many rows, and their standard deviation. */
export function meanWords(data: PlotData, row: number): string[] {
  const rows = data.members?.[row] ?? [];
  return rows.length > 1 ? [text.results.meanSpread(count(rows.length), measured(data.spread?.[row] ?? 0))] : [];
}

export function itemsOf(plot: Plot, data: PlotData, scales: Scales): Item[] {
  const { members } = data;
  const items = pointedAt(plot, data, scales);
  return members === undefined ? items : items.map((item) => ({ ...item, rows: item.rows.flatMap((point) => members[point] ?? [point]) }));
}

/** The same with points of the plot instead of rows of its table. */
function pointedAt(plot: Plot, data: PlotData, scales: Scales): Item[] {
  const { x, y, z } = { x: plot.x.label, y: plot.y?.label ?? text.results.count, z: plot.z?.label ?? "" };
  switch (plot.kind) {
    case "histogram":
      return histogram(data.x.map(Number), scales.logX, data.shared?.bins)
        .filter((bin) => bin.count > 0)
        .map(({ from, to, rows }) => ({
          rows,
          x: [from, to],
          y: [0, rows.length],
          words: () => `${x}: ${measured(from)} – ${measured(to)}\n${text.results.count}: ${count(rows.length)}`,
        }));
    case "heatmap": {
      const places = cellsOf(data.x, data.rows ?? [], data.z ?? [], data.shared?.across, data.shared?.up);
      return places.cells
        .map(([column, row, mean], i): [number, Item] => [
          mean,
          {
            rows: places.rows[i] ?? [],
            x: [column - 0.5, column + 0.5],
            y: [row - 0.5, row + 0.5],
            words: () => `${x}: ${places.x[column] ?? ""}\n${y}: ${places.y[row] ?? ""}\n${z}: ${measured(mean)}`,
          },
        ])
        .filter(([mean]) => !scales.logY || mean > 0)
        .map(([, item]) => item)
        .sort((a, b) => a.y[0] - b.y[0] || a.x[0] - b.x[0]);
    }
    case "contour": {
      const grid = gridOfPlot(data, scales);
      if ("kind" in grid) {
        return pointedAt({ ...plot, kind: "heatmap" }, data, scales);
      }
      return grid.rows.map((rows, place) => {
        const [across = 0, up = 0] = [grid.x[place % grid.x.length], grid.y[Math.floor(place / grid.x.length)]];
        const mean = measured(grid.z[place] ?? Number.NaN);
        return { rows, x: [across, across], y: [up, up], words: () => `${x}: ${measured(across)}\n${y}: ${measured(up)}\n${z}: ${mean}` };
      });
    }
    case "scatter":
    case "line":
    case "bar": {
      const drawn = drawnRows(plot, data, scales);
      const places = plot.kind === "bar" || data.x.some((v) => typeof v === "string") ? wordsOnX(plot, data, drawn) : undefined;
      const runs = overlaid(plot, data) ? runsOf(data) : [""];
      return (places?.rows ?? drawn).map((row, i) => {
        const place = places?.at[i] ?? Number(data.x[row]);
        const [at = "", value = Number.NaN] = [data.x[row], data.y[row]];
        const names = [data.label[row], data.group?.[row]].filter((name) => name !== undefined && name !== "");
        const [left, right] = plot.kind === "bar" ? slot(Math.max(0, runs.indexOf(data.group?.[row] ?? "")), runs.length) : [0, 0];
        return {
          rows: [row],
          x: [place + left, place + right],
          y: plot.kind === "bar" ? [Math.min(0, value), Math.max(0, value)] : [value, value],
          words: () => [...names, `${x}: ${typeof at === "number" ? measured(at) : at}`, `${y}: ${measured(value)}`, ...meanWords(data, row)].join("\n"),
        };
      });
    }
  }
}

/** A part of a plot that somebody drew a box around, in the axes' values. */
export interface Box {
  x: Range;
  y: Range;
}

function meet(a: Range, b: Range): boolean {
  return a[0] === a[1] ? b[0] <= a[0] && a[0] <= b[1] : a[0] < b[1] && b[0] < a[1];
}

export function itemsIn(items: readonly Item[], box: Box): Item[] {
  return items.filter((item) => meet(item.x, box.x) && meet(item.y, box.y));
}

/** How far a place is from a range, as parts of `reach`; on a log axis by the exponents. */
function away(at: number, range: Range, reach: Range, log: boolean): number {
  const scale = log ? Math.log10 : (v: number) => v;
  const nearest = Math.min(Math.max(at, range[0]), range[1]);
  return nearest === at ? 0 : (scale(nearest) - scale(at)) / (scale(reach[1]) - scale(reach[0]) || 1);
}

/** The item at a place, or else the one nearest to it of those that `reach`, a box around the place, touches. */
export function itemAt(items: readonly Item[], at: readonly [number, number], reach: Box, scales: Scales): Item | undefined {
  const far = (item: Item) => Math.hypot(away(at[0], item.x, reach.x, scales.logX), away(at[1], item.y, reach.y, scales.logY && at[1] > 0));
  let best: { item: Item; far: number } | undefined;
  for (const item of itemsIn(items, reach)) {
    const one = far(item);
    best = best === undefined || one < best.far ? { item, far: one } : best;
  }
  return best?.item;
}

/** Where a key leads from an item, -1 for none yet: to its neighbours, to the first and last; up and down to other rows of cells. */
export function stepTo(items: readonly Item[], from: number, key: string): number | undefined {
  const last = items.length - 1;
  const here = items[from];
  if (last < 0) {
    return undefined;
  }
  if (here === undefined) {
    return ["ArrowRight", "ArrowDown", "ArrowUp", "Home"].includes(key) ? 0 : key === "ArrowLeft" || key === "End" ? last : undefined;
  }
  switch (key) {
    case "ArrowRight":
      return Math.min(last, from + 1);
    case "ArrowLeft":
      return Math.max(0, from - 1);
    case "ArrowUp":
    case "ArrowDown": {
      const above = key === "ArrowUp";
      // the nearest that stands in the same column
      const beside = items.reduce((best, item, i) => {
        const better = item.x[0] === here.x[0] && (above ? item.y[0] > here.y[0] : item.y[0] < here.y[0]);
        const nearest = items[best]?.y[0] ?? Number.NaN;
        return better && !(above ? nearest <= item.y[0] : nearest >= item.y[0]) ? i : best;
      }, -1);
      return beside < 0 ? from : beside;
    }
    case "PageDown":
      return Math.min(last, from + Math.ceil(items.length / 20));
    case "PageUp":
      return Math.max(0, from - Math.ceil(items.length / 20));
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}
