/** The contract as `scripts/reference.mjs` reads it from the OpenAPI sources, and how it is found and written. */

/** A row: of a field, by its path in the body (`inputs.name`, `rows[].id`), or of a parameter. In `type`, `#Name` is a schema. */
export interface Field {
  name: string;
  in?: string;
  required: boolean;
  type: string;
  note: string;
}

export interface Shape {
  type: string;
  note: string;
  fields: readonly Field[];
}

export interface Operation {
  id: string;
  tag: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** Needs no login. */
  open: boolean;
  parameters: readonly Field[];
  bodies: readonly (Shape & { media: string })[];
  answers: readonly { status: string; note: string; types: readonly { media: string; type: string; fields: readonly Field[] }[] }[];
}

export interface Reference {
  operations: readonly Operation[];
  schemas: readonly (Shape & { name: string })[];
}

/** The operations that have every word of the filter in id, method, path, summary or description. */
export function matching(operations: readonly Operation[], filter: string): readonly Operation[] {
  const wanted = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return operations.filter((one) => {
    const said = `${one.id} ${one.method} ${one.path} ${one.summary} ${one.description} ${one.tag}`.toLowerCase();
    return wanted.every((word) => said.includes(word));
  });
}

/** By tag, in the order in which tags come. */
export function byTag(operations: readonly Operation[]): readonly (readonly [string, readonly Operation[]])[] {
  const tags = [...new Set(operations.map((one) => one.tag))];
  return tags.map((tag) => [tag, operations.filter((one) => one.tag === tag)] as const);
}

/** A line of type cut into plain words and names of schemas. */
export function typeParts(type: string): readonly { text: string; schema: boolean }[] {
  return type
    .split(/(#\w+)/)
    .filter((part) => part !== "")
    .map((part) => (part.startsWith("#") ? { text: part.slice(1), schema: true } : { text: part, schema: false }));
}

/** A request as one types it: places of the path and required parameters stand in capitals. */
export function curlOf(operation: Operation, base: string): string {
  const place = (name: string) => name.replaceAll(/([a-z])([A-Z])/g, "$1_$2").replaceAll("-", "_").toUpperCase();
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => place(name));
  const required = operation.parameters.filter((one) => one.required && one.in === "query");
  const query = required.length === 0 ? "" : `?${required.map((one) => `${one.name}=${place(one.name)}`).join("&")}`;
  const words = ["curl"];
  if (operation.method !== "GET") {
    words.push("-X", operation.method);
  }
  if (!operation.open) {
    words.push("-H", '"Authorization: Bearer $TOKEN"');
  }
  const body = operation.bodies[0];
  if (body !== undefined) {
    words.push("-H", `"Content-Type: ${body.media}"`, body.media === "application/json" ? "-d @body.json" : "--data-binary @FILE");
  }
  return [...words, `"${base}${path}${query}"`].join(" ");
}
