/** Lines of equal value over a grid of two columns. Pure. */
import { contours } from "d3-contour";
import { niceStep } from "./histogram";

/** Values over every pair of some x and some y. */
export interface Grid {
  /** Ascending, at least two of each. */
  x: readonly number[];
  y: readonly number[];
  /** By rows of y: the mean of the table's rows there. */
  z: readonly number[];
  /** The rows of each. */
  rows: readonly (readonly number[])[];
}

/** Why there are no lines: an axis of words or of one value, or so many of all places without a value. */
export type NoGrid = { kind: "words" } | { kind: "one" } | { kind: "holes"; missing: number; places: number };

function ascending(values: readonly (number | string)[]): number[] | undefined {
  const distinct = [...new Set(values)];
  const numbers = distinct.filter((v) => typeof v === "number" && Number.isFinite(v)) as number[];
  return numbers.length === distinct.length ? numbers.sort((a, b) => a - b) : undefined;
}

/** `usable`: false for values that cannot be shown, which leave a hole. */
export function gridOf(x: readonly (number | string)[], y: readonly (number | string)[], z: readonly number[], usable: (z: number) => boolean): Grid | NoGrid {
  const [across, up] = [ascending(x), ascending(y)];
  if (across === undefined || up === undefined) {
    return { kind: "words" };
  }
  if (across.length < 2 || up.length < 2) {
    return { kind: "one" };
  }
  const [columns, lines] = [new Map(across.map((v, i) => [v, i])), new Map(up.map((v, i) => [v, i]))];
  const found = new Map<number, number[]>();
  z.forEach((value, row) => {
    if (Number.isFinite(value) && usable(value)) {
      const place = (lines.get(Number(y[row])) ?? 0) * across.length + (columns.get(Number(x[row])) ?? 0);
      const rows = found.get(place);
      if (rows === undefined) {
        found.set(place, [row]);
      } else {
        rows.push(row);
      }
    }
  });
  const places = across.length * up.length;
  if (found.size < places) {
    return { kind: "holes", missing: places - found.size, places };
  }
  const rows = Array.from({ length: places }, (_, place) => found.get(place) ?? []);
  return { x: across, y: up, z: rows.map((list) => list.reduce((sum, row) => sum + (z[row] ?? 0), 0) / list.length), rows };
}

/** Round values between the lowest and the highest, about eight; on a log scale 1, 2 and 5 of each decade, or whole decades where they are many. */
export function levelsOf(z: readonly number[], log: boolean): number[] {
  const low = z.reduce((a, b) => Math.min(a, b), Infinity);
  const high = z.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(high > low)) {
    return [];
  }
  const between = (v: number) => v > low && v < high;
  const decades = log && low > 0 ? Math.log10(high / low) : 0;
  if (decades >= 1.5) {
    const powers = Array.from({ length: Math.ceil(decades) + 2 }, (_, i) => Math.floor(Math.log10(low)) + i);
    const parts = decades > 4 ? [1] : [1, 2, 5];
    return powers.flatMap((p) => parts.map((part) => Number(`${part}e${p}`))).filter(between);
  }
  const step = niceStep((high - low) / 8);
  const first = Math.floor(low / step);
  return Array.from({ length: Math.ceil((high - low) / step) + 2 }, (_, i) => Number(((first + i) * step).toPrecision(12))).filter(between);
}

type Point = [number, number];

export interface Contour {
  level: number;
  /** Where values are at least the level: closed rings, holes turned the other way round. */
  areas: Point[][];
  /** Where they are just the level. */
  lines: Point[][];
}

/** The value at a place between those of a list, by parts of the way to the next. */
function between(values: readonly number[], at: number): number {
  const i = Math.min(values.length - 2, Math.max(0, Math.floor(at)));
  const [a = 0, b = 0] = [values[i], values[i + 1]];
  return a + (b - a) * (at - i);
}

/**
 * d3-contour's marching squares. It works on places (a value stands in the middle of its cell) and closes areas half a cell outside of the grid; here they end at the grid's edge, and lines where they meet it. On a log
 * scale values between two of the grid are those of their exponents.
 */
export function contoursOf(grid: Grid, levels: readonly number[], log: boolean): Contour[] {
  const [nx, ny] = [grid.x.length, grid.y.length];
  const scale = log ? Math.log10 : (v: number) => v;
  const values = grid.z.map(scale);
  const make = contours().size([nx, ny]);
  const place = ([x = 0, y = 0]: number[]): Point => [
    between(grid.x, Math.min(nx - 1, Math.max(0, x - 0.5))),
    between(grid.y, Math.min(ny - 1, Math.max(0, y - 0.5))),
  ];
  return levels.map((level) => {
    const rings = make.contour(values, scale(level)).coordinates.flat();
    const lines: Point[][] = [];
    for (const ring of rings) {
      const outside = ring.map(([x = 0, y = 0]) => x <= 0 || y <= 0 || x >= nx || y >= ny);
      // begin outside where there is such a place, so that no line is cut in two
      const start = Math.max(0, outside.indexOf(true));
      let line: Point[] = [];
      for (let i = 0; i < ring.length; i++) {
        const at = (start + i) % (ring.length - 1);
        if (outside[at] === true) {
          lines.push(line);
          line = [];
        } else {
          line.push(place(ring[at] ?? []));
        }
      }
      lines.push(line);
    }
    return { level, areas: rings.map((ring) => ring.map(place)), lines: lines.filter((l) => l.length > 1) };
  });
}
