import { describe, expect, it } from "vitest";
import type { App, JobDetail } from "../../api/types";
import { check, emptyForm, fromExample, fromJob, schemaFor, serverErrors } from "./form";

const app: App = {
  id: "hmmsearch",
  title: "HMMER search",
  category: "Sequences",
  about: "",
  runnable: true,
  schema: {
    type: "object",
    required: ["profile", "evalue"],
    properties: {
      profile: { type: "string", format: "file", title: "Profile" },
      evalue: { type: "number", title: "E-value", default: 10, exclusiveMinimum: 0 },
      mode: { type: "string", enum: ["a", "b"], default: "a" },
    },
  },
  ui: {},
  examples: [{ title: "Small", inputs: { profile: "example:p.hmm", evalue: 1 } }],
  sweepable: ["evalue", "mode"],
  resources: { cpus: 1, memoryBytes: 1, diskBytes: 1, minimumSeconds: 1, expectedSeconds: 1, maximumSeconds: 1 },
};

describe("an application's form", () => {
  it("startsWithTheDefaults", () => {
    expect(emptyForm(app).inputs).toEqual({ evalue: 10, mode: "a" });
  });
  it("becomesARequest", () => {
    const form = { ...fromExample(app, app.examples[0]!), name: " mine ", chunks: 4 };
    expect(check(app, form)).toEqual({
      kind: "request",
      request: { app: "hmmsearch", inputs: { profile: "example:p.hmm", evalue: 1, mode: "a" }, name: "mine", chunks: 4 },
    });
  });
  it("namesEveryWrongField", () => {
    expect(check(app, { ...emptyForm(app), inputs: { evalue: -1 } })).toEqual({
      kind: "errors",
      errors: { profile: "Profile is needed.", evalue: "-1 must be above 0." },
    });
  });
  it("takesSeveralValuesInPlaceOfOne", () => {
    const form = { ...fromExample(app, app.examples[0]!), sweep: { evalue: "1, 10, 1e-3", mode: ["a", "b"] } };
    expect(check(app, form)).toEqual({
      kind: "request",
      request: { app: "hmmsearch", inputs: { profile: "example:p.hmm" }, sweep: { evalue: [1, 10, 0.001], mode: ["a", "b"] } },
    });
    expect(schemaFor(app, form.sweep).required).toEqual(["profile"]);
  });
  it("checksEachOfSeveralValues", () => {
    const start = fromExample(app, app.examples[0]!);
    expect(check(app, { ...start, sweep: { evalue: "1, 0" } })).toMatchObject({ errors: { evalue: "0 must be above 0." } });
    expect(check(app, { ...start, sweep: { evalue: "1, x" } })).toMatchObject({ errors: { evalue: "“x” is not a number. Write it as 10, 0.5 or 1e-5." } });
    expect(check(app, { ...start, sweep: { mode: [] } })).toMatchObject({ kind: "errors" });
  });
  it("fillsInFromAnEarlierJobAndDropsWhatTheApplicationLost", () => {
    const job = { name: "first", inputs: { profile: "uploads/p", gone: 1 }, sweep: { evalue: [1, 2] }, chunks: 8 } as unknown as JobDetail;
    expect(fromJob(app, job)).toEqual({
      inputs: { profile: "uploads/p", evalue: 10, mode: "a" },
      sweep: { evalue: "1, 2" },
      chunks: 8,
      name: "first",
    });
  });
  it("putsTheServersErrorsAtTheirFields", () => {
    const list = [
      { field: "inputs.profile", message: "Empty file." },
      { field: "/inputs/evalue", message: "Too small." },
      { field: "sweep", message: "Too many." },
      { field: "chunks", message: "At most 50." },
    ];
    expect(serverErrors(app, list)).toEqual({ profile: "Empty file.", evalue: "Too small.", chunks: "At most 50.", "": "Too many." });
  });
});
