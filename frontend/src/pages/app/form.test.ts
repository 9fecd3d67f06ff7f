import { describe, expect, it } from "vitest";
import type { App, JobDetail } from "../../api/types";
import type { Range } from "../../lib/range";
import cases from "../../../../job-api/src/test/resources/form-cases.json";
import { askedNow, followed } from "./cases";
import { check, emptyForm, fromExample, fromJob, fromRequest, schemaFor, serverErrors, withPreset } from "./form";

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
      combinations: 1,
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
      combinations: 6,
      request: { app: "hmmsearch", inputs: { profile: "example:p.hmm" }, sweep: { evalue: [1, 10, 0.001], mode: ["a", "b"] } },
    });
    expect(schemaFor(askedNow(app, form.inputs), form.sweep).required).toEqual(["profile"]);
  });
  it("takesSeveralFilesInPlaceOfOne", () => {
    const many: App = { ...app, sweepable: ["profile", "evalue"] };
    const files = ["uploads/a.hmm", "home:b, c.hmm"];
    const form = { ...emptyForm(many), sweep: { profile: files } };
    const request = { app: "hmmsearch", inputs: { evalue: 10, mode: "a" }, sweep: { profile: files } };
    expect(check(many, form)).toEqual({ kind: "request", combinations: 2, request });
    expect(fromRequest(many, request).sweep).toEqual({ profile: files });
    expect(check(many, { ...form, sweep: { profile: [] } })).toMatchObject({ errors: { profile: expect.stringContaining("Profile") as unknown } });
    const thousand = Array.from({ length: 1001 }, (_, i) => `uploads/${i}`);
    expect(check(many, { ...form, sweep: { profile: thousand } })).toMatchObject({ errors: { profile: "1,001 files; at most 1,000 are possible in one job." } });
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
      together: false,
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
  it("takesOtherUnitsAndSaysWhichDoNotFit", () => {
    const units: App = { ...app, schema: { type: "object", properties: { length: { type: "number", title: "Length", "x-units": "nm", maximum: 5000 } } } };
    expect(check(units, { ...emptyForm(units), inputs: { length: "2.5 um" } })).toMatchObject({ request: { inputs: { length: 2500 } } });
    expect(check(units, { ...emptyForm(units), inputs: { length: "2 s" } })).toMatchObject({ errors: { length: "“2 s”: s cannot be converted to nm." } });
    expect(check(units, { ...emptyForm(units), inputs: { length: "6 um" } })).toMatchObject({ errors: { length: "6000 is above the largest value, 5000 nm." } });
  });
  it("asksOnlyWhatIsNeededAndSendsNothingElse", () => {
    const asking: App = {
      ...app,
      schema: {
        type: "object",
        properties: {
          mode: { type: "string", enum: ["a", "b"], default: "a" },
          steps: { type: "integer", title: "Steps", "x-show-if": { mode: ["b"] }, "x-required": true },
          deep: { type: "string", title: "Deep", default: "d", "x-show-if": { steps: [3] }, "x-required": false },
        },
      },
    };
    expect(check(asking, { ...emptyForm(asking), inputs: { mode: "a", steps: 3, deep: "d" } })).toMatchObject({ request: { inputs: { mode: "a" } } });
    expect(check(asking, { ...emptyForm(asking), inputs: { mode: "b" } })).toMatchObject({ errors: { steps: "Steps is needed." } });
    expect(check(asking, { ...emptyForm(asking), inputs: { mode: "b", steps: 3, deep: "e" } })).toMatchObject({ request: { inputs: { mode: "b", steps: 3, deep: "e" } } });
    expect([...askedNow(asking, { mode: "a", steps: 3, deep: "d" }).names]).toEqual(["mode"]);
  });
  it("agreesWithTheServerOnMadeUpValues", () => {
    const made: App = { ...app, schema: cases.schema };
    for (const one of cases.cases) {
      const result = check(made, { ...emptyForm(made), inputs: one.inputs });
      expect([one.inputs, one.wrong, result.kind]).toEqual([one.inputs, one.wrong, one.wrong === "" ? "request" : "errors"]);
      for (const field of one.hidden) {
        const [name = "", row, input] = field.split(/[[\].]+/);
        const sent = result.kind === "request" ? (result.request.inputs) : {};
        const level = row === undefined ? sent : ((sent[name] ?? []) as unknown[])[Number(row)];
        expect([field, level ?? {}]).toEqual([field, expect.not.objectContaining({ [input ?? name]: expect.anything() as unknown })]);
      }
    }
  });
  it("followsTheCaseThatHolds", () => {
    const made: App = { ...app, schema: cases.schema };
    const fast = followed(made, { method: "slow", cycles: 100, solver: "lu" }, { method: "fast", cycles: 100, solver: "lu" });
    expect(fast).toEqual({ method: "fast", cycles: 10, solver: "cg" });
    expect(followed(made, { method: "slow", cycles: 40 }, { method: "fast", cycles: 40 })).toMatchObject({ cycles: 40 });
    expect(check(made, { ...emptyForm(made), inputs: { method: "fast", cycles: 40, length: 3 } })).toMatchObject({ errors: { cycles: "40 is above the largest value, 20." } });
    expect(check(made, { ...emptyForm(made), inputs: { length: 2, part: 2.5 } })).toMatchObject({ errors: { part: "2.5 is above the largest value, 2 nm." } });
  });
  it("followsInTheRowWhatTheRowAndTheFormSay", () => {
    const made: App = { ...app, schema: cases.schema };
    const rows = [{ size: 1, kind: "a", load: 7 }, { size: 2, kind: "b", load: 7, depth: 0.5 }];
    // the unit goes with the case: what was typed is converted, a default goes to the next one
    expect(followed(made, { method: "fast", least: 1, parts: rows }, { method: "fast", least: 2, parts: rows })).toMatchObject({ parts: [{ load: 7 }, { load: 3 }] });
    const before = { method: "fast", least: 2, parts: [{ size: 1, kind: "a", load: 5 }, rows[1]] };
    expect(followed(made, before, { ...before, parts: [{ size: 1, kind: "b", load: 5 }, rows[1]] })).toMatchObject({ parts: [{ load: 5000 }, { load: 7 }] });
    expect(followed(made, { method: "slow", heat: 273.15 }, { method: "fast", heat: 273.15 })).toMatchObject({ heat: 0 });
    expect(followed(made, { method: "slow", heat: 300 }, { method: "fast", heat: 300 })).toMatchObject({ heat: 27 });
    // rows that only change places stay as they are
    const two = [{ size: 1, kind: "b", load: 7 }, { size: 2, kind: "a", load: 3 }];
    expect(followed(made, { method: "fast", least: 2, parts: two }, { method: "fast", least: 2, parts: two.toReversed() })).toMatchObject({ parts: two.toReversed() });
  });
  it("asksInEachRowWhatItNeeds", () => {
    const made: App = { ...app, schema: cases.schema };
    const form = { ...emptyForm(made), inputs: { method: "fast", least: 2, length: 3, parts: [{ size: 1, kind: "a", what: "x", depth: 9 }, { size: 1, kind: "b", load: 6 }] } };
    const now = askedNow(made, form.inputs);
    expect(now.rows.parts?.map((row) => [...row.names])).toEqual([
      ["size", "kind", "data", "load", "note"],
      ["size", "kind", "data", "depth", "load", "what", "note"],
    ]);
    expect(now.rows.parts?.map((row) => row.properties.load?.title)).toEqual(["Load", "Heavy load"]);
    expect(check(made, form)).toEqual({ kind: "errors", errors: { parts_1_load: "6 is above the largest value, 5 mK.", parts_1_what: "What is needed." } });
    const good = { ...form, inputs: { ...form.inputs, parts: [form.inputs.parts[0], { size: 1, kind: "b", load: "0.004 K", what: "y" }] } };
    expect(check(made, good)).toMatchObject({ request: { inputs: { parts: [{ size: 1, kind: "a" }, { size: 1, kind: "b", load: 4, what: "y" }] } } });
  });
  it("tellsWhatIsWrongInWhichRow", () => {
    const made: App = { ...app, schema: cases.schema };
    const rows = [{ size: "2 um" }, { size: 3.1 }, {}];
    expect(check(made, { ...emptyForm(made), inputs: { length: 3, parts: rows } })).toEqual({
      kind: "errors",
      errors: { parts_1_size: "3.1 is not a multiple of 0.5.", parts_2_size: "Size is needed." },
    });
    expect(check(made, { ...emptyForm(made), inputs: { length: 3, parts: [{ size: "2 um" }] } })).toMatchObject({ request: { inputs: { parts: [{ size: 2000 }] } } });
    expect(serverErrors(made, [{ field: "parts[1].size", message: "Too small." }])).toEqual({ parts_1_size: "Too small." });
  });
  it("countsCombinationsAndRefusesTooMany", () => {
    const start = fromExample(app, app.examples[0]!);
    const range = (count: string): Range => ({ kind: "even", from: "1", to: "2", step: "", count });
    expect(check(app, { ...start, sweep: { evalue: range("7"), mode: ["a", "b"] } })).toMatchObject({ combinations: 14 });
    expect(check(app, { ...start, sweep: { evalue: range("100000"), mode: ["a", "b"] } })).toMatchObject({
      errors: { "": "These values make 200,000 subjobs; at most 100,000 are possible in one job. Give fewer values." },
    });
    expect(check(app, { ...start, together: true, sweep: { evalue: range("2"), mode: ["a", "b"] } })).toMatchObject({ combinations: 2, request: { combine: "together" } });
    expect(check(app, { ...start, together: true, sweep: { evalue: range("3"), mode: ["a", "b"] } })).toMatchObject({ errors: { mode: "2 values, but E-value has 3. Inputs that vary together need as many values." } });
  });
  it("changesOnlyWhatAPresetGives", () => {
    const form = { ...fromExample(app, app.examples[0]!), sweep: { mode: ["a", "b"], evalue: "1, 2" } };
    expect(withPreset(app, form, { title: "p", inputs: { evalue: 3 } })).toMatchObject({ inputs: { profile: "example:p.hmm", evalue: 3 }, sweep: { mode: ["a", "b"] } });
  });
});
