/** What the event streams say, and what it does to what the page knows. Pure: no DOM, no network. */
import { sayAll } from "../lib/said";
import { applySlice } from "../lib/subjobStates";
import type { Job, JobDetail, Pool } from "./types";

export type LiveEvent =
  | { kind: "job"; job: Job }
  | { kind: "subjobs"; from: number; states: string }
  | { kind: "output"; index: number; stream: "stdout" | "stderr"; bytes: number }
  | { kind: "pool"; pool: Pool }
  | { kind: "announcement"; announcement: string | null }
  | { kind: "certificates"; waiting: number; asks: string | null }
  | { kind: "reset" };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads one event; undefined for a name or a shape that this page does not know. */
export function parseEvent(name: string, data: string): LiveEvent | undefined {
  let value: unknown;
  try {
    value = sayAll(JSON.parse(data) as unknown);
  } catch {
    return undefined; // half a message, or a newer server's
  }
  switch (name) {
    case "job":
      return isObject(value) && typeof value.id === "number" ? { kind: "job", job: value as unknown as Job } : undefined;
    case "subjobs":
      return isObject(value) && typeof value.from === "number" && typeof value.states === "string"
        ? { kind: "subjobs", from: value.from, states: value.states }
        : undefined;
    case "output":
      return isObject(value) &&
        typeof value.index === "number" &&
        typeof value.bytes === "number" &&
        (value.stream === "stdout" || value.stream === "stderr")
        ? { kind: "output", index: value.index, stream: value.stream, bytes: value.bytes }
        : undefined;
    case "pool":
      return isObject(value) ? { kind: "pool", pool: value as unknown as Pool } : undefined;
    case "announcement":
      if (typeof value === "string" || value === null) {
        return { kind: "announcement", announcement: value };
      }
      if (isObject(value)) {
        const words = value.announcement ?? value.text ?? null;
        return { kind: "announcement", announcement: typeof words === "string" ? words : null };
      }
      return undefined;
    case "certificates":
      return isObject(value) && typeof value.waiting === "number"
        ? { kind: "certificates", waiting: value.waiting, asks: typeof value.asks === "string" ? value.asks : null }
        : undefined;
    case "reset":
      return { kind: "reset" };
    default:
      return undefined;
  }
}

/** What a job page knows from its stream. `outputs` holds the size so far by `index/stream`. */
export interface JobView {
  job: JobDetail | undefined;
  states: string;
  outputs: Readonly<Record<string, number>>;
}

/** One step of the job page's state. The same object comes back when nothing changed. */
export function reduceJob(view: JobView, event: LiveEvent): JobView {
  switch (event.kind) {
    case "job": {
      if (view.job === undefined || view.job.id !== event.job.id) {
        return view;
      }
      return { ...view, job: { ...view.job, ...event.job } };
    }
    case "subjobs": {
      const states = applySlice(view.states, event.from, event.states);
      return states === view.states ? view : { ...view, states };
    }
    case "output": {
      const key = `${event.index}/${event.stream}`;
      if ((view.outputs[key] ?? 0) >= event.bytes) {
        return view;
      }
      return { ...view, outputs: { ...view.outputs, [key]: event.bytes } };
    }
    case "pool":
    case "announcement":
    case "certificates":
    case "reset":
      return view;
  }
}

/** Puts a job into a page of jobs; undefined when it is not on this page. */
export function replaceJob<T extends { jobs: Job[] }>(page: T, job: Job): T | undefined {
  const at = page.jobs.findIndex((j) => j.id === job.id);
  if (at < 0) {
    return undefined;
  }
  const jobs = page.jobs.slice();
  jobs[at] = { ...jobs[at], ...job }; // events are silent of tags and notes
  return { ...page, jobs };
}
