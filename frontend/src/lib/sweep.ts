/** Several values for one input, as people type them: `1, 2, 4`, a line each, or a range `1..10` or `0..1:0.25`. Pure. */
import { readQuantity } from "./units";

export const MOST = 100_000;

/** Of files, which are copied before a job is accepted; Sweep.java says the same. */
export const MOST_FILES = 1_000;

export type Sweep = { kind: "values"; values: (string | number)[] } | { kind: "problem"; words: string };

/** The number in `text`, undefined when it is none. `1e-5` and `.5` are numbers, `1,5` and blanks are not. */
export function number(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) {
    return undefined;
  }
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

function range(part: string): number[] | undefined {
  const match = /^(.+?)\.\.(.+?)(?::(.+))?$/.exec(part);
  if (match === null) {
    return undefined;
  }
  const from = number(match[1] ?? "");
  const to = number(match[2] ?? "");
  const step = match[3] === undefined ? 1 : number(match[3]);
  if (from === undefined || to === undefined || step === undefined || step <= 0 || to < from) {
    return undefined;
  }
  const n = Math.floor((to - from) / step + 1e-9) + 1;
  if (n > MOST) {
    return undefined;
  }
  // 12 digits: 0.1 + 0.2 should read 0.3
  return Array.from({ length: n }, (_, i) => Number((from + i * step).toPrecision(12)));
}

/** The values in `text` for an input of that JSON type, each once, in order. With units, blanks do not part values. */
export function parseSweep(text: string, type: "number" | "integer" | "string", units?: string): Sweep {
  const spaced = units !== undefined && /[^\d\s,;.eE+:-]/.test(text);
  const separator = type === "string" ? /\n/ : spaced ? /[\n,;]+/ : /[\s,;]+/;
  const parts = text.split(separator).map((p) => p.trim()).filter((p) => p !== "");
  if (parts.length === 0) {
    return { kind: "problem", words: "empty" };
  }
  const values: (string | number)[] = [];
  for (const part of parts) {
    if (type === "string") {
      values.push(part);
      continue;
    }
    const read = spaced ? readQuantity(part, units) : undefined;
    const one = read?.kind === "number" ? read.value : number(part);
    const many = one === undefined ? range(part) : [one];
    if (many === undefined) {
      return { kind: "problem", words: part };
    }
    values.push(...many);
  }
  const bad = type === "integer" ? values.find((v) => !Number.isInteger(v)) : undefined;
  if (bad !== undefined) {
    return { kind: "problem", words: String(bad) };
  }
  const distinct = [...new Set(values)];
  return distinct.length > MOST ? { kind: "problem", words: `${distinct.length}` } : { kind: "values", values: distinct };
}
