import { describe, expect, it } from "vitest";
import { parseEvent, reduceJob, replaceJob, type JobView } from "./events";
import type { Job } from "./types";

const counts = { total: 4, idle: 4, running: 0, suspended: 0, held: 0, completed: 0, failed: 0, removed: 0 };
const job: Job = { id: 7, name: "n", app: "a", appTitle: "A", owner: "ada", state: "Idle", counts, submittedAt: "2026-11-21T10:00:00Z" };
const view: JobView = { job: { ...job, inputs: { evalue: 1 } }, states: "IIII", outputs: {} };

describe("reading events", () => {
  it("readsEveryKindOfTheContract", () => {
    expect(parseEvent("job", JSON.stringify(job))).toEqual({ kind: "job", job });
    expect(parseEvent("subjobs", '{"from":1,"states":"RR"}')).toEqual({ kind: "subjobs", from: 1, states: "RR" });
    expect(parseEvent("output", '{"index":2,"stream":"stderr","bytes":90}')).toEqual({ kind: "output", index: 2, stream: "stderr", bytes: 90 });
    expect(parseEvent("announcement", '{"text":"Friday"}')).toEqual({ kind: "announcement", announcement: "Friday" });
    expect(parseEvent("announcement", "null")).toEqual({ kind: "announcement", announcement: null });
    expect(parseEvent("certificates", '{"waiting":2,"asks":"10.128.0.7"}')).toEqual({ kind: "certificates", waiting: 2, asks: "10.128.0.7" });
    expect(parseEvent("certificates", '{"waiting":0,"asks":null}')).toEqual({ kind: "certificates", waiting: 0, asks: null });
    expect(parseEvent("reset", "{}")).toEqual({ kind: "reset" });
  });
  it("ignoresWhatItDoesNotKnow", () => {
    expect(parseEvent("later", "{}")).toBeUndefined();
    expect(parseEvent("job", "{")).toBeUndefined();
    expect(parseEvent("job", "[]")).toBeUndefined();
    expect(parseEvent("certificates", '{"waiting":"2"}')).toBeUndefined();
    expect(parseEvent("subjobs", '{"from":"1","states":"R"}')).toBeUndefined();
    expect(parseEvent("output", '{"index":2,"stream":"other","bytes":90}')).toBeUndefined();
  });
});

describe("a job page's state", () => {
  it("keepsTheDetailsWhenTheSummaryChanges", () => {
    const next = reduceJob(view, { kind: "job", job: { ...job, state: "Running" } });
    expect(next.job?.state).toBe("Running");
    expect(next.job?.inputs).toEqual({ evalue: 1 });
  });
  it("ignoresAnotherJob", () => {
    expect(reduceJob(view, { kind: "job", job: { ...job, id: 8 } })).toBe(view);
  });
  it("patchesTheStatesWithASlice", () => {
    expect(reduceJob(view, { kind: "subjobs", from: 2, states: "RC" }).states).toBe("IIRC");
  });
  it("returnsTheSameObjectWhenNothingChanged", () => {
    expect(reduceJob(view, { kind: "subjobs", from: 2, states: "I" })).toBe(view);
    expect(reduceJob(view, { kind: "reset" })).toBe(view);
  });
  it("neverShrinksAnOutput", () => {
    const grown = reduceJob(view, { kind: "output", index: 0, stream: "stdout", bytes: 10 });
    expect(grown.outputs).toEqual({ "0/stdout": 10 });
    expect(reduceJob(grown, { kind: "output", index: 0, stream: "stdout", bytes: 4 })).toBe(grown);
  });
});

describe("a page of jobs", () => {
  it("replacesAJobInPlace", () => {
    const page = { jobs: [job, { ...job, id: 6 }], count: 2 };
    expect(replaceJob(page, { ...job, id: 6, state: "Failed" })?.jobs.map((j) => j.state)).toEqual(["Idle", "Failed"]);
  });
  it("saysWhenTheJobIsNotThere", () => {
    expect(replaceJob({ jobs: [job] }, { ...job, id: 9 })).toBeUndefined();
  });
});
