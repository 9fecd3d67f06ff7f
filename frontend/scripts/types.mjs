// Generates TypeScript types from the two OpenAPI sources, joined as the portal joins them: the pages' only contract.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { parse } from "yaml";

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
const file = new URL("api.ts", folder);
if ((await readFile(file, "utf8").catch(() => "")) !== text) {
  await writeFile(file, text);
}
