/** Bins for a histogram. Pure. */

export interface Bin {
  from: number;
  to: number;
  count: number;
  /** Which of the values are in it. */
  rows: number[];
}

const NICE = [1, 2, 2.5, 5, 10];

/** The next round step at or above `step`: 1, 2, 2.5, 5 × a power of ten. */
export function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const nice = NICE.find((n) => n * power >= step * (1 - 1e-9)) ?? 10;
  return nice * power;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** Freedman and Diaconis' width, rounded up to a nice step; between 5 and 80 bins. */
function linearStep(sorted: readonly number[], whole: boolean): number {
  const low = sorted[0] ?? 0;
  const high = sorted.at(-1) ?? 0;
  const span = high - low;
  if (span === 0) {
    return whole ? 1 : niceStep(Math.max(Math.abs(low) / 10, 1e-9));
  }
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const width = (2 * spread) / Math.cbrt(sorted.length);
  const bounded = Math.min(span / 5, Math.max(span / 80, width > 0 ? width : span / 20));
  const step = niceStep(bounded);
  return whole ? Math.max(1, Math.ceil(step)) : step;
}

/** Bins over the finite values. On a log scale only those above zero count, in equal steps of the exponent. */
export function histogram(values: readonly number[], log: boolean): Bin[] {
  const scaled = values.map((v) => (log ? (v > 0 ? Math.log10(v) : Number.NaN) : v));
  const usable = scaled.filter((v) => Number.isFinite(v)).sort((a, b) => a - b);
  const low = usable[0];
  const high = usable.at(-1);
  if (low === undefined || high === undefined) {
    return [];
  }
  const step = linearStep(usable, !log && usable.every(Number.isInteger));
  const first = Math.floor(low / step + 1e-9);
  const n = Math.max(1, Math.floor(high / step + 1e-9) - first + 1);
  const bins = Array.from({ length: n }, (): number[] => []);
  scaled.forEach((value, row) => {
    if (Number.isFinite(value)) {
      bins[Math.min(n - 1, Math.max(0, Math.floor(value / step + 1e-9) - first))]?.push(row);
    }
  });
  const edge = (i: number) => {
    const at = Number(((first + i) * step).toPrecision(12));
    return log ? 10 ** at : at;
  };
  return bins.map((rows, i) => ({ from: edge(i), to: edge(i + 1), count: rows.length, rows }));
}
