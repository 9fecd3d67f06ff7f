/** What the form holds, and how it becomes a request. Pure. */
import type { RJSFSchema } from "@rjsf/utils";
import type { App, JobDetail, JobRequest } from "../../api/types";
import { count, plain } from "../../lib/format";
import { isSampled, rangeOf, readRange, type Range, type SweepValues } from "../../lib/range";
import { MOST, MOST_FILES, parseSweep } from "../../lib/sweep";
import { readQuantity } from "../../lib/units";
import { problems, type Values } from "../../lib/validator";
import { text } from "../../text/apps";
import { askedNow, filledRow, followed, meant, requiredOf, rowOf, type Asked } from "./cases";

export interface FormState {
  inputs: Values;
  /** Inputs that take several values: what was typed, or the chosen ones. */
  sweep: Readonly<Record<string, SweepField>>;
  /** Whether swept inputs go on together instead of in every combination. */
  together: boolean;
  chunks: number | undefined;
  /** Where it runs; undefined leaves that to the portal. */
  pool: PoolName | undefined;
  name: string;
}

/** Typed values, chosen ones, or a range. */
export type SweepField = string | string[] | Range;

export type PoolName = NonNullable<JobRequest["pool"]>;

export type Errors = Record<string, string>;

/** The property of an input of the form, or as `group.input` of one of a row. */
export function propertyOf(app: App, name: string): RJSFSchema {
  const dot = name.indexOf(".");
  const level = dot < 0 ? (app.schema as RJSFSchema) : rowOf(propertyOf(app, name.slice(0, dot)));
  const property = level?.properties?.[name.slice(dot + 1)];
  return typeof property === "object" ? property : {};
}

export function titleOf(app: App, name: string): string {
  return propertyOf(app, name).title ?? name;
}

/** The values that a closed list allows, undefined for an open one. */
export function choicesOf(property: RJSFSchema): { value: string; label: string }[] | undefined {
  if (Array.isArray(property.enum)) {
    return property.enum.map((v) => ({ value: plain(v), label: plain(v) }));
  }
  const named = property.oneOf ?? property.anyOf;
  if (Array.isArray(named) && named.every((c) => typeof c === "object" && "const" in c)) {
    return named.map((c) => {
      const choice = c as RJSFSchema;
      return { value: plain(choice.const), label: choice.title ?? plain(choice.const) };
    });
  }
  return undefined;
}

export function isFile(property: RJSFSchema): boolean {
  return property.format === "file";
}

/** The inputs that the choices of a property are made from; undefined when they stand in the schema or there are none. */
export function neededOf(property: RJSFSchema): readonly string[] | undefined {
  const options = (property as Values)["x-options"] as { needs?: readonly string[] } | undefined;
  return options === undefined ? undefined : (options.needs ?? []);
}

function defaults(app: App): Values {
  return defaultsOf(app.schema);
}

function defaultsOf({ properties = {} }: RJSFSchema): Values {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, p]) => typeof p === "object" && p.default !== undefined)
      .map(([name, p]) => [name, (p as RJSFSchema).default as unknown]),
  );
}

/** Only inputs that the application still has: a job may be older than the descriptor. */
function known(app: App, values: Values): Values {
  const properties = (app.schema as RJSFSchema).properties ?? {};
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in properties));
}

function sweepText(app: App, sweep: Values | undefined): Record<string, SweepField> {
  return Object.fromEntries(
    Object.entries(known(app, sweep ?? {})).map(([name, list]): [string, SweepField] => {
      const range = rangeOf(list);
      if (range !== undefined) {
        return [name, range];
      }
      const values = Array.isArray(list) ? list.map(String) : [String(list)];
      const property = propertyOf(app, name);
      const joined = property.type === "string" ? values.join("\n") : values.join(", ");
      return [name, choicesOf(property) === undefined && neededOf(property) === undefined && !isFile(property) ? joined : values];
    }),
  );
}

/** The values with the defaults of the cases that hold beside them, also in rows. */
function filled(app: App, values: Values): Values {
  const given = known(app, values);
  const now = askedNow(app, given).app;
  const form = meant(app, given);
  const rows = Object.entries(given)
    .filter(([name, v]) => Array.isArray(v) && v.every((row) => typeof row === "object" && row !== null) && rowOf(propertyOf(now, name)) !== undefined)
    .map(([name, v]): [string, unknown] => [name, (v as Values[]).map((row) => filledRow(propertyOf(now, name), row, form, name))]);
  return { ...defaults(now), ...given, ...Object.fromEntries(rows) };
}

export function emptyForm(app: App): FormState {
  return { inputs: defaults(app), sweep: {}, together: false, chunks: undefined, pool: undefined, name: "" };
}

export function fromExample(app: App, example: App["examples"][number]): FormState {
  return {
    inputs: filled(app, example.inputs),
    sweep: sweepText(app, example.sweep),
    together: false,
    chunks: undefined,
    pool: undefined,
    name: "",
  };
}

export function fromRequest(app: App, request: JobRequest): FormState {
  return {
    inputs: filled(app, request.inputs),
    sweep: sweepText(app, request.sweep),
    together: request.combine === "together",
    chunks: request.chunks,
    pool: request.pool,
    name: request.name ?? "",
  };
}

export function fromJob(app: App, job: JobDetail): FormState {
  return {
    inputs: filled(app, job.inputs),
    sweep: sweepText(app, job.sweep),
    together: job.combine === "together",
    chunks: job.chunks ?? undefined,
    pool: undefined,
    name: job.name === app.title ? "" : job.name,
  };
}

/** The form after a preset: what it gives is changed, the rest stays. */
export function withPreset(app: App, form: FormState, preset: App["examples"][number]): FormState {
  const given = known(app, preset.inputs);
  const kept = Object.fromEntries(Object.entries(form.sweep).filter(([name]) => !(name in given)));
  return { ...form, inputs: followed(app, form.inputs, { ...form.inputs, ...given }), sweep: { ...kept, ...sweepText(app, preset.sweep) } };
}

/** The schema of what is asked now, in each row too, without what a swept input no longer needs. */
export function schemaFor({ app, names, rows }: Asked, sweep: FormState["sweep"]): RJSFSchema {
  const schema = app.schema as RJSFSchema;
  const all = (schema.properties ?? {}) as Record<string, RJSFSchema>;
  const properties = Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => names.has(name))
      .map(([name, p]): [string, RJSFSchema] => [name, (rows[name] ?? []).length === 0 ? p : { ...p, prefixItems: rows[name]?.map((r) => r.schema) }]),
  );
  const required = requiredOf(schema, { properties: all, names }).filter((name) => !(name in sweep));
  return { ...schema, title: undefined, description: undefined, $schema: undefined, allOf: undefined, properties, required };
}

/** With how many subjobs a request has before its file is cut. */
/** Memory of a subjob that the address asks for, as the link from a job that used much less does. */
export function memoryIn(search: URLSearchParams): number | undefined {
  const asked = search.get("memory") ?? "";
  const bytes = Number(asked);
  return /^\d+$/.test(asked) && bytes >= 1 << 20 && bytes <= 2 ** 44 ? bytes : undefined;
}

/** The request with that memory in place of the application's. */
export function withMemory(checked: Checked, memoryBytes: number | undefined): Checked {
  return memoryBytes === undefined || checked.kind === "errors" ? checked : { ...checked, request: { ...checked.request, memoryBytes } };
}

export type Checked = { kind: "request"; request: JobRequest; combinations: number } | { kind: "errors"; errors: Errors };

function unitsOf(property: RJSFSchema): string | undefined {
  const units = (property as Values)["x-units"];
  return typeof units === "string" && units !== "" ? units : undefined;
}

/** Texts with a unit become numbers in the field's own; what cannot is told. Rows of a group are read alike. */
function measured(properties: RJSFSchema["properties"], rows: Asked["rows"], inputs: Values, errors: Errors, place = ""): Values {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      const declared = properties?.[name];
      const property = typeof declared === "object" ? declared : {};
      const own = rows[name];
      if (own !== undefined && Array.isArray(value)) {
        return [name, value.map((one, i) => measured(own[i]?.properties, {}, askedOf(own[i], (one ?? {}) as Values), errors, `${place}${name}_${i}_`))];
      }
      const units = unitsOf(property);
      if (typeof value !== "string" || units === undefined || (property.type !== "number" && property.type !== "integer")) {
        return [name, value];
      }
      const read = readQuantity(value, units);
      if (read.kind === "number") {
        return [name, read.value];
      }
      errors[`${place}${name}`] = read.reason === "number" ? text.validate.number(value) : text.validate.units(value, read.unit, units, read.reason === "kind");
      return [name, value];
    }),
  );
}

/** What of a row is sent: nothing that is not asked, as of the form. */
function askedOf(row: Asked["rows"][string][number] | undefined, given: Values): Values {
  return Object.fromEntries(Object.entries(given).filter(([name, v]) => v !== undefined && v !== "" && row?.names.has(name) === true));
}

interface Axis {
  values: SweepValues;
  count: number;
  sampled: boolean;
  /** Values to hold against the schema. */
  checked: readonly unknown[];
}

/** What is swept over for one input, or what is wrong with it. */
function axis(app: App, name: string, typed: SweepField): Axis | string {
  const property = propertyOf(app, name);
  const type = property.type === "number" || property.type === "integer" ? property.type : "string";
  const units = unitsOf(property);
  if (typeof typed === "object" && !Array.isArray(typed)) {
    const read = readRange(typed, units, type === "integer", property.multipleOf);
    return read.kind === "problem"
      ? text.sweep.problem[read.why](text.sweep.fields[read.field], read.value)
      : offGrid(read.request, property.multipleOf) ?? { values: read.request, count: read.count, sampled: isSampled(typed.kind), checked: read.ends };
  }
  const parsed = Array.isArray(typed)
    ? ({ kind: "values", values: typed.map((v) => (type === "string" ? v : Number(v))) } as const)
    : parseSweep(typed, type, units);
  if (isFile(property) && Array.isArray(typed) && typed.length > MOST_FILES) {
    return text.file.tooMany(count(typed.length), count(MOST_FILES));
  }
  if (parsed.kind === "problem" || parsed.values.length === 0) {
    return parsed.kind === "problem" && parsed.words !== "empty" ? text.validate.number(parsed.words) : text.form.severalNeeded(titleOf(app, name));
  }
  return { values: [...parsed.values], count: parsed.values.length, sampled: false, checked: parsed.values };
}

/** Values that go on by a step off the input's own would be refused. */
function offGrid(values: SweepValues, grid: number | undefined): string | undefined {
  const step = Array.isArray(values) ? undefined : values.step;
  if (grid === undefined || step === undefined) {
    return undefined;
  }
  const problem = problems({ type: "object", properties: { step: { multipleOf: grid } } }, { step })[0];
  return problem === undefined ? undefined : `${text.sweep.fields.step}: ${problem.message ?? problem.stack}`;
}

/** How many values an input takes, undefined while they are not right. */
export function countOf(app: App, name: string, typed: SweepField): number | undefined {
  const found = axis(app, name, typed);
  return typeof found === "string" ? undefined : found.count;
}

/** Checks the whole form with the server's schema. */
export function check(declared: App, form: FormState): Checked {
  const errors: Errors = {};
  const now = askedNow(declared, form.inputs);
  const { app, names: asked } = now;
  const sweep: Record<string, SweepValues> = {};
  let combinations = 1;
  let joint: { title: string; count: number } | undefined;
  for (const [name, typed] of Object.entries(form.sweep).filter(([n]) => asked.has(n))) {
    const property = propertyOf(app, name);
    const found = axis(app, name, typed);
    if (typeof found === "string") {
      errors[name] = found;
      continue;
    }
    for (const value of found.checked) {
      const bad = problems({ type: "object", properties: { [name]: property } }, { [name]: value })[0];
      if (bad !== undefined) {
        errors[name] = bad.message ?? bad.stack;
        break;
      }
    }
    sweep[name] = found.values;
    if (!form.together && !found.sampled) {
      combinations *= found.count;
    } else if (joint === undefined) {
      joint = { title: titleOf(app, name), count: found.count };
      combinations *= found.count;
    } else if (joint.count !== found.count) {
      errors[name] = text.sweep.unequal(found.count, joint.title, joint.count);
    }
  }
  const given = Object.fromEntries(Object.entries(form.inputs).filter(([name, v]) => v !== undefined && v !== "" && asked.has(name) && !(name in form.sweep)));
  const inputs = measured((app.schema as RJSFSchema).properties, now.rows, given, errors);
  // what is not given has its default, which a bound from another input may forbid
  const rows = Object.entries(now.rows).map(([name, own]): [string, unknown] => [name, own.map((row, i) => ({ ...defaultsOf(row.schema), ...((inputs[name] as Values[] | undefined)?.[i] ?? {}) }))]);
  const whole = { ...Object.fromEntries(Object.entries(defaults(app)).filter(([name]) => asked.has(name) && !(name in form.sweep))), ...inputs, ...Object.fromEntries(rows.filter(([name]) => name in inputs)) };
  for (const problem of problems(schemaFor(now, form.sweep), whole)) {
    const field = fieldOf(app, (problem.property ?? "").replace(/^\./, "").split("."));
    errors[field] ??= problem.message ?? problem.stack;
  }
  if (combinations > MOST) {
    errors[""] = text.sweep.tooMany(count(combinations), count(MOST));
  }
  if (Object.keys(errors).length > 0) {
    return { kind: "errors", errors };
  }
  const request: JobRequest = { app: app.id, inputs };
  if (Object.keys(sweep).length > 0) {
    request.sweep = sweep;
    if (form.together) {
      request.combine = "together";
    }
  }
  if (form.chunks !== undefined) {
    request.chunks = form.chunks;
  }
  if (form.pool !== undefined) {
    request.pool = form.pool;
  }
  if (form.name.trim() !== "") {
    request.name = form.name.trim();
  }
  return { kind: "request", request, combinations };
}

/** Where an error stands: an input, or one of a row as `group_0_input`, the ids of the page's fields. */
function fieldOf(app: App, path: readonly string[]): string {
  const [name = "", row, input] = path;
  const grouped = rowOf(propertyOf(app, name)) !== undefined;
  return grouped && row !== undefined && input !== undefined ? `${name}_${row}_${input}` : name;
}

/** The server's field errors by input; `""` gathers those that name no input of this form. */
export function serverErrors(app: App, list: readonly { field: string; message: string }[]): Errors {
  const properties = (app.schema as RJSFSchema).properties ?? {};
  const errors: Errors = {};
  for (const { field, message } of list) {
    const parts = field.split(/[./[\]]/).filter((p) => p !== "" && !["inputs", "sweep", "#", "$"].includes(p));
    const at = parts.findIndex((p) => p in properties);
    const name = at >= 0 ? fieldOf(app, parts.slice(at)) : (["chunks", "name", "pool"].includes(parts[0] ?? "") ? (parts[0] ?? "") : "");
    errors[name] = errors[name] === undefined ? message : `${errors[name]} ${message}`;
  }
  return errors;
}
