/** A page of a text and the words that are looked for in it. Pure. */

/** Lines on a page. */
export const PAGE = 200;

/** Letters of a line that are shown at a time, as the server cuts it. */
export const WIDE = 2_000;

/** The first line of the page that a line is on. */
export function pageOf(line: number): number {
  return Math.floor(line / PAGE) * PAGE;
}

/** The first letter shown when a place far out in a long line is: with a little before it. */
export function columnOf(column: number): number {
  return column < WIDE - 200 ? 0 : column - 100;
}

/** Where words stand: both numbers from 0. */
export interface Place {
  line: number;
  column: number;
}

/** The place that is on line `line`, from 1, at letter `at`, or the last before; −1 for none, or no line. Places stand in their order. */
export function placeOf(places: readonly Place[], line: number | undefined, at = 0): number {
  return line === undefined ? -1 : places.findLastIndex((p) => p.line + 1 < line || (p.line + 1 === line && p.column <= at));
}

/** The place next to there, round the ends; −1 when there is none at all. */
export function stepFrom(places: readonly Place[], line: number | undefined, at: number | undefined, by: 1 | -1): number {
  const here = placeOf(places, line, at);
  const one = places[here];
  const between = one !== undefined && (one.line + 1 !== line || one.column !== (at ?? 0));
  const next = here + (by < 0 && between ? 0 : by);
  return next < 0 ? places.length - 1 : next % Math.max(1, places.length);
}

/** The parts of a line, those at odd places being what was looked for. */
export function split(line: string, words: string, exact: boolean): string[] {
  if (words === "") {
    return [line];
  }
  const [text, wanted] = exact ? [line, words] : [folded(line), folded(words)];
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, from)) {
    parts.push(line.slice(from, at), line.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...parts, line.slice(from)];
}

/** Letter by letter without its case, so that places stay the same. */
function folded(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : Array.from(text, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join("");
}
