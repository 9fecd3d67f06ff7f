/** The steps of a form that is asked page by page, as `pages` of the descriptor say, and what its review shows. Pure. */
import type { RJSFSchema } from "@rjsf/utils";
import type { App } from "../../api/types";
import { count, plain } from "../../lib/format";
import type { Values } from "../../lib/validator";
import { text as common } from "../../text/common";
import { text } from "../../text/apps";
import { text as jobs } from "../../text/jobs";
import type { Asked } from "./cases";
import { choicesOf, propertyOf, titleOf, type Errors, type FormState } from "./form";

/** A page of the form, or the review after the last. */
export interface Step {
  /** Its place among the declared ones from 1, whatever of them is asked; so it may stand in the address. */
  page: number;
  title: string;
  about: string;
  /** Empty for the review. */
  fields: readonly string[];
}

interface Page {
  title: string;
  about?: string;
  fields: string[];
}

const SHOWN_VALUES = 20;

/** The pages that ask something now, then the review; none for a form in one piece. */
export function stepsOf(app: App, names: ReadonlySet<string>): Step[] {
  const declared = (app.ui as Values)["ui:pages"];
  const pages = Array.isArray(declared) ? (declared as Page[]) : [];
  return pages.length === 0
    ? []
    : [
        ...pages.map((p, i): Step => ({ page: i + 1, title: p.title, about: p.about ?? "", fields: p.fields })).filter((s) => s.fields.some((f) => names.has(f))),
        { page: pages.length + 1, title: text.wizard.review, about: "", fields: [] },
      ];
}

/** Where in the steps an address leads: to the next that asks something when its own does not. */
export function placeOf(steps: readonly Step[], address: string | null): number {
  const page = Number(address ?? 1);
  const at = steps.findIndex((s) => s.page >= page);
  return Number.isInteger(page) ? (at < 0 ? steps.length - 1 : at) : 0;
}

/** Whether an error, which in a row is named `group_0_input`, stands at one of these fields. */
export function isWithin(fields: readonly string[], error: string): boolean {
  return fields.some((f) => f === error || (error.startsWith(`${f}_`) && /^\d+_/.test(error.slice(f.length + 1))));
}

/** The place of the step at which an error stands; what is at no field stands at the review. */
export function stepOf(steps: readonly Step[], error: string): number {
  const at = steps.findIndex((s) => isWithin(s.fields, error));
  return at < 0 ? steps.length - 1 : at;
}

/** The first step that something stands against. */
export function firstWrong(steps: readonly Step[], errors: Errors): number {
  return Math.min(...Object.keys(errors).map((name) => stepOf(steps, name)), steps.length - 1);
}

/** What a field of the form says, in words. */
export function valueWords(asked: Asked, form: FormState, name: string): string {
  const swept = form.sweep[name];
  const property = propertyOf(asked.app, name);
  if (swept === undefined) {
    const rows = asked.rows[name];
    const value = form.inputs[name];
    return rows === undefined || !Array.isArray(value) ? oneValue(property, value) : some(rows.map((row, i) => rowWords(row.schema, (value as Values[])[i] ?? {})), "; ");
  }
  if (typeof swept === "string") {
    return swept.trim() === "" ? text.wizard.notGiven : withUnits(property, some(swept.split(/\s*[\n,]\s*/).filter((v) => v !== ""), ", "));
  }
  return Array.isArray(swept) ? oneValue(property, swept) : jobs.about.range(swept.from, swept.to, swept.kind === "step" ? swept.step : "", swept.count, text.sweep.kinds[swept.kind]);
}

function rowWords(schema: RJSFSchema, row: Values): string {
  return Object.entries(schema.properties ?? {})
    .filter(([, p]) => typeof p === "object")
    .map(([name, p]) => `${(p as RJSFSchema).title ?? name} ${oneValue(p as RJSFSchema, row[name])}`)
    .join(", ");
}

function oneValue(property: RJSFSchema, value: unknown): string {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
    return text.wizard.notGiven;
  }
  if (typeof value === "boolean") {
    return value ? common.yes : common.no;
  }
  const choices = choicesOf(property) ?? (typeof property.items === "object" && !Array.isArray(property.items) ? choicesOf(property.items) : undefined);
  const label = (one: unknown) => choices?.find((c) => c.value === plain(one))?.label ?? plain(one);
  if (Array.isArray(value)) {
    return some(value.map(label), ", ");
  }
  return property.format === "file" ? plain(value).replace(/^(example|home):/, "") : withUnits(property, label(value));
}

/** A bare number has the units of its field. */
function withUnits(property: RJSFSchema, words: string): string {
  const units = (property as Values)["x-units"];
  return typeof units === "string" && units !== "" && /[\d.]$/.test(words) ? `${words} ${units}` : words;
}

function some(list: readonly string[], between: string): string {
  return list.length <= SHOWN_VALUES ? list.join(between) : `${list.slice(0, SHOWN_VALUES).join(between)} … (${count(list.length)})`;
}

/** The asked fields of a page with what they say. */
export function reviewOf(asked: Asked, form: FormState, step: Step): { name: string; title: string; value: string }[] {
  return [...asked.names].filter((name) => step.fields.includes(name)).map((name) => ({ name, title: titleOf(asked.app, name), value: valueWords(asked, form, name) }));
}
