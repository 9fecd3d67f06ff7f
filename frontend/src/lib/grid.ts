/** Rows as the cells of a heat map: one for each pair of values, or for each pair of ranges where values are many. Pure. */
import { measured } from "./format";

/** So many values of an axis each have their own row or column; more numbers are put into ranges. */
export const MOST_PLACES = 100;

/** As many ranges an axis is then cut into. */
export const RANGES = 60;

export interface Cells {
  /** The places of each axis in words, in order. */
  x: string[];
  y: string[];
  /** Column, row, mean and how many rows of the table it is the mean of; without those that no row falls into. */
  cells: [number, number, number, number][];
  /** The rows of each cell. */
  rows: number[][];
}

/** The rows or columns of cells along an axis. */
export interface Places {
  names: string[];
  /** Which place a value has, -1 for none. */
  place: (value: number | string) => number;
}

export function placesOf(values: readonly (number | string)[]): Places {
  const distinct = [...new Set(values)].filter((v) => typeof v === "string" || Number.isFinite(v));
  const numbers = distinct.filter((v) => typeof v === "number");
  if (numbers.length === distinct.length && distinct.length > MOST_PLACES) {
    const low = numbers.reduce((a, b) => Math.min(a, b));
    const width = (numbers.reduce((a, b) => Math.max(a, b)) - low) / RANGES;
    return {
      names: Array.from({ length: RANGES }, (_, i) => `${measured(low + i * width)} – ${measured(low + (i + 1) * width)}`),
      place: (v) => (typeof v === "number" && Number.isFinite(v) ? Math.min(RANGES - 1, Math.floor((v - low) / width)) : -1),
    };
  }
  const ordered = numbers.length === distinct.length ? numbers.toSorted((a, b) => a - b) : distinct;
  const places = new Map(ordered.map((v, i) => [v, i]));
  return { names: ordered.map((v) => (typeof v === "number" ? measured(v) : v)), place: (v) => places.get(v) ?? -1 };
}

/** Several rows in one cell are shown by their mean. The places were made for these values or for more. */
export function cellsOf(x: readonly (number | string)[], y: readonly (number | string)[], z: readonly number[], across = placesOf(x), up = placesOf(y)): Cells {
  const sums = new Map<number, { sum: number; rows: number[] }>();
  for (let i = 0; i < z.length; i++) {
    const value = z[i] ?? Number.NaN;
    const [column, row] = [across.place(x[i] ?? ""), up.place(y[i] ?? "")];
    if (column >= 0 && row >= 0 && Number.isFinite(value)) {
      const key = row * across.names.length + column;
      const cell = sums.get(key) ?? { sum: 0, rows: [] };
      cell.sum += value;
      cell.rows.push(i);
      sums.set(key, cell);
    }
  }
  const width = across.names.length;
  return {
    x: across.names,
    y: up.names,
    cells: [...sums].map(([key, { sum, rows }]) => [key % width, Math.floor(key / width), sum / rows.length, rows.length]),
    rows: [...sums.values()].map((cell) => cell.rows),
  };
}
