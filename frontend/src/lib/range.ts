/** A sweep told in short, as the form asks for it and the request holds it. The server makes the values, Sweep.java; here they are counted alike. Pure. */
import type { JobRequest } from "../api/types";
import { MOST } from "./sweep";
import { readQuantity } from "./units";

export const KINDS = ["step", "even", "log", "random", "latin"] as const;
export type RangeKind = (typeof KINDS)[number];

/** Fields as typed. */
export interface Range {
  kind: RangeKind;
  from: string;
  to: string;
  step: string;
  count: string;
}

export type SweepValues = NonNullable<JobRequest["sweep"]>[string];

export type ReadRange =
  | { kind: "range"; count: number; ends: [number, number]; request: SweepValues }
  | { kind: "problem"; field: "from" | "to" | "step" | "count"; why: "number" | "order" | "positive" | "many"; value: string };

export function isSampled(kind: RangeKind): boolean {
  return kind === "random" || kind === "latin";
}

/** What a range of an input in `units` means; `whole` for integers; values that are computed are multiples of `grid`. */
export function readRange(range: Range, units: string | undefined, whole: boolean, grid = whole ? 1 : undefined): ReadRange {
  const wrong = (field: "from" | "to" | "step" | "count", why: "number" | "order" | "positive" | "many", value: string) =>
    ({ kind: "problem", field, why, value }) as const;
  const number = (field: "from" | "to" | "step"): number | undefined => {
    const read = readQuantity(range[field], units);
    return read.kind === "number" && (!whole || Number.isInteger(read.value)) ? read.value : undefined;
  };
  const from = number("from");
  if (from === undefined) {
    return wrong("from", "number", range.from);
  }
  const to = number("to");
  if (to === undefined) {
    return wrong("to", "number", range.to);
  }
  if (to < from) {
    return wrong("to", "order", range.to);
  }
  if (range.kind === "log" && from <= 0) {
    return wrong("from", "positive", range.from);
  }
  if (range.kind === "step") {
    const step = number("step");
    if (step === undefined) {
      return wrong("step", "number", range.step);
    }
    if (step <= 0) {
      return wrong("step", "positive", range.step);
    }
    const count = Math.floor((to - from) / step + 1e-9) + 1;
    return count > MOST ? wrong("step", "many", String(count)) : { kind: "range", count, ends: [from, to], request: { from, to, step } };
  }
  const count = /^\s*\d{1,15}\s*$/.test(range.count) ? Number(range.count) : 0;
  if (count < 1) {
    return wrong("count", "number", range.count);
  }
  if (count > MOST) {
    return wrong("count", "many", String(count));
  }
  const request = { from, to, count };
  if (range.kind === "log") {
    return { kind: "range", count: distinct(from, to, count, grid), ends: [from, to], request: { ...request, scale: "log" } };
  }
  if (range.kind === "even") {
    return { kind: "range", count: grid === undefined ? (from === to ? 1 : count) : Math.min(count, Math.round((to - from) / grid) + 1), ends: [from, to], request };
  }
  return { kind: "range", count, ends: [from, to], request: { ...request, sample: range.kind } };
}

/** Multiples of a number on a logarithmic scale fall together at its beginning. */
function distinct(from: number, to: number, count: number, grid: number | undefined): number {
  if (grid === undefined) {
    return from === to ? 1 : count;
  }
  const values = new Set<number>();
  for (let i = 0; i < count; i++) {
    values.add(Math.round((i === count - 1 && count > 1 ? to : from * (to / from) ** (count === 1 ? 0 : i / (count - 1))) / grid));
  }
  return values.size;
}

/** The fields of a range in a request, undefined for a list. */
export function rangeOf(values: unknown): Range | undefined {
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    return undefined;
  }
  const told = values as Partial<Record<"from" | "to" | "step" | "count" | "scale" | "sample", string | number>>;
  const kind = told.sample === "random" || told.sample === "latin" ? told.sample : told.scale === "log" ? "log" : told.step === undefined ? "even" : "step";
  return { kind, from: String(told.from ?? ""), to: String(told.to ?? ""), step: String(told.step ?? ""), count: String(told.count ?? "") };
}
