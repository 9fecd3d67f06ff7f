// Generates TypeScript types, and what the page API shows, from the two OpenAPI sources, joined as the portal joins
// them: the pages' only contract.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { parse } from "yaml";
import { referenceOf } from "./reference.mjs";

const root = new URL("../../", import.meta.url);
const sources = ["job-api/src/main/resources/openapi/jobs.yaml", "portal/src/main/resources/openapi/portal.yaml"];

const joined = { openapi: "3.1.0", info: { title: "Grid Appliance", version: "1" }, paths: {}, components: {} };
for (const path of sources) {
  const api = parse(await readFile(new URL(path, root), "utf8"));
  Object.assign(joined.paths, api.paths);
  for (const [kind, entries] of Object.entries(api.components ?? {})) {
    joined.components[kind] = { ...joined.components[kind], ...entries };
  }
}

const ast = await openapiTS(joined, { emptyObjectsUnknown: true });
const text = `// Generated from ${sources.join(" and ")}; do not edit.\n${astToString(ast)}`;
const folder = new URL("../src/api/generated/", import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, content] of [
  ["api.ts", text],
  ["reference.json", JSON.stringify(referenceOf(joined))],
]) {
  const file = new URL(name, folder);
  if ((await readFile(file, "utf8").catch(() => "")) !== content) {
    await writeFile(file, content);
  }
}
