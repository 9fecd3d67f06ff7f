/**
 * RJSF's ValidatorType over an interpreter of JSON Schema 2020-12. The usual validator compiles schemas with
 * `new Function`, which the content security policy forbids. Messages are in words, with value and limit.
 */
import { Validator, type OutputUnit, type Schema } from "@cfworker/json-schema";
import {
  createErrorHandler,
  toErrorSchema,
  unwrapErrorHandler,
  validationDataMerge,
  type CustomValidator,
  type ErrorTransformer,
  type RJSFSchema,
  type RJSFValidationError,
  type UiSchema,
  type ValidationData,
  type ValidatorType,
} from "@rjsf/utils";
import { text } from "../text/apps";

export type Values = Record<string, unknown>;

/** Keywords that only repeat what a deeper unit says. */
const wrappers = new Set(["properties", "items", "prefixItems", "allOf", "anyOf", "oneOf", "$ref", "if", "then", "else", "additionalProperties", "false"]);

function at(schema: unknown, pointer: string): unknown {
  let value: unknown = schema;
  for (const part of pointer.replace(/^#\/?/, "").split("/").filter((p) => p !== "")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    value = typeof value === "object" && value !== null ? (value as Values)[key] : undefined;
  }
  return value;
}

/** `#/a/0` → `.a.0`, as RJSF writes properties. */
function property(pointer: string): string {
  const parts = pointer.replace(/^#\/?/, "").split("/").filter((p) => p !== "");
  return parts.map((p) => `.${decodeURIComponent(p)}`).join("");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function message(unit: OutputUnit, schema: unknown, data: unknown): string {
  const limit = at(schema, unit.keywordLocation);
  const owner = at(schema, unit.keywordLocation.slice(0, unit.keywordLocation.lastIndexOf("/"))) as Values | undefined;
  const value = shown(at(data, unit.instanceLocation));
  const units = typeof owner?.["x-units"] === "string" ? ` ${owner["x-units"]}` : "";
  const words = text.validate;
  switch (unit.keyword) {
    case "type":
      return limit === "number" || limit === "integer" ? words.number(value) : words.type(value, String(limit));
    case "minimum":
      return words.minimum(value, Number(limit), units);
    case "maximum":
      return words.maximum(value, Number(limit), units);
    case "exclusiveMinimum":
      return words.exclusiveMinimum(value, Number(limit), units);
    case "exclusiveMaximum":
      return words.exclusiveMaximum(value, Number(limit), units);
    case "enum":
      return words.enum(value, Array.isArray(limit) ? limit.map(shown).join(", ") : "");
    case "pattern":
      return words.pattern(value, String(limit));
    case "minLength":
      return words.minLength(Number(limit));
    case "maxLength":
      return words.maxLength(Number(limit));
    case "minItems":
      return words.minItems(Number(limit));
    case "maxItems":
      return words.maxItems(Number(limit));
    case "multipleOf":
      return words.multipleOf(value, Number(limit));
    default:
      return unit.error;
  }
}

function missing(unit: OutputUnit, schema: unknown): { property: string; message: string } | undefined {
  const name = /required property "(.*)"/.exec(unit.error)?.[1];
  if (name === undefined) {
    return undefined;
  }
  const owner = at(schema, unit.keywordLocation.slice(0, unit.keywordLocation.lastIndexOf("/"))) as Values | undefined;
  const title = at(owner, `#/properties/${name}/title`);
  return { property: `${property(unit.instanceLocation)}.${name}`, message: text.validate.required(typeof title === "string" ? title : name) };
}

/** All that is wrong with `data`, a line a property; an empty list when nothing is. */
export function problems(schema: RJSFSchema, data: unknown): RJSFValidationError[] {
  const clean = withoutUndefined(data ?? {});
  const { errors } = new Validator(schema as Schema, "2020-12", false).validate(clean);
  const found = new Map<string, RJSFValidationError>();
  for (const unit of errors) {
    if (wrappers.has(unit.keyword)) {
      const choices = unit.keyword === "oneOf" || unit.keyword === "anyOf" ? at(schema, unit.keywordLocation) : undefined;
      if (Array.isArray(choices) && choices.every((c) => typeof c === "object" && c !== null && "const" in c)) {
        const words = text.validate.enum(shown(at(clean, unit.instanceLocation)), choices.map((c: Values) => shown(c.title ?? c.const)).join(", "));
        const where = property(unit.instanceLocation);
        found.set(where, { name: "enum", property: where, message: words, stack: words });
      }
      continue;
    }
    const gap = unit.keyword === "required" ? missing(unit, schema) : undefined;
    const where = gap?.property ?? property(unit.instanceLocation);
    const words = gap?.message ?? message(unit, schema, clean);
    if (!found.has(where) && unit.keyword !== "const") {
      found.set(where, { name: unit.keyword, property: where, message: words, stack: words });
    }
  }
  return [...found.values()];
}

/** An emptied field is undefined in RJSF, absent in JSON. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutUndefined);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .map(([k, v]) => [k, withoutUndefined(v)]),
    );
  }
  return value;
}

export const validator: ValidatorType<Values> = {
  validateFormData(
    formData: Values | undefined,
    schema: RJSFSchema,
    customValidate?: CustomValidator<Values>,
    transformErrors?: ErrorTransformer<Values>,
    uiSchema?: UiSchema<Values>,
  ): ValidationData<Values> {
    let errors = problems(schema, formData);
    if (transformErrors !== undefined) {
      errors = transformErrors(errors, uiSchema);
    }
    const found: ValidationData<Values> = { errors, errorSchema: toErrorSchema<Values>(errors) };
    if (customValidate === undefined) {
      return found;
    }
    const handler = customValidate(formData, createErrorHandler<Values>(formData ?? {}), uiSchema);
    return validationDataMerge<Values>(found, unwrapErrorHandler<Values>(handler));
  },
  isValid(schema: RJSFSchema, formData: Values | undefined, root: RJSFSchema): boolean {
    const whole = { ...schema, $defs: root.$defs, definitions: root.definitions } as Schema;
    return new Validator(whole, "2020-12").validate(withoutUndefined(formData)).valid;
  },
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- RJSF's signature
  rawValidation<Result>(schema: RJSFSchema, formData?: Values): { errors?: Result[] } {
    return { errors: problems(schema, formData) as Result[] };
  },
};

export default validator;
