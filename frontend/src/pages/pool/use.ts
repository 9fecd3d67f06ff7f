/** The pool's past as a drawing: what ECharts is told, and a CSV of the same. Pure. */
import type { PoolLoad, PoolUsage } from "../../api/types";
import { count, decimal } from "../../lib/format";
import { palette, type Scheme } from "../job/axes";

export interface History {
  bucketSeconds: number;
  points: readonly PoolLoad[];
}

export type By = "state" | "user";

export interface Names {
  cores: string;
  running: string;
  free: string;
  off: string;
  others: string;
  waiting: string;
}

export interface Band {
  name: string;
  colour: string;
  of: (point: PoolLoad) => number;
}

/** Okabe and Ito's colours, which colour-blind people tell apart. */
const bands = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];
const grey = { light: "#c3cad0", dark: "#56606a" };
const faint = { light: "#e4e8eb", dark: "#333b42" };

/** The bands from below: people or use, then what was free, then what was not usable. */
export function bandsOf(history: History, by: By, names: Names, scheme: Scheme): Band[] {
  const rest: Band[] = [
    { name: names.free, colour: grey[scheme], of: (p) => p.free },
    { name: names.off, colour: faint[scheme], of: (p) => p.off },
  ];
  if (by === "state") {
    return [{ name: names.running, colour: bands[0] ?? "", of: (p) => p.running }, ...rest];
  }
  const sums = new Map<string, number>();
  for (const point of history.points) {
    for (const [user, cores] of Object.entries(point.users)) {
      sums.set(user, (sums.get(user) ?? 0) + cores);
    }
  }
  const most = [...sums].sort((a, b) => b[1] - a[1]).slice(0, bands.length - 1).map(([user]) => user);
  const people = most.map<Band>((user, i) => ({ name: user, colour: bands[i] ?? "", of: (p) => p.users[user] ?? 0 }));
  const others: Band = {
    name: names.others,
    colour: bands[bands.length - 1] ?? "",
    of: (p) => Math.max(0, p.running - most.reduce((sum, user) => sum + (p.users[user] ?? 0), 0)),
  };
  const some = history.points.some((p) => others.of(p) > 0.001);
  return [...people, ...(some ? [others] : []), ...rest];
}

/** Times and values; a bucket that nobody saw is null, so that it is drawn as a gap. */
export function series(history: History, of: (point: PoolLoad) => number): [number, number | null][] {
  const step = history.bucketSeconds * 1000;
  const out: [number, number | null][] = [];
  let last: number | undefined;
  for (const point of history.points) {
    const at = Date.parse(point.at);
    if (last !== undefined && at - last > step * 1.5) {
      out.push([last + step, null]);
    }
    out.push([at, of(point)]);
    last = at;
  }
  return out;
}

function round(n: number): string {
  return decimal(Number(n.toFixed(n >= 100 ? 0 : n >= 10 ? 1 : 2)));
}

export function optionFor(history: History, by: By, names: Names, scheme: Scheme) {
  const c = palette[scheme];
  const value = {
    type: "value" as const,
    min: 0,
    axisLabel: { color: c.soft, hideOverlap: true, formatter: count },
    splitLine: { lineStyle: { color: c.line } },
    nameTextStyle: { color: c.ink, fontSize: 12, align: "left" as const },
    nameGap: 10,
  };
  const time = { type: "time" as const, axisLine: { lineStyle: { color: c.soft } }, axisLabel: { color: c.soft, hideOverlap: true } };
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif', color: c.ink },
    tooltip: {
      trigger: "axis" as const,
      renderMode: "richText" as const, // drawn in the canvas: people's names stay text
      backgroundColor: c.paper,
      borderColor: c.line,
      textStyle: { color: c.ink },
      valueFormatter: (v: unknown) => (typeof v === "number" ? round(v) : "–"),
    },
    axisPointer: { link: [{ xAxisIndex: [0, 1] }] },
    grid: [
      { left: 44, right: 16, top: 32, height: 150 },
      { left: 44, right: 16, top: 236, height: 60 },
    ],
    xAxis: [{ ...time, axisLabel: { show: false }, gridIndex: 0 }, { ...time, gridIndex: 1 }],
    yAxis: [
      { ...value, name: names.cores, gridIndex: 0 },
      { ...value, name: names.waiting, gridIndex: 1, splitNumber: 2 },
    ],
    series: [
      ...bandsOf(history, by, names, scheme).map((band) => ({
        name: band.name,
        type: "line" as const,
        step: "end" as const,
        stack: "cores",
        symbol: "none",
        lineStyle: { width: 0 },
        itemStyle: { color: band.colour },
        areaStyle: { color: band.colour, opacity: 1 },
        data: series(history, band.of),
      })),
      {
        name: names.waiting,
        type: "line" as const,
        step: "end" as const,
        symbol: "none",
        xAxisIndex: 1,
        yAxisIndex: 1,
        lineStyle: { width: 1.5, color: c.soft },
        itemStyle: { color: c.soft },
        data: series(history, (p) => p.waiting),
      },
    ],
  };
}

/** Average cores in use and there, over the time that was seen. */
export function average(history: History): { running: number; all: number } {
  const n = Math.max(1, history.points.length);
  const sum = (of: (p: PoolLoad) => number) => history.points.reduce((total, p) => total + of(p), 0) / n;
  return { running: sum((p) => p.running), all: sum((p) => p.running + p.free + p.off) };
}

export { round as cores };

function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** What people used, a line for each and month. */
export function usageCsv(months: PoolUsage["months"]): string {
  const lines = ["month,person,jobs,subjobs completed,subjobs failed,core hours"];
  for (const one of months) {
    lines.push([one.month, cell(one.person), one.jobs, one.completed, one.failed, one.coreHours.toFixed(3)].join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** The same as comma-separated values; a name that a spreadsheet would take for a formula gets an apostrophe. */
export function csv(history: History): string {
  const users = [...new Set(history.points.flatMap((p) => Object.keys(p.users)))].sort();
  const lines = [["at", "running", "free", "off", "waiting", ...users.map((u) => `user ${u}`), "others"].map(cell).join(",")];
  for (const p of history.points) {
    lines.push([p.at, p.running, p.free, p.off, p.waiting, ...users.map((u) => p.users[u] ?? 0), p.others ?? 0].join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}
