/**
 * The server's sentences in the language of the pages. The server speaks English; a catalogue has each of its sentences
 * as a pattern with `{}` for every value (as gettext has them) and the same in the other language. A sentence is
 * recognised by its pattern, its values are kept (and translated when they are sentences themselves); an unknown one stays
 * as it came. Nothing is loaded, and everything stays as it came, where the pages are English.
 */

interface Pattern {
  /** What stands before, between and behind the values. */
  literals: string[];
  said: string;
}

let patterns: Pattern[] = [];
/** Patterns that begin with a blank: they may follow a value. */
let endings: Pattern[] = [];
/** Words that end with a blank: a value may follow them. */
let beginnings: Pattern[] = [];
const remembered = new Map<string, string | undefined>();
const MOST_REMEMBERED = 2_000;
/** Sentences within sentences. */
const DEEPEST = 4;
/** What is longer was written by a program, or is a file. */
const LONGEST = 4_000;

/** Takes a catalogue: English patterns, and what they are in this language. */
export function learn(catalogue: Record<string, string>): void {
  remembered.clear();
  patterns = Object.entries(catalogue)
    .map(([english, said]) => ({ literals: english.split("{}"), said }))
    .sort((a, b) => weight(b) - weight(a));
  endings = patterns.filter((pattern) => /^[ ,;]/.test(pattern.literals[0] ?? ""));
  beginnings = patterns.filter((pattern) => pattern.literals.length === 1 && pattern.literals[0]?.endsWith(" ") === true);
}

/** The pattern that says most of a sentence itself wins. */
function weight(pattern: Pattern): number {
  return pattern.literals.reduce((sum, literal) => sum + literal.length, 0);
}

/** The values of a sentence of that pattern. Linear: every literal is taken where it comes first, the last at the end. */
function values(sentence: string, { literals }: Pattern): string[] | undefined {
  const first = literals[0] ?? "";
  const last = literals.at(-1) ?? "";
  if (literals.length === 1) {
    return sentence === first ? [] : undefined;
  }
  const end = sentence.length - last.length;
  if (end < first.length || !sentence.startsWith(first) || !sentence.endsWith(last)) {
    return undefined;
  }
  const found: string[] = [];
  let at = first.length;
  for (const literal of literals.slice(1, -1)) {
    const next = sentence.indexOf(literal, at);
    if (next < 0 || next + literal.length > end) {
      return undefined;
    }
    found.push(sentence.slice(at, next));
    at = next + literal.length;
  }
  found.push(sentence.slice(at, end));
  return first === "" && found[0] === "" ? undefined : found;
}

function fill(said: string, given: string[], depth: number): string {
  let next = 0;
  return said.replace(/\{(\d?)\}/g, (_, at: string) => value(given[at === "" ? next++ : Number(at)] ?? "", depth));
}

/** A value within a sentence: a sentence itself, a number or a size, else as it is. */
function value(text: string, depth: number): string {
  if (/^\d{1,3}(,\d{3})+$/.test(text)) {
    return text.replaceAll(",", ".");
  }
  if (/^\d+\.\d+ [kKMGT]?i?B$/.test(text)) {
    return text.replace(".", ",");
  }
  return depth >= DEEPEST || !/[a-z]{2}/.test(text) ? text : (find(text, depth + 1) ?? text);
}

function find(sentence: string, depth: number): string | undefined {
  for (const pattern of patterns) {
    const given = values(sentence, pattern);
    if (given !== undefined) {
      return fill(pattern.said, given, depth);
    }
  }
  for (const pattern of depth === 0 ? [] : endings) {
    const at = sentence.lastIndexOf(pattern.literals[0] ?? "");
    const given = at > 0 ? values(sentence.slice(at), pattern) : undefined;
    if (given !== undefined) {
      return value(sentence.slice(0, at), depth) + fill(pattern.said, given, depth);
    }
  }
  const named = /^[\w.[\]/-]{1,80}: /.exec(sentence)?.[0]; // a field before what is wrong with it
  const rest = named === undefined ? undefined : find(sentence.slice(named.length), depth);
  if (named !== undefined && rest !== undefined) {
    return named + rest;
  }
  const begun = depth === 0 ? undefined : beginnings.find((pattern) => sentence.startsWith(pattern.literals[0] ?? ""));
  return begun && begun.said + value(sentence.slice(begun.literals[0]?.length ?? 0), depth);
}

/** The sentence in the language of the pages; undefined when it has none there. */
export function translated(sentence: string): string | undefined {
  if (patterns.length === 0 || sentence.length > LONGEST) {
    return undefined;
  }
  if (!remembered.has(sentence)) {
    if (remembered.size >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.set(sentence, find(sentence, 0));
  }
  return remembered.get(sentence);
}

/** What stands beside a name or a state: in the language of the pages, its first letter as it is. */
export function say(sentence: string): string {
  return translated(sentence) ?? sentence;
}

/** What stands for itself: the same with a capital, as sentences of these languages begin, if not with a name. */
export function saySentence(sentence: string): string {
  const said = translated(sentence);
  const named = said?.split(" ", 1)[0] === sentence.split(" ", 1)[0];
  return said === undefined ? sentence : named ? said : said.charAt(0).toUpperCase() + said.slice(1);
}

/** The places of the contract where the server speaks in sentences, and those where it speaks beside a name. */
const SENTENCES = new Set(["message", "remedy", "problem"]);
const WORDS = new Set(["reason", "refused", "paused", "phase", "waitsFor", "why", "offWhy", "idleSource", "cause"]);
/** What people and authors wrote, or programs printed. */
const THEIRS = new Set(["inputs", "values", "sweep", "schema", "form", "examples", "presets", "hold", "rows", "columns"]);

/** An answer of the server with its own sentences in the language of the pages; what people wrote is left alone. */
export function sayAll<T>(answer: T): T {
  if (patterns.length > 0) {
    within(answer, "");
  }
  return answer;
}

/** `of` is the name under which the part stands. */
function within(part: unknown, of: string): void {
  if (Array.isArray(part)) {
    if (typeof part[0] === "object") {
      part.forEach((one) => within(one, of));
    }
    return;
  }
  if (typeof part !== "object" || part === null) {
    return;
  }
  const record = part as Record<string, unknown>;
  for (const [key, inner] of Object.entries(record)) {
    if (typeof inner === "object") {
      if (!THEIRS.has(key)) {
        within(inner, key);
      }
    } else if (typeof inner === "string") {
      if (SENTENCES.has(key)) {
        record[key] = saySentence(inner);
      } else if (WORDS.has(key) || of === "obstacles" || (of === "reasons" && key === "text") || (of === "subjobs" && key === "label")) {
        record[key] = say(inner);
      }
    }
  }
}
