/** From a plot's declaration and its rows to ECharts' option. Pure, so that screen and export draw the same. */
import type { EChartsCoreOption } from "echarts/core";
import type { Plot } from "../../api/types";
import { histogram, type Binning } from "../../lib/histogram";
import { count, measured } from "../../lib/format";
import type { Places } from "../../lib/grid";
import { text } from "../../text/jobs";
import { axis, axisTitle, base, palette, type Scheme } from "./axes";
import { contourOption, gridOfPlot } from "./contourOption";
import { heatOption } from "./heat";
import { drawnRows, meanWords, slot, wordsOnX, type WordAxis } from "./items";
import { errorBars } from "./repeats";

export interface PlotData {
  x: (number | string)[];
  y: number[];
  label: string[];
  /** Of a heat map or contours: the places of its y axis, which may be words, and the values that colours say. */
  rows?: (number | string)[];
  z?: number[];
  /** Where points are means: the rows of the table behind each, and their standard deviation. */
  members?: number[][];
  spread?: number[];
  /** The swept values that each row belongs to, in words; absent when the plot shows them already or nothing was swept. */
  group?: string[];
  /** The runs that colours tell apart, where this is one of several plots that need not have all of them. */
  runs?: string[];
  shared?: Shared;
}

type Ends = readonly [number, number];

/** What plots that are compared have in common; a plot by itself follows from its points. */
export interface Shared {
  /** The ends of the axes, where they are of numbers. */
  x?: Ends;
  y?: Ends;
  /** The values that the ends of the colours stand for. */
  z?: Ends;
  bins?: Binning;
  words?: WordAxis;
  /** Of cells. */
  across?: Places;
  up?: Places;
  /** Whether the legend, or the scale of the colours, stands beside the plots once for all. */
  beside: boolean;
}

const ends = (range: Ends | undefined) => (range === undefined ? {} : { scale: false, min: range[0], max: range[1] });

/** Of a bar, at most; it takes four fifths of its place. */
export const BAR_PIXELS = 48;

/** Runs that are told apart by colour at most; more are looked at one after the other. */
export const MOST_COLOURS = 7;

export const okabeIto = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00"] as const;

/** The runs of a sweep in a plot, in the order of their rows. */
export function runsOf(data: PlotData): string[] {
  return data.runs ?? [...new Set(data.group ?? [])];
}

export interface Scales {
  logX: boolean;
  /** Of a heat map or contours: their colours. */
  logY: boolean;
}

/** The only value on the x axis, when there is just one: then a line or bars have nothing to compare. */
export function onlyX(plot: Plot, data: PlotData): string | undefined {
  const distinct = new Set(data.x);
  const [first] = distinct;
  if ((plot.kind !== "line" && plot.kind !== "bar") || distinct.size !== 1 || first === undefined) {
    return undefined;
  }
  return typeof first === "number" ? measured(first) : first;
}

/** Whether runs of a sweep are drawn over one another; bars stand beside one another instead, and only so many as there are colours. */
export function overlaid(plot: Plot, data: PlotData): boolean {
  const runs = data.group === undefined ? 0 : runsOf(data).length;
  return runs > 1 && (plot.kind === "line" || plot.kind === "scatter" || (plot.kind === "bar" && runs <= MOST_COLOURS));
}

/** Values that a log axis cannot show. */
export function dropped(plot: Plot, data: PlotData, scales: Scales): number {
  if (plot.kind === "heatmap" || plot.kind === "contour") {
    return scales.logY ? (data.z ?? []).filter((z) => z <= 0).length : 0;
  }
  let n = 0;
  for (let i = 0; i < data.x.length; i++) {
    const x = data.x[i];
    const y = data.y[i];
    if ((scales.logX && typeof x === "number" && x <= 0) || (scales.logY && plot.kind !== "histogram" && y !== undefined && y <= 0)) {
      n++;
    }
  }
  return n;
}

function histogramOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme): EChartsCoreOption {
  const bins = histogram(data.x.map(Number), scales.logX, data.shared?.bins);
  const c = palette[scheme];
  const rows = bins.filter((b) => b.count > 0).map((b) => [b.from, b.to, b.count]);
  return {
    ...base(scheme),
    xAxis: {
      ...axis(axisTitle(plot.x), scales.logX, scheme, false),
      min: bins[0]?.from,
      max: bins.at(-1)?.to,
    },
    yAxis: { ...axis(text.results.count, scales.logY, scheme, true), scale: false, minInterval: 1, min: scales.logY ? 0.5 : 0, max: data.shared?.y?.[1] },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { value: number[] }) => {
        const [from = 0, to = 0, n = 0] = p.value;
        return `${plot.x.label}: ${measured(from)} – ${measured(to)}\n${text.results.count}: ${count(n)}`;
      },
    },
    series: [
      {
        type: "custom",
        data: rows,
        encode: { x: [0, 1], y: 2 },
        clip: true,
        itemStyle: { color: c.main },
        renderItem: (
          _: unknown,
          api: { value: (i: number) => number; coord: (at: [number, number]) => [number, number]; visual: (name: string) => string },
        ) => {
          const [left, top] = api.coord([api.value(0), api.value(2)]);
          const [right, bottom] = api.coord([api.value(1), scales.logY ? 0.5 : 0]);
          const gap = right - left > 4 ? 1 : 0;
          return {
            type: "rect",
            shape: { x: left + gap / 2, y: top, width: Math.max(1, right - left - gap), height: Math.max(1, bottom - top) },
            style: { fill: api.visual("color") },
          };
        },
      },
    ],
  };
}

/** The rows that are drawn, in order, and where on x: a number, or a place among words. */
function placed(plot: Plot, data: PlotData, scales: Scales): { words?: readonly string[]; rows: number[]; at: (i: number) => number } {
  const rows = drawnRows(plot, data, scales);
  if (plot.kind !== "bar" && data.x.every((v) => typeof v === "number")) {
    return { rows, at: (i) => Number(data.x[rows[i] ?? -1]) };
  }
  const words = wordsOnX(plot, data, rows);
  return { words: words.names, rows: words.rows, at: (i) => words.at[i] ?? 0 };
}

function axisOfWords(plot: Plot, words: readonly string[], scheme: Scheme) {
  return {
    ...axis(axisTitle(plot.x), false, scheme, false),
    type: "category",
    data: words,
    axisLabel: { color: palette[scheme].soft, hideOverlap: true, overflow: "truncate", width: 120 },
    scale: undefined,
  };
}

/** Runs of a sweep over one another: each its colour, or one of many before the others. */
function overlayOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme, front: number): EChartsCoreOption {
  const c = palette[scheme];
  const runs = runsOf(data);
  const few = runs.length <= MOST_COLOURS;
  const legend = few && data.shared?.beside !== true;
  const { words, rows: shown, at } = placed(plot, data, scales);
  const bars = plot.kind === "bar";
  const places = new Map(runs.map((run, i) => [run, i]));
  const own = runs.map((): { row: number; x: number; y: number }[] => []);
  shown.forEach((row, i) => own[places.get(data.group?.[row] ?? "") ?? 0]?.push({ row, x: at(i), y: data.y[row] ?? Number.NaN }));
  const errors = own.map((points, i) => {
    const [left, right] = slot(i, runs.length);
    return errorBars(
      points.map(({ row, x, y }) => ({ x, y, spread: data.spread?.[row] ?? 0 })),
      scales.logY,
      bars ? c.ink : few ? (okabeIto[i % okabeIto.length] ?? c.main) : i === front ? c.main : c.line,
      bars ? (left + right) / 2 : 0,
    );
  });
  const rows = own.map((points) => points.map(({ row, x, y }): [number, number, string] => [x, y, data.label[row] ?? ""]));
  const series = rows.map((list, i) => {
    const line = plot.kind === "line" && new Set(list.map(([x]) => x)).size === list.length;
    const colour = few ? okabeIto[i % okabeIto.length] : i === front ? c.main : c.line;
    return {
      type: bars ? "bar" : line ? "line" : "scatter",
      name: runs[i],
      barGap: "0%",
      barCategoryGap: "20%",
      data: (line ? list.toSorted((a, b) => a[0] - b[0]) : list).map(([x, y, label]) => ({ value: [x, y], name: label })),
      itemStyle: { color: colour },
      lineStyle: { color: colour, width: !few && i === front ? 3 : 2 },
      symbolSize: list.length > 300 ? 4 : 6,
      showSymbol: list.length <= 60 && (few || i === front),
      z: i === front ? 5 : 2,
      sampling: line ? "lttb" : undefined,
    };
  });
  return {
    ...base(scheme),
    grid: { left: 76, right: 24, top: legend ? 44 : 16, bottom: 52 },
    legend: legend ? { type: "scroll", top: 0, itemGap: 18, textStyle: { color: c.ink }, inactiveColor: c.soft } : undefined,
    xAxis: words === undefined ? { ...axis(axisTitle(plot.x), scales.logX, scheme, false), ...ends(data.shared?.x) } : axisOfWords(plot, words, scheme),
    yAxis: { ...axis(plot.y === null || plot.y === undefined ? text.results.count : axisTitle(plot.y), scales.logY, scheme, true), scale: !bars, ...ends(data.shared?.y) },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { seriesName?: string; value: number[]; name: string }) => {
        const [x = Number.NaN, y = Number.NaN] = p.value;
        const lines = [p.seriesName ?? "", `${plot.x.label}: ${words?.[x] ?? measured(x)}`, `${plot.y?.label ?? text.results.count}: ${measured(y)}`];
        return (p.name === "" ? lines : [p.name, ...lines]).join("\n");
      },
    },
    series: data.spread === undefined ? series : [...series, ...errors],
  };
}

function pointsOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme): EChartsCoreOption {
  const c = palette[scheme];
  const yTitle = plot.y === null || plot.y === undefined ? text.results.count : axisTitle(plot.y);
  const bars = plot.kind === "bar";
  const { words, rows, at } = placed(plot, data, scales);
  const usable = rows.map((i): [number | string, number, string] => [data.x[i] ?? "", data.y[i] ?? Number.NaN, data.label[i] ?? ""]);
  const many = usable.length > 2_000;
  // several rows at one x (another input varies too): a line through them would say what is not so
  const kind = plot.kind === "line" && new Set(usable.map(([x]) => x)).size < usable.length ? "scatter" : plot.kind;
  const xAxis = words === undefined ? { ...axis(axisTitle(plot.x), scales.logX, scheme, false), ...ends(data.shared?.x) } : axisOfWords(plot, words, scheme);
  const series = {
    data: usable.map(([, y, label], i) => ({ value: [at(i), y], name: label })),
    itemStyle: { color: c.main, opacity: plot.kind === "scatter" && usable.length > 300 ? 0.6 : 1 },
    lineStyle: { color: c.main, width: 2 },
    symbolSize: plot.kind === "line" ? 6 : many ? 4 : 6,
    showSymbol: usable.length <= 200,
    sampling: plot.kind === "line" ? "lttb" : undefined,
    barMaxWidth: BAR_PIXELS,
    barCategoryGap: "20%",
  };
  return {
    ...base(scheme),
    xAxis,
    yAxis: { ...axis(yTitle, scales.logY, scheme, true), scale: !bars, ...ends(data.shared?.y) },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { dataIndex: number }) => {
        const row = usable[p.dataIndex];
        if (row === undefined) {
          return "";
        }
        const [x, y, label] = row;
        const lines = [`${plot.x.label}: ${typeof x === "number" ? measured(x) : x}`, `${plot.y?.label ?? text.results.count}: ${measured(y)}`, ...meanWords(data, rows[p.dataIndex] ?? -1)];
        return [label, data.group?.[rows[p.dataIndex] ?? -1] ?? "", ...lines].filter((line) => line !== "").join("\n");
      },
    },
    series: [
      { type: kind, ...series },
      ...(data.spread === undefined
        ? []
        : [errorBars(rows.map((row, i) => ({ x: at(i), y: data.y[row] ?? 0, spread: data.spread?.[row] ?? 0 })), scales.logY, c.ink)]),
    ],
  };
}

/** `front`: which of many runs stands before the others. */
export function optionFor(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme, front = 0): EChartsCoreOption {
  if (overlaid(plot, data)) {
    return overlayOption(plot, data, scales, scheme, front);
  }
  switch (plot.kind) {
    case "histogram":
      return histogramOption(plot, data, scales, scheme);
    case "scatter":
    case "line":
    case "bar":
      return pointsOption(plot, data, scales, scheme);
    case "heatmap":
      return heatOption(plot, data, scales.logY, scheme);
    case "contour": {
      const grid = gridOfPlot(data, scales);
      return "kind" in grid ? heatOption(plot, data, scales.logY, scheme) : contourOption(plot, grid, scales, scheme, data.shared);
    }
  }
}
