import type { RJSFSchema } from "@rjsf/utils";
import { describe, expect, it } from "vitest";
import { problems, validator } from "./validator";

const schema: RJSFSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["profile", "evalue"],
  additionalProperties: false,
  properties: {
    profile: { type: "string", format: "file", title: "Profile", minLength: 1 },
    evalue: { type: "number", title: "E-value", exclusiveMinimum: 0, maximum: 1000 },
    size: { type: "integer", minimum: 1, multipleOf: 2, "x-units": "bytes" } as RJSFSchema,
    mode: { oneOf: [{ const: "a", title: "Mode A" }, { const: "b", title: "Mode B" }] },
    level: { enum: ["low", "high"] },
  },
};

function words(data: unknown): Record<string, string | undefined> {
  return Object.fromEntries(problems(schema, data).map((e) => [e.property ?? "", e.message]));
}

describe("problems in words", () => {
  it("findsNothingWrongWithGoodValues", () => {
    expect(problems(schema, { profile: "uploads/a.hmm", evalue: 1e-5, size: 4, mode: "a", level: "low" })).toEqual([]);
  });
  it("namesMissingFieldsByTheirTitles", () => {
    expect(words({})).toEqual({ ".profile": "Profile is needed.", ".evalue": "E-value is needed." });
  });
  it("countsAnEmptiedFieldAsMissing", () => {
    expect(words({ profile: undefined, evalue: 1 })).toEqual({ ".profile": "Profile is needed." });
  });
  it("saysValueAndLimitWithUnits", () => {
    expect(words({ profile: "p", evalue: 0 })[".evalue"]).toBe("0 must be above 0.");
    expect(words({ profile: "p", evalue: 2000 })[".evalue"]).toBe("2000 is above the largest value, 1000.");
    expect(words({ profile: "p", evalue: 1, size: 0 })[".size"]).toBe("0 is below the least value, 1 bytes.");
  });
  it("saysWhatANumberLooksLike", () => {
    expect(words({ profile: "p", evalue: "abc" })[".evalue"]).toBe("“abc” is not a number. Write it as 10, 0.5 or 1e-5.");
  });
  it("listsTheChoices", () => {
    expect(words({ profile: "p", evalue: 1, mode: "c" })[".mode"]).toBe("“c” is not one of Mode A, Mode B.");
    expect(words({ profile: "p", evalue: 1, level: "mid" })[".level"]).toBe("“mid” is not one of low, high.");
  });
  it("givesOneMessageAField", () => {
    expect(problems(schema, { profile: "p", evalue: 1, size: -1 }).map((e) => e.property)).toEqual([".size"]);
  });
});

describe("the validator for RJSF", () => {
  it("returnsErrorsByField", () => {
    const found = validator.validateFormData({ profile: "p", evalue: -1 }, schema);
    expect(found.errorSchema).toMatchObject({ evalue: { __errors: ["-1 must be above 0."] } });
  });
  it("resolvesReferencesIntoTheRoot", () => {
    const root: RJSFSchema = { $defs: { small: { type: "number", maximum: 3 } } };
    expect(validator.isValid({ $ref: "#/$defs/small" }, 2 as never, root)).toBe(true);
    expect(validator.isValid({ $ref: "#/$defs/small" }, 4 as never, root)).toBe(false);
  });
});
