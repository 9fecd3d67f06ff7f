/** What the form asks beside the values in it: which inputs, with which title, bounds and choices. The server decides alike, Input.java. Pure. */
import type { RJSFSchema } from "@rjsf/utils";
import type { App } from "../../api/types";
import { readQuantity } from "../../lib/units";
import type { Values } from "../../lib/validator";

type Conditions = Readonly<Record<string, readonly unknown[]>>;

interface Case {
  when?: Conditions;
  set: Values;
}

const KEYWORDS: Readonly<Record<string, string>> = { minimum: "minimum", above: "exclusiveMinimum", maximum: "maximum" };

function holds(conditions: Conditions | undefined, values: Values): boolean {
  return Object.entries(conditions ?? {}).every(([name, wanted]) => {
    const value = values[name];
    return Array.isArray(value) ? value.some((v) => wanted.includes(v)) : value !== undefined && wanted.includes(value);
  });
}

/** The property in the first case that holds, with the bounds that other inputs set. */
function beside(property: RJSFSchema, values: Values): RJSFSchema {
  const cases = (property as Values)["x-cases"] as readonly Case[] | undefined;
  const chosen: RJSFSchema = { ...property, ...cases?.find((c) => holds(c.when, values))?.set };
  const bounds = (chosen as Values)["x-bounds"] as Readonly<Record<string, string>> | undefined;
  for (const [key, name] of Object.entries(bounds ?? {})) {
    const keyword = KEYWORDS[key];
    if (keyword !== undefined && typeof values[name] === "number") {
      (chosen as Values)[keyword] = values[name];
    }
  }
  return chosen;
}

/** What a field says in its own unit; undefined when it says nothing or nothing that fits. */
function meaning(value: unknown, property: RJSFSchema): unknown {
  if (property.type !== "number" && property.type !== "integer") {
    return value;
  }
  const units = (property as Values)["x-units"];
  const read = typeof value === "string" ? readQuantity(value, typeof units === "string" ? units : undefined) : undefined;
  return read === undefined ? value : read.kind === "number" ? read.value : undefined;
}

/** The inputs of one level of the form: of the whole, or of a row. */
interface Level {
  /** Every property in the case that holds. */
  properties: Record<string, RJSFSchema>;
  /** The inputs that are asked, in order. */
  names: ReadonlySet<string>;
}

export interface Row extends Level {
  /** What is asked in this row. */
  schema: RJSFSchema;
}

export interface Asked {
  /** The application as its form is now: every property in the case that holds. */
  app: App;
  /** The inputs that are asked, in order. */
  names: ReadonlySet<string>;
  /** The rows of each group that is asked. */
  rows: Readonly<Record<string, readonly Row[]>>;
}

/** Reads a level in order. What is asked is put into `values`, under the prefix; an input without a value counts with its default, as at the server. */
function level(schema: RJSFSchema, given: Values, values: Values, prefix = ""): Level {
  const names = new Set<string>();
  const properties: Record<string, RJSFSchema> = {};
  for (const [name, declared] of Object.entries(schema.properties ?? {})) {
    const property = beside(typeof declared === "object" ? declared : {}, values);
    properties[name] = property;
    if (holds((property as Values)["x-show-if"] as Conditions | undefined, values)) {
      names.add(name);
      const value = given[name];
      values[prefix + name] = meaning(value === undefined || value === "" ? property.default : value, property);
    }
  }
  return { properties, names };
}

/** The schema of a row; undefined when the property is no group. */
export function rowOf(property: RJSFSchema): RJSFSchema | undefined {
  const items = property.type === "array" ? property.items : undefined;
  return typeof items === "object" && !Array.isArray(items) && items.properties !== undefined ? items : undefined;
}

/** The inputs that must be given, with those of the conditional ones that are asked. */
export function requiredOf(schema: RJSFSchema, { properties, names }: Level): string[] {
  return [...(schema.required ?? []), ...[...names].filter((name) => (properties[name] as Values)["x-required"] === true)];
}

function row(schema: RJSFSchema, given: Values, form: Values, group: string): Row {
  const found = level(schema, given, { ...form }, `${group}.`);
  const properties = Object.fromEntries(Object.entries(found.properties).filter(([name]) => found.names.has(name)));
  return { ...found, schema: { ...schema, allOf: undefined, properties, required: requiredOf(schema, found) } };
}

function rowsIn(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === "object" && one !== null ? (one as Values) : {})) : [];
}

export function askedNow(app: App, inputs: Values): Asked {
  const schema = app.schema as RJSFSchema;
  const values: Values = {};
  const { properties, names } = level(schema, inputs, values);
  const rows: Record<string, Row[]> = {};
  for (const name of names) {
    const items = rowOf(properties[name] ?? {});
    if (items !== undefined) {
      rows[name] = rowsIn(inputs[name]).map((one) => row(items, one, values, name));
    }
  }
  return { app: { ...app, schema: { ...schema, properties } }, names, rows };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The closed list of a property, undefined when it has none. */
function listOf(property: RJSFSchema): readonly unknown[] | undefined {
  return property.enum ?? (Array.isArray(property.oneOf) ? property.oneOf.map((c) => (c as RJSFSchema).const) : undefined);
}

/** A value in the unit that its field has now: 5 of a field in nm is 50 of one in Å. What is of another kind stays. */
function inUnitsOf(value: unknown, old: RJSFSchema, now: RJSFSchema): unknown {
  const [from, to] = [(old as Values)["x-units"], (now as Values)["x-units"]];
  if (typeof value !== "number" || typeof from !== "string" || typeof to !== "string" || from === to) {
    return value;
  }
  const read = readQuantity(`${value} ${from}`, to);
  return read.kind === "number" ? read.value : value;
}

/** One value after a change beside it: what still had a default gets that of its new case, and so does a choice that is gone. */
function follow(value: unknown, old: RJSFSchema, now: RJSFSchema): unknown {
  const list = listOf(now);
  const gone = value !== undefined && list !== undefined && !list.includes(value);
  if (gone || (same(value, old.default) && !same(old.default, now.default))) {
    return now.default;
  }
  const items = typeof now.items === "object" && !Array.isArray(now.items) ? listOf(now.items) : undefined;
  if (items !== undefined && Array.isArray(value)) {
    return value.every((v) => items.includes(v)) ? value : value.filter((v) => items.includes(v));
  }
  return inUnitsOf(value, old, now);
}

/** Those of a level; `at` reads it with the values as they were, or as they are by now. */
function followedLevel(schema: RJSFSchema, before: Values, after: Values, at: (values: Values, old: boolean) => Level): Values {
  let values = after;
  for (const [name, declared] of Object.entries(schema.properties ?? {})) {
    if (typeof declared === "object" && (declared as Values)["x-cases"] !== undefined) {
      const next = follow(values[name], at(before, true).properties[name] ?? {}, at(values, false).properties[name] ?? {});
      values = same(next, values[name]) ? values : { ...values, [name]: next };
    }
  }
  return values;
}

/** The rows as they were, for each that is there now: only where one was typed in it differs. */
function rowsBefore(before: readonly Values[], after: readonly Values[]): readonly Values[] {
  const changed = after.filter((one, i) => !same(one, before[i])).length;
  return before.length === after.length && changed === 1 ? before : after;
}

/** The values after a change, with what follows from it in the form and in its rows. */
export function followed(app: App, before: Values, after: Values): Values {
  const schema = app.schema as RJSFSchema;
  let values = followedLevel(schema, before, after, (inputs) => level(schema, inputs, {}));
  const groups = Object.entries(schema.properties ?? {}).filter(([, p]) => typeof p === "object" && Object.values(rowOf(p)?.properties ?? {}).some((i) => typeof i === "object" && "x-cases" in i));
  for (const [name, property] of groups) {
    const items = rowOf(property as RJSFSchema) ?? {};
    const [old, now]: [Values, Values] = [{}, {}];
    level(schema, before, old);
    level(schema, values, now);
    const rows = rowsIn(values[name]);
    const earlier = rowsBefore(rowsIn(before[name]), rows);
    const next = rows.map((one, i) => followedLevel(items, earlier[i] ?? one, one, (inputs, was) => level(items, inputs, { ...(was ? old : now) }, `${name}.`)));
    values = same(next, rows) ? values : { ...values, [name]: next };
  }
  return values;
}

/** A row with the defaults of the cases that hold in it. */
export function filledRow(property: RJSFSchema, given: Values, form: Values, group: string): Values {
  const items = rowOf(property) ?? {};
  const values: Values = { ...form };
  const { properties } = level(items, given, values, `${group}.`);
  const defaults = Object.entries(properties).filter(([, p]) => p.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, p]) => [name, p.default as unknown])), ...given };
}

/** What the inputs of the form say, in their own units: what rows may ask about. */
export function meant(app: App, inputs: Values): Values {
  const values: Values = {};
  level(app.schema, inputs, values);
  return values;
}
