/** What people used, put together as the page shows it. Pure. */
import type { Efficiency, Group, JobUse } from "../../api/types";
import { count, fixed, small } from "../../lib/format";
import { palette, type Scheme } from "../job/axes";

export interface Named extends JobUse {
  name: string;
}

const NONE: JobUse = {
  runs: 0,
  completed: 0,
  coreHours: 0,
  lostCoreHours: 0,
  measuredCoreHours: 0,
  cpuHours: 0,
  memoryAskedGiBHours: 0,
  memoryUsedGiBHours: 0,
  timeUsedHours: 0,
  timeExpectedHours: 0,
  timeAllowedHours: 0,
};

export function sum(uses: readonly JobUse[]): JobUse {
  return uses.reduce<JobUse>(
    (a, b) => ({
      runs: a.runs + b.runs,
      completed: a.completed + b.completed,
      coreHours: a.coreHours + b.coreHours,
      lostCoreHours: a.lostCoreHours + b.lostCoreHours,
      measuredCoreHours: a.measuredCoreHours + b.measuredCoreHours,
      cpuHours: a.cpuHours + b.cpuHours,
      memoryAskedGiBHours: a.memoryAskedGiBHours + b.memoryAskedGiBHours,
      memoryUsedGiBHours: a.memoryUsedGiBHours + b.memoryUsedGiBHours,
      timeUsedHours: a.timeUsedHours + b.timeUsedHours,
      timeExpectedHours: a.timeExpectedHours + b.timeExpectedHours,
      timeAllowedHours: a.timeAllowedHours + b.timeAllowedHours,
    }),
    NONE,
  );
}

/** People's use by group; who is in several counts in each, who is in none in the last row. */
export function byGroup(people: readonly Named[], groups: readonly Pick<Group, "name" | "members">[], none: string): Named[] {
  const rows = groups.map((group) => ({ name: group.name, ...sum(people.filter((one) => group.members.includes(one.name))) }));
  const rest = people.filter((one) => !groups.some((group) => group.members.includes(one.name)));
  return [...rows.filter((row) => row.runs > 0), ...(rest.length === 0 ? [] : [{ name: none, ...sum(rest) }])];
}

/** Who used most first. */
export function largestFirst(rows: readonly Named[]): Named[] {
  return rows.toSorted((a, b) => b.coreHours - a.coreHours || a.name.localeCompare(b.name));
}

/** A part of a whole in whole percent, undefined when nothing was measured; never above 100. */
export function share(used: number, asked: number): number | undefined {
  return asked > 0 ? Math.min(100, Math.round((100 * used) / asked)) : undefined;
}

/** Three digits or so; what is less than 0.01 by its first two, so that a first run is not nothing. */
export function hours(n: number): string {
  return n > 0 && n < 0.01 ? small(n) : fixed(n, n >= 100 ? 0 : n >= 10 ? 1 : 2);
}

export interface Bar {
  day: string;
  used: number;
  unused: number;
}

const DAY = 86_400_000;

/** A bar for every bucket of the period, also those in which nothing ended. */
export function bars(data: Pick<Efficiency, "from" | "bucketDays" | "points">, days: number): Bar[] {
  const found = new Map<string, Bar>();
  const first = Date.parse(data.from);
  for (let at = 0; at < days; at += data.bucketDays) {
    const day = new Date(first + at * DAY).toISOString().slice(0, 10);
    found.set(day, { day, used: 0, unused: 0 });
  }
  for (const point of data.points) {
    const bar = found.get(point.day);
    if (bar !== undefined) {
      const used = Math.min(point.cpuHours, point.coreHours);
      bar.used += used;
      bar.unused += point.coreHours - used;
    }
  }
  return [...found.values()];
}

export function chartOption(list: readonly Bar[], names: { used: string; unused: string; picture: string }, scheme: Scheme) {
  const c = palette[scheme];
  const part = (name: string, color: string, of: (bar: Bar) => number) => ({
    name,
    type: "bar" as const,
    stack: "hours",
    barCategoryGap: "20%",
    itemStyle: { color },
    data: list.map(of),
  });
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif', color: c.ink },
    grid: { left: 52, right: 12, top: 32, bottom: 28 },
    tooltip: {
      trigger: "axis" as const,
      renderMode: "richText" as const,
      backgroundColor: c.paper,
      borderColor: c.line,
      textStyle: { color: c.ink },
      valueFormatter: (v: unknown) => (typeof v === "number" ? hours(v) : "–"),
    },
    xAxis: {
      type: "category" as const,
      data: list.map((bar) => bar.day),
      axisLine: { lineStyle: { color: c.soft } },
      axisLabel: { color: c.soft, hideOverlap: true, formatter: (day: string) => day.slice(5) },
    },
    yAxis: {
      type: "value" as const,
      name: names.picture,
      min: 0,
      axisLabel: { color: c.soft, formatter: (n: number) => (n < 1 ? small(n) : count(n)) },
      splitLine: { lineStyle: { color: c.line } },
      nameTextStyle: { color: c.ink, fontSize: 12, align: "left" as const },
    },
    series: [part(names.used, c.main, (bar) => bar.used), part(names.unused, scheme === "light" ? "#c3cad0" : "#56606a", (bar) => bar.unused)],
  };
}
