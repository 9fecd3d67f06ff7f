/** From a plot's declaration and its rows to ECharts' option. Pure, so that screen and export draw the same. */
import type { EChartsCoreOption } from "echarts/core";
import type { Plot } from "../../api/types";
import { histogram } from "../../lib/histogram";
import { count, measured } from "../../lib/format";
import { text } from "../../text/jobs";
import { axis, axisTitle, base, palette, type Scheme } from "./axes";
import { contourOption, gridOfPlot } from "./contourOption";
import { heatOption } from "./heat";
import { drawnRows, meanWords } from "./items";
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
  /** The runs that colours tell apart, where this is one of several plots; these have one legend beside them. */
  runs?: string[];
  /** The ends of the axes, where plots are compared; else they follow from the points. */
  extent?: Extent;
}

export interface Extent {
  x: readonly [number, number];
  y: readonly [number, number];
}

const ends = (range: readonly [number, number] | undefined) => (range === undefined ? {} : { scale: false, min: range[0], max: range[1] });

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

/** Whether runs of a sweep are drawn over one another. */
export function overlaid(plot: Plot, data: PlotData): boolean {
  return (plot.kind === "line" || plot.kind === "scatter") && data.group !== undefined && data.x.every((x) => typeof x === "number") && runsOf(data).length > 1;
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
  const bins = histogram(data.x.map(Number), scales.logX);
  const c = palette[scheme];
  const rows = bins.filter((b) => b.count > 0).map((b) => [b.from, b.to, b.count]);
  return {
    ...base(scheme),
    xAxis: {
      ...axis(axisTitle(plot.x), scales.logX, scheme, false),
      min: bins[0]?.from,
      max: bins.at(-1)?.to,
    },
    yAxis: { ...axis(text.results.count, scales.logY, scheme, true), scale: false, minInterval: 1, min: scales.logY ? 0.5 : 0 },
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

/** Runs of a sweep over one another: each its colour, or one of many before the others. */
function overlayOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme, front: number): EChartsCoreOption {
  const c = palette[scheme];
  const runs = runsOf(data);
  const few = runs.length <= MOST_COLOURS;
  const shown = drawnRows(plot, data, scales);
  const errors = runs.map((run, i) =>
    errorBars(
      shown.filter((row) => data.group?.[row] === run).map((row) => ({ x: Number(data.x[row]), y: data.y[row] ?? 0, spread: data.spread?.[row] ?? 0 })),
      scales.logY,
      few ? (okabeIto[i % okabeIto.length] ?? c.main) : i === front ? c.main : c.line,
    ),
  );
  const rows = runs.map((run) =>
    shown.filter((i) => data.group?.[i] === run).map((i): [number, number, string] => [Number(data.x[i]), data.y[i] ?? Number.NaN, data.label[i] ?? ""]),
  );
  const series = rows.map((list, i) => {
    const line = plot.kind === "line" && new Set(list.map(([x]) => x)).size === list.length;
    const colour = few ? okabeIto[i % okabeIto.length] : i === front ? c.main : c.line;
    return {
      type: line ? "line" : "scatter",
      name: runs[i],
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
    grid: { left: 76, right: 24, top: few && data.runs === undefined ? 44 : 16, bottom: 52 },
    legend: few && data.runs === undefined ? { type: "scroll", top: 0, itemGap: 18, textStyle: { color: c.ink }, inactiveColor: c.soft } : undefined,
    xAxis: { ...axis(axisTitle(plot.x), scales.logX, scheme, false), ...ends(data.extent?.x) },
    yAxis: { ...axis(plot.y === null || plot.y === undefined ? text.results.count : axisTitle(plot.y), scales.logY, scheme, true), ...ends(data.extent?.y) },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { seriesName?: string; value: number[]; name: string }) => {
        const [x = Number.NaN, y = Number.NaN] = p.value;
        const lines = [p.seriesName ?? "", `${plot.x.label}: ${measured(x)}`, `${plot.y?.label ?? text.results.count}: ${measured(y)}`];
        return (p.name === "" ? lines : [p.name, ...lines]).join("\n");
      },
    },
    series: data.spread === undefined ? series : [...series, ...errors],
  };
}

function pointsOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme): EChartsCoreOption {
  const c = palette[scheme];
  const named = data.x.some((v) => typeof v === "string");
  const yTitle = plot.y === null || plot.y === undefined ? text.results.count : axisTitle(plot.y);
  const rows = drawnRows(plot, data, scales);
  const usable = rows.map((i): [number | string, number, string] => [data.x[i] ?? "", data.y[i] ?? Number.NaN, data.label[i] ?? ""]);
  const many = usable.length > 2_000;
  // several rows at one x (another input varies too): a line through them would say what is not so
  const kind = plot.kind === "line" && new Set(usable.map(([x]) => x)).size < usable.length ? "scatter" : plot.kind;
  const bars = plot.kind === "bar";
  const xAxis =
    named || bars
      ? {
          ...axis(axisTitle(plot.x), false, scheme, false),
          type: "category",
          data: usable.map(([x]) => (typeof x === "number" ? measured(x) : x)),
          axisLabel: { color: c.soft, hideOverlap: true, overflow: "truncate", width: 120 },
          scale: undefined,
        }
      : { ...axis(axisTitle(plot.x), scales.logX, scheme, false), ...ends(data.extent?.x) };
  const series = {
    data: named || bars ? usable.map(([, y, label]) => ({ value: y, name: label })) : usable.map(([x, y, label]) => ({ value: [x, y], name: label })),
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
    yAxis: { ...axis(yTitle, scales.logY, scheme, true), scale: !bars, ...ends(data.extent?.y) },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { dataIndex: number }) => {
        const row = usable[p.dataIndex];
        if (row === undefined) {
          return "";
        }
        const [x, y, label] = row;
        const lines = [`${plot.x.label}: ${typeof x === "number" ? measured(x) : x}`, `${plot.y?.label ?? text.results.count}: ${measured(y)}`, ...meanWords(data, rows[p.dataIndex] ?? -1)];
        return (label === "" ? lines : [label, ...lines]).join("\n");
      },
    },
    series: [
      { type: kind, ...series },
      ...(data.spread === undefined
        ? []
        : [errorBars(rows.map((row, i) => ({ x: named || bars ? i : Number(data.x[row]), y: data.y[row] ?? 0, spread: data.spread?.[row] ?? 0 })), scales.logY, c.ink)]),
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
      return "kind" in grid ? heatOption(plot, data, scales.logY, scheme) : contourOption(plot, grid, scales, scheme);
    }
  }
}
