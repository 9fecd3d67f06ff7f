/**
 * The sentences that a program's Java sources make, as patterns: a literal with `{}` where a value is put in. Concatenations
 * and formats are read as one sentence, each branch of a condition as its own; what a value is made of is read for itself.
 * A reader of tokens, not of Java: it needs no types, and what it does not know is a place.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PLACE = "{}";
/** More ways than this to say one sentence are read part by part. */
const MOST_WAYS = 16;

/** What is asked or logged, never said: arguments of these are no sentences. */
const UNSAID = new Set(
  ("contains startsWith endsWith equals equalsIgnoreCase matches indexOf lastIndexOf compile replace replaceAll replaceFirst split compareTo " +
    "createQuery createUpdate createBatch prepareBatch execute prepareStatement query println printf print getProperty " +
    "IllegalStateException UncheckedIOException AssertionError getLogger note sha256 resolve").split(" "),
);

const LOGS = new Set(["log", "LOG", "logger", "LOGGER"]);

const TOKEN =
  /\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*|"""[ \t]*\n([\s\S]*?)"""|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)+)'|([A-Za-z_$][\w$]*|\d[\w.]*)|(->|::|==|!=|<=|>=|&&|\|\||\+\+|--|\+=|-=)|([\s\S])/g;

const ESCAPES = new Map(Object.entries({ n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", s: " ", 0: "\0" }));

function unescape(text) {
  return text.replace(/\\(u+([0-9a-fA-F]{4})|\n|.)/g, (_, one, hex) => (hex === undefined ? (one === "\n" ? "" : (ESCAPES.get(one) ?? one)) : String.fromCharCode(parseInt(hex, 16))));
}

function tokens(source) {
  const found = [];
  for (const [, block, text, letter, word, sign, other] of source.matchAll(TOKEN)) {
    if (block !== undefined) {
      const lines = block.split("\n");
      const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
      found.push({ text: unescape(lines.map((line) => line.slice(indent)).join("\n")) });
    } else if (text !== undefined || letter !== undefined) {
      found.push({ text: unescape(text ?? letter) });
    } else if (word !== undefined || sign !== undefined || other !== undefined) {
      found.push({ sign: word ?? sign ?? other });
    }
  }
  return found;
}

const CLOSED = new Map([["(", ")"], ["[", "]"], ["{", "}"]]);

/** Tokens with what stands in brackets as one token. */
function grouped(flat) {
  const outer = [{ inside: [] }];
  for (const token of flat) {
    if (CLOSED.has(token.sign)) {
      outer.push({ open: token.sign, inside: [] });
    } else if (outer.length > 1 && token.sign === CLOSED.get(outer.at(-1).open)) {
      const done = outer.pop();
      outer.at(-1).inside.push(done);
    } else {
      outer.at(-1).inside.push(token);
    }
  }
  return outer[0].inside;
}

function splitAt(list, ends) {
  const parts = [[]];
  for (const token of list) {
    if (ends(token)) {
      parts.push([]);
    } else {
      parts.at(-1).push(token);
    }
  }
  return parts.filter((part) => part.length > 0);
}

const BREAKS = new Set([",", ";", "->", "=", "+=", "return", "throw", "yield", "case", "&&", "||", "==", "!="]);

/** The patterns of one source file, in its order. */
export function sentences(source) {
  const found = new Set();

  function statements(list) {
    for (const part of splitAt(list, (token) => BREAKS.has(token.sign))) {
      // a block ends a statement too
      let from = 0;
      part.forEach((token, at) => {
        if (token.open === "{") {
          expression(part.slice(from, at + 1)).forEach(keep);
          from = at + 1;
        }
      });
      expression(part.slice(from)).forEach(keep);
    }
  }

  function keep(parts) {
    if (parts.some((part) => part !== PLACE)) {
      found.add(parts.join("").replace(/(?:\{\}){2,}/g, PLACE)); // values side by side are one to a reader
    }
  }

  /** Every way of what the tokens say: lists of literals and places. Sentences inside of a place are kept at once. */
  function expression(list) {
    const asks = list.findIndex((token, at) => token.sign === "?" && list[at + 1]?.sign !== ">" && list[at + 1]?.sign !== "extends");
    if (asks >= 0) {
      let depth = 0;
      const other = list.findIndex((token, at) => at > asks && (token.sign === "?" ? depth++ < 0 : token.sign === ":" && depth-- === 0));
      if (other >= 0) {
        within(list.slice(0, asks));
        return [...expression(list.slice(asks + 1, other)), ...expression(list.slice(other + 1))];
      }
    }
    let ways = [[]];
    for (const operand of splitAt(list, (token) => token.sign === "+")) {
      const own = operandWays(operand);
      if (ways.length * own.length > MOST_WAYS) {
        own.forEach(keep);
        ways = ways.map((way) => [...way, PLACE]);
      } else {
        ways = ways.flatMap((way) => own.map((one) => [...way, ...one]));
      }
    }
    return ways;
  }

  function operandWays(operand) {
    const [first, dot, called, given] = operand;
    if (operand.length === 1 && first.text !== undefined) {
      return [[first.text]];
    }
    if (operand.length === 1 && first.open === "(") {
      const ways = expression(first.inside);
      return ways.some((way) => way.some((part) => part !== PLACE)) ? ways : [[PLACE]];
    }
    if (operand.length === 4 && dot.sign === "." && called.sign === "formatted" && given.open === "(" && (first.text !== undefined || first.open === "(")) {
      statements(given.inside);
      return operandWays([first]).map((way) => way.map(unformatted));
    }
    if (operand.length === 4 && first.sign === "String" && called.sign === "format" && given.open === "(") {
      const values = splitAt(given.inside, (token) => token.sign === ",");
      const at = values[0]?.[0]?.sign === "Locale" ? 1 : 0;
      values.slice(at + 1).forEach(statements);
      return expression(values[at] ?? []).map((way) => way.map(unformatted));
    }
    within(operand);
    return [[PLACE]];
  }

  function within(list) {
    list.forEach((token, at) => {
      if (token.inside !== undefined) {
        const unsaid = token.open === "(" && (UNSAID.has(list[at - 1]?.sign) || list[at - 2]?.sign === "@" || LOGS.has(list[at - 3]?.sign));
        if (!unsaid) {
          statements(token.inside);
        }
      } else if (token.text !== undefined) {
        found.add(token.text);
      }
    });
  }

  statements(grouped(tokens(source)));
  return [...found];
}

function unformatted(part) {
  return part === PLACE ? part : part.replace(/%(?:%|n|[-+ 0,#(]*\d*(?:\.\d+)?[a-zA-Z])/g, (one) => (one === "%%" ? "%" : one === "%n" ? "\n" : PLACE));
}

const PROSE = /[A-Za-z]+[,;:]? [a-z]{2,}|[a-z]{2,}[,;:]? \{\}|^ ?\{\},? [a-z]{2,}/;
/** Queries, headers of HTTP, key=value lines and files written for other programs. */
const PROGRAM =
  /\n|^\s*(select|insert|update|delete|merge|from|where|and|or|order|set|alter|create|backup|SELECT|AND|ORDER|GROUP)[ ,]|^ (on|desc|limit) \w+[. ]\w|^(id|state|runs), |[a-z_]+ = [:?]|[(]\w+ >= [?]|:[a-z]+\b(?![/])|^\s*<|\w+=\{\} \w+=|^[%\w]+=\{\}$|[{]\d[}]|charset=|filename|[a-z]-src |max-age|no-cache|smime-type|HTTP[/]1/;

/** Titles of refusals: each comes with its sentence, which is what a page shows. */
const TITLE = /^[A-Z][a-z]+(?: [A-Za-z]+){1,5}$/;

/** Two words after one another, in prose: no query, no markup, no program. */
export function isSentence(pattern) {
  return PROSE.test(pattern) && !PROGRAM.test(pattern) && !TITLE.test(pattern);
}

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Whose sentences reach a page. */
const MODULES = ["job-api", "portal", "webdav", "vnc-proxy", "ca", "appliance-agent"];

/** Every pattern in the program, with the files in which it stands. */
export function spoken() {
  const found = new Map();
  for (const module of MODULES) {
    const sources = `${module}/src/main/java`;
    for (const file of readdirSync(root + sources, { recursive: true }).sort()) {
      if (file.endsWith(".java")) {
        const at = `${sources}/${file}`;
        sentences(readFileSync(root + at, "utf8")).forEach((pattern) => found.set(pattern, [...(found.get(pattern) ?? []), at]));
      }
    }
  }
  return found;
}
