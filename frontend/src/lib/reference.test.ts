import { expect, test } from "vitest";
import { parse } from "yaml";
import jobs from "../../../job-api/src/main/resources/openapi/jobs.yaml?raw";
import portal from "../../../portal/src/main/resources/openapi/portal.yaml?raw";
import contract from "../api/generated/reference.json";
import { byTag, curlOf, matching, typeParts, type Reference } from "./reference";

const { operations, schemas }: Reference = contract;
const sources = [jobs, portal].map((text) => parse(text) as { paths: Record<string, Record<string, { operationId?: string }>> });

test("every operation of the contract is told, once", () => {
  const contract = sources.flatMap(({ paths }) => Object.values(paths).flatMap((item) => Object.values(item).flatMap((one) => one.operationId ?? [])));
  expect(operations.map((one) => one.id).toSorted()).toEqual(contract.toSorted());
  expect(new Set(contract).size).toBe(contract.length);
});

test("every schema that a type names is told", () => {
  const names = new Set(schemas.map((one) => one.name));
  const types = [...operations.flatMap((one) => [...one.parameters, ...one.bodies, ...one.bodies.flatMap((body) => body.fields), ...one.answers.flatMap((answer) => answer.types)]), ...schemas.flatMap((one) => [one, ...one.fields])];
  for (const { type } of types) {
    for (const part of typeParts(type)) {
      expect(!part.schema || names.has(part.text), part.text).toBe(true);
    }
  }
});

test("every place in a path is a parameter", () => {
  for (const one of operations) {
    const places = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(one.parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name).toSorted(), one.id).toEqual(places.toSorted());
  }
});

test("a filter finds by every of its words", () => {
  expect(matching(operations, "POST jobs submit").map((one) => one.id)).toContain("submitJob");
  expect(matching(operations, "no-such-thing")).toEqual([]);
  expect(byTag(operations).flatMap(([, list]) => list)).toHaveLength(operations.length);
});

test("an example names places, query, body and token", () => {
  const submit = operations.find((one) => one.id === "submitJob")!;
  expect(curlOf(submit, "https://grid/api/v1")).toBe(
    'curl -X POST -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d @body.json "https://grid/api/v1/jobs"',
  );
  expect(curlOf(operations.find((one) => one.id === "login")!, "")).not.toContain("TOKEN");
});
