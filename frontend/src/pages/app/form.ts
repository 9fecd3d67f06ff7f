/** What the form holds, and how it becomes a request. Pure. */
import type { RJSFSchema } from "@rjsf/utils";
import type { App, JobDetail, JobRequest } from "../../api/types";
import { plain } from "../../lib/format";
import { parseSweep } from "../../lib/sweep";
import { problems, type Values } from "../../lib/validator";
import { text } from "../../text/apps";

export interface FormState {
  inputs: Values;
  /** Inputs that take several values: what was typed, or the chosen ones. */
  sweep: Readonly<Record<string, string | string[]>>;
  chunks: number | undefined;
  /** Where it runs; undefined leaves that to the portal. */
  pool: PoolName | undefined;
  name: string;
}

export type PoolName = NonNullable<JobRequest["pool"]>;

export type Errors = Record<string, string>;

export function propertyOf(app: App, name: string): RJSFSchema {
  const properties = (app.schema as RJSFSchema).properties ?? {};
  const property = properties[name];
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

function defaults(app: App): Values {
  const properties = (app.schema as RJSFSchema).properties ?? {};
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

function sweepText(app: App, sweep: Values | undefined): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(known(app, sweep ?? {})).map(([name, list]) => {
      const values = Array.isArray(list) ? list.map(String) : [String(list)];
      const property = propertyOf(app, name);
      const joined = property.type === "string" ? values.join("\n") : values.join(", ");
      return [name, choicesOf(property) === undefined ? joined : values];
    }),
  );
}

export function emptyForm(app: App): FormState {
  return { inputs: defaults(app), sweep: {}, chunks: undefined, pool: undefined, name: "" };
}

export function fromExample(app: App, example: App["examples"][number]): FormState {
  return {
    inputs: { ...defaults(app), ...known(app, example.inputs) },
    sweep: sweepText(app, example.sweep),
    chunks: undefined,
    pool: undefined,
    name: "",
  };
}

export function fromRequest(app: App, request: JobRequest): FormState {
  return {
    inputs: { ...defaults(app), ...known(app, request.inputs) },
    sweep: sweepText(app, request.sweep),
    chunks: request.chunks,
    pool: request.pool,
    name: request.name ?? "",
  };
}

export function fromJob(app: App, job: JobDetail): FormState {
  return {
    inputs: { ...defaults(app), ...known(app, job.inputs) },
    sweep: sweepText(app, job.sweep),
    chunks: job.chunks ?? undefined,
    pool: undefined,
    name: job.name === app.title ? "" : job.name,
  };
}

/** The schema without what a swept input no longer needs. */
export function schemaFor(app: App, sweep: FormState["sweep"]): RJSFSchema {
  const schema = app.schema as RJSFSchema;
  const required = (schema.required ?? []).filter((name) => !(name in sweep));
  return { ...schema, title: undefined, description: undefined, $schema: undefined, required };
}

export type Checked = { kind: "request"; request: JobRequest } | { kind: "errors"; errors: Errors };

/** Checks the whole form with the server's schema. */
export function check(app: App, form: FormState): Checked {
  const errors: Errors = {};
  const sweep: Record<string, unknown[]> = {};
  for (const [name, typed] of Object.entries(form.sweep)) {
    const property = propertyOf(app, name);
    const type = property.type === "number" || property.type === "integer" ? property.type : "string";
    const parsed = Array.isArray(typed)
      ? ({ kind: "values", values: typed.map((v) => (type === "string" ? v : Number(v))) } as const)
      : parseSweep(typed, type);
    if (parsed.kind === "problem" || parsed.values.length === 0) {
      errors[name] =
        parsed.kind === "problem" && parsed.words !== "empty"
          ? text.validate.number(parsed.words)
          : text.form.severalNeeded(titleOf(app, name));
      continue;
    }
    for (const value of parsed.values) {
      const bad = problems({ type: "object", properties: { [name]: property } }, { [name]: value })[0];
      if (bad !== undefined) {
        errors[name] = bad.message ?? bad.stack;
        break;
      }
    }
    sweep[name] = [...parsed.values];
  }
  const inputs = Object.fromEntries(Object.entries(form.inputs).filter(([name, v]) => v !== undefined && !(name in form.sweep)));
  for (const problem of problems(schemaFor(app, form.sweep), inputs)) {
    const field = (problem.property ?? "").replace(/^\./, "");
    errors[field] ??= problem.message ?? problem.stack;
  }
  if (Object.keys(errors).length > 0) {
    return { kind: "errors", errors };
  }
  const request: JobRequest = { app: app.id, inputs };
  if (Object.keys(sweep).length > 0) {
    request.sweep = sweep;
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
  return { kind: "request", request };
}

/** The server's field errors by input; `""` gathers those that name no input of this form. */
export function serverErrors(app: App, list: readonly { field: string; message: string }[]): Errors {
  const properties = (app.schema as RJSFSchema).properties ?? {};
  const errors: Errors = {};
  for (const { field, message } of list) {
    const parts = field.split(/[./]/).filter((p) => p !== "" && !["inputs", "sweep", "#", "$"].includes(p));
    const name = parts.find((p) => p in properties) ?? (["chunks", "name", "pool"].includes(parts[0] ?? "") ? (parts[0] ?? "") : "");
    errors[name] = errors[name] === undefined ? message : `${errors[name]} ${message}`;
  }
  return errors;
}
