/**
 * Imports of the catalogue (`src/text/NAME`) read the words of the chosen language, which src/lib/language.ts has loaded
 * before: pages import English words by name, types included, and only one language is ever sent.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = resolve(fileURLToPath(new URL("../src/text", import.meta.url)));
const language = resolve(folder, "../lib/language.ts");
const PREFIX = "\0words:";

export function words() {
  return {
    name: "words",
    enforce: "pre",
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith(".") || importer.startsWith(folder) || importer === language) {
        return null;
      }
      const file = resolve(dirname(importer), source);
      return dirname(file) === folder ? PREFIX + basename(file) : null;
    },
    load(id) {
      if (!id.startsWith(PREFIX)) {
        return null;
      }
      const group = id.slice(PREFIX.length);
      const names = [...readFileSync(`${folder}/${group}.ts`, "utf8").matchAll(/^export const (\w+)/gm)].map((found) => found[1]);
      return `import { chosen } from ${JSON.stringify(language)};\nexport const { ${names.join(", ")} } = chosen.${group};\n`;
    },
    /** The program is asked for at once, not when the words are there. */
    transformIndexHtml(_html, { bundle }) {
      const program = Object.values(bundle ?? {}).find((chunk) => chunk.type === "chunk" && chunk.name === "start");
      return (program === undefined ? [] : [program.fileName, ...program.imports]).map((file) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` },
        injectTo: "head",
      }));
    },
  };
}
