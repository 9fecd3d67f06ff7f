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

export interface Asked {
  /** The application as its form is now: every property in the case that holds. */
  app: App;
  /** The inputs that are asked, in order. */
  names: ReadonlySet<string>;
}

/** An input without a value counts with its default, as at the server. */
export function askedNow(app: App, inputs: Values): Asked {
  const schema = app.schema as RJSFSchema;
  const names = new Set<string>();
  const values: Values = {};
  const properties: Record<string, RJSFSchema> = {};
  for (const [name, declared] of Object.entries(schema.properties ?? {})) {
    const property = beside(typeof declared === "object" ? declared : {}, values);
    properties[name] = property;
    if (holds((property as Values)["x-show-if"] as Conditions | undefined, values)) {
      names.add(name);
      const given = inputs[name];
      values[name] = meaning(given === undefined || given === "" ? property.default : given, property);
    }
  }
  return { app: { ...app, schema: { ...schema, properties } }, names };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The closed list of a property, undefined when it has none. */
function listOf(property: RJSFSchema): readonly unknown[] | undefined {
  return property.enum ?? (Array.isArray(property.oneOf) ? property.oneOf.map((c) => (c as RJSFSchema).const) : undefined);
}

/** The values after a change: what still had a default gets that of its new case, and so does a choice that is gone. */
export function followed(app: App, before: Values, after: Values): Values {
  let values = after;
  for (const [name, declared] of Object.entries((app.schema as RJSFSchema).properties ?? {})) {
    if (typeof declared !== "object" || (declared as Values)["x-cases"] === undefined) {
      continue;
    }
    const property = (inputs: Values) => ((askedNow(app, inputs).app.schema as RJSFSchema).properties?.[name] ?? {}) as RJSFSchema;
    const old = property(before);
    const now = property(values);
    const value = values[name];
    const list = listOf(now);
    const gone = value !== undefined && list !== undefined && !list.includes(value);
    if (gone || (same(value, old.default) && !same(old.default, now.default))) {
      values = { ...values, [name]: now.default };
    }
    const items = typeof now.items === "object" && !Array.isArray(now.items) ? listOf(now.items) : undefined;
    if (items !== undefined && Array.isArray(value) && value.some((v) => !items.includes(v))) {
      values = { ...values, [name]: value.filter((v) => items.includes(v)) };
    }
  }
  return values;
}

/** A new row of a group. */
export function emptyRow(property: RJSFSchema): Values {
  const row = typeof property.items === "object" && !Array.isArray(property.items) ? property.items : {};
  return Object.fromEntries(
    Object.entries(row.properties ?? {})
      .filter(([, p]) => typeof p === "object" && p.default !== undefined)
      .map(([name, p]) => [name, (p as RJSFSchema).default as unknown]),
  );
}
