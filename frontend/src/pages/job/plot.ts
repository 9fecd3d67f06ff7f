/** From a plot's declaration and its rows to ECharts' option. Pure, so that screen and export draw the same. */
import type { EChartsCoreOption } from "echarts/core";
import type { Axis, Plot } from "../../api/types";
import { cellsOf } from "../../lib/grid";
import { histogram } from "../../lib/histogram";
import { count, measured } from "../../lib/format";
import { text } from "../../text/jobs";

/** Okabe and Ito's colours: told apart with any colour vision. The first is lighter on dark ground. */
export const palette = {
  light: { ink: "#22282d", soft: "#5b646c", line: "#dfe3e7", main: "#0072b2", paper: "#ffffff" },
  dark: { ink: "#d3d9dd", soft: "#a6adb4", line: "#343b41", main: "#56b4e9", paper: "#15181b" },
} as const;

export type Scheme = keyof typeof palette;

export interface PlotData {
  x: (number | string)[];
  y: number[];
  label: string[];
  /** Of a heat map: the places of its y axis, which may be words, and the values that colours say. */
  rows?: (number | string)[];
  z?: number[];
  /** The swept values that each row belongs to, in words; absent when the plot shows them already or nothing was swept. */
  group?: string[];
}

/** Runs that are told apart by colour at most; more are looked at one after the other. */
export const MOST_COLOURS = 7;

const okabeIto = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00"] as const;

/** The runs of a sweep in a plot, in the order of their rows. */
export function runsOf(data: PlotData): string[] {
  return [...new Set(data.group ?? [])];
}

export interface Scales {
  logX: boolean;
  /** Of a heat map: its colours. */
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

export function axisTitle(axis: Axis | { label: string; units?: string | null }): string {
  return typeof axis.units === "string" && axis.units !== "" ? `${axis.label} [${axis.units}]` : axis.label;
}

/** Whether runs of a sweep are drawn over one another. */
export function overlaid(plot: Plot, data: PlotData): boolean {
  return (plot.kind === "line" || plot.kind === "scatter") && data.x.every((x) => typeof x === "number") && runsOf(data).length > 1;
}

/** Values that a log axis cannot show. */
export function dropped(plot: Plot, data: PlotData, scales: Scales): number {
  if (plot.kind === "heatmap") {
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

/** A figure beside an axis; whole thousands of thousands as 1e7, so that they fit on a phone. */
function tick(value: number): string {
  const size = Math.abs(value);
  return size >= 1e6 ? value.toExponential().replace("e+", "e") : measured(value);
}

function axis(title: string, log: boolean, scheme: Scheme, vertical: boolean) {
  const c = palette[scheme];
  return {
    type: log ? "log" : "value",
    name: title,
    nameLocation: "middle",
    nameGap: vertical ? 52 : 30,
    nameTextStyle: { color: c.ink, fontSize: 12 },
    scale: true,
    axisLine: { show: true, lineStyle: { color: c.soft } },
    axisTick: { show: true, lineStyle: { color: c.soft } },
    axisLabel: { color: c.soft, formatter: tick, hideOverlap: true },
    splitLine: { show: vertical, lineStyle: { color: c.line } },
  };
}

function base(scheme: Scheme) {
  const c = palette[scheme];
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif", color: c.ink },
    grid: { left: 76, right: 24, top: 16, bottom: 52 },
    // richText draws the tooltip in the canvas: no HTML, so names of the user's making stay text
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      backgroundColor: c.paper,
      borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 12 },
      confine: true,
    },
  };
}

function histogramOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme): EChartsCoreOption {
  const bins = histogram(data.x.filter((v) => typeof v === "number"), scales.logX);
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
  const rows = runs.map((run) =>
    data.x
      .map((x, i): [number, number, string, string] => [Number(x), data.y[i] ?? Number.NaN, data.label[i] ?? "", data.group?.[i] ?? ""])
      .filter(([x, y, , group]) => group === run && Number.isFinite(x) && Number.isFinite(y) && (!scales.logY || y > 0) && (!scales.logX || x > 0)),
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
    grid: { left: 76, right: 24, top: few ? 44 : 16, bottom: 52 },
    legend: few ? { type: "scroll", top: 0, itemGap: 18, textStyle: { color: c.ink }, inactiveColor: c.soft } : undefined,
    xAxis: axis(axisTitle(plot.x), scales.logX, scheme, false),
    yAxis: axis(plot.y === null || plot.y === undefined ? text.results.count : axisTitle(plot.y), scales.logY, scheme, true),
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { seriesName?: string; value: number[]; name: string }) => {
        const [x = Number.NaN, y = Number.NaN] = p.value;
        const lines = [p.seriesName ?? "", `${plot.x.label}: ${measured(x)}`, `${plot.y?.label ?? text.results.count}: ${measured(y)}`];
        return (p.name === "" ? lines : [p.name, ...lines]).join("\n");
      },
    },
    series,
  };
}

function pointsOption(plot: Plot, data: PlotData, scales: Scales, scheme: Scheme): EChartsCoreOption {
  const c = palette[scheme];
  const named = data.x.some((v) => typeof v === "string");
  const yTitle = plot.y === null || plot.y === undefined ? text.results.count : axisTitle(plot.y);
  const usable = data.x
    .map((x, i) => [x, data.y[i] ?? Number.NaN, data.label[i] ?? ""] as [number | string, number, string])
    .filter(([x, y]) => Number.isFinite(y) && (!scales.logY || y > 0) && (!scales.logX || typeof x === "string" || x > 0));
  if (plot.kind === "line" && !named) {
    usable.sort((a, b) => Number(a[0]) - Number(b[0]));
  }
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
      : axis(axisTitle(plot.x), scales.logX, scheme, false);
  const series = {
    data: named || bars ? usable.map(([, y, label]) => ({ value: y, name: label })) : usable.map(([x, y, label]) => ({ value: [x, y], name: label })),
    itemStyle: { color: c.main, opacity: plot.kind === "scatter" && usable.length > 300 ? 0.6 : 1 },
    lineStyle: { color: c.main, width: 2 },
    symbolSize: plot.kind === "line" ? 6 : many ? 4 : 6,
    showSymbol: usable.length <= 200,
    sampling: plot.kind === "line" ? "lttb" : undefined,
    barMaxWidth: 48,
  };
  return {
    ...base(scheme),
    xAxis,
    yAxis: { ...axis(yTitle, scales.logY, scheme, true), scale: !bars },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { dataIndex: number }) => {
        const row = usable[p.dataIndex];
        if (row === undefined) {
          return "";
        }
        const [x, y, label] = row;
        const lines = [`${plot.x.label}: ${typeof x === "number" ? measured(x) : x}`, `${plot.y?.label ?? text.results.count}: ${measured(y)}`];
        return (label === "" ? lines : [label, ...lines]).join("\n");
      },
    },
    series: [{ type: kind, ...series }],
  };
}

/** From dark to light with any colour vision, and on grey paper: cividis. */
const cividis = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"] as const;

/** Cells coloured by a third column; on a logarithmic scale by its exponent, told as the value. */
function heatOption(plot: Plot, data: PlotData, log: boolean, scheme: Scheme): EChartsCoreOption {
  const c = palette[scheme];
  const { x, y, cells } = cellsOf(data.x, data.rows ?? [], data.z ?? []);
  const drawn = cells.filter(([, , mean]) => !log || mean > 0);
  const colours = drawn.map(([, , mean]) => (log ? Math.log10(mean) : mean));
  const low = colours.reduce((a, b) => Math.min(a, b), Infinity);
  const high = colours.reduce((a, b) => Math.max(a, b), -Infinity);
  const places = (title: string, names: string[], vertical: boolean) => ({
    ...axis(title, false, scheme, vertical),
    type: "category",
    data: names,
    scale: undefined,
    nameGap: vertical ? 58 : 30,
    axisLabel: { color: c.soft, hideOverlap: true, overflow: "truncate", width: vertical ? 50 : 120 },
    splitLine: { show: false },
  });
  const zTitle = plot.z === undefined ? text.results.count : axisTitle(plot.z);
  return {
    ...base(scheme),
    grid: { left: 76, right: 24, top: 48, bottom: 52 },
    xAxis: places(axisTitle(plot.x), x, false),
    yAxis: places(plot.y === null || plot.y === undefined ? "" : axisTitle(plot.y), y, true),
    visualMap: {
      type: "continuous",
      dimension: 2,
      min: Number.isFinite(low) ? low : 0,
      max: high > low ? high : (Number.isFinite(low) ? low : 0) + 1,
      calculable: false,
      orient: "horizontal",
      left: "center",
      top: 0,
      itemWidth: 14,
      itemHeight: 160,
      text: [`${measured(log ? 10 ** high : high)}  ${zTitle}`, measured(log ? 10 ** low : low)],
      textStyle: { color: c.ink, fontSize: 12 },
      inRange: { color: [...cividis] },
    },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { dataIndex: number }) => {
        const [column, row, mean, n] = drawn[p.dataIndex] ?? [0, 0, Number.NaN, 0];
        const lines = [`${plot.x.label}: ${x[column] ?? ""}`, `${plot.y?.label ?? ""}: ${y[row] ?? ""}`, `${plot.z?.label ?? ""}: ${measured(mean)}`];
        return (n > 1 ? [...lines, text.results.meanOf(count(n))] : lines).join("\n");
      },
    },
    series: [{ type: "heatmap", data: drawn.map(([column, row], i) => [column, row, colours[i]]), itemStyle: { borderWidth: 0 }, progressive: 0 }],
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
  }
}
