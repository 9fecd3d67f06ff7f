// What the page API shows of the contract: its operations by tag, and its schemas, with every type as one line of text.
// In such a line `#Name` is a schema of the contract.

/** @param {object} api the joined OpenAPI document */
export function referenceOf(api) {
  const operations = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (typeof operation === "object" && "operationId" in operation) {
        operations.push(operationOf(api, path, method, operation, item.parameters ?? []));
      }
    }
  }
  const schemas = Object.entries(api.components.schemas ?? {}).map(([name, schema]) => ({ name, ...shapeOf(schema) }));
  return { operations, schemas: schemas.sort((a, b) => a.name.localeCompare(b.name)) };
}

function operationOf(api, path, method, operation, shared) {
  return {
    id: operation.operationId,
    tag: operation.tags?.[0] ?? "",
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? "",
    description: operation.description ?? "",
    open: operation.security?.length === 0,
    parameters: [...shared, ...(operation.parameters ?? [])].map((parameter) => parameterOf(resolved(api, parameter))),
    bodies: contents(resolved(api, operation.requestBody)),
    answers: Object.entries(operation.responses ?? {}).map(([status, answer]) => {
      const { description = "", ...rest } = resolved(api, answer);
      return { status, note: description, types: contents(rest).map(({ media, type, fields }) => ({ media, type, fields })) };
    }),
  };
}

function parameterOf(parameter) {
  return { name: parameter.name, in: parameter.in, required: parameter.required === true, type: typeOf(parameter.schema ?? {}), note: noteOf(parameter) };
}

function contents(holder) {
  return Object.entries(holder?.content ?? {}).map(([media, { schema = {} }]) => ({ media, ...shapeOf(schema) }));
}

function shapeOf(schema) {
  const fields = fieldsOf(schema.type === "array" && schema.items ? schema.items : schema);
  return { type: typeOf(schema), note: noteOf(schema), fields };
}

/** The fields of an object as rows, those of an object inside it beneath `name.` */
function fieldsOf(schema, before = "") {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const row = { name: before + name, required: schema.required?.includes(name) === true, type: typeOf(inner), note: noteOf(inner) };
    const deeper = inner.properties !== undefined ? inner : inner.items?.properties !== undefined ? inner.items : undefined;
    return deeper === undefined ? [row] : [row, ...fieldsOf(deeper, `${before}${name}${deeper === inner ? "" : "[]"}.`)];
  });
}

function typeOf(schema) {
  if (schema.$ref !== undefined) {
    return `#${schema.$ref.split("/").at(-1)}`;
  }
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (several !== undefined) {
    return several.map(typeOf).join(schema.allOf === undefined ? " | " : " & ");
  }
  if (schema.const !== undefined) {
    return JSON.stringify(schema.const);
  }
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  const types = [schema.type ?? []].flat();
  return types.length === 0 ? "any" : types.map((type) => plain(type, schema)).join(" | ");
}

function plain(type, schema) {
  if (type === "array") {
    const items = typeOf(schema.items ?? {});
    return `${items.includes(" ") ? `(${items})` : items}[]${range(schema.minItems, schema.maxItems)}`;
  }
  if (type === "object" && typeof schema.additionalProperties === "object" && schema.properties === undefined) {
    return `{name: ${typeOf(schema.additionalProperties)}}`;
  }
  if (type === "string") {
    return (schema.format ?? "string") + range(schema.minLength, schema.maxLength);
  }
  return type + (type === "integer" || type === "number" ? range(schema.minimum, schema.maximum) : "");
}

function range(least, most) {
  return least === undefined && most === undefined ? "" : ` ${least ?? ""}…${most ?? ""}`;
}

function noteOf(schema) {
  const given = schema.default ?? schema.schema?.default;
  const pattern = schema.pattern ?? schema.schema?.pattern;
  return [schema.description, pattern === undefined ? undefined : `/${pattern}/`, given === undefined ? undefined : `= ${JSON.stringify(given)}`]
    .filter((part) => part !== undefined)
    .join("; ");
}

function resolved(api, part) {
  return part?.$ref === undefined ? (part ?? {}) : part.$ref.split("/").slice(1).reduce((at, key) => at[key], api);
}
