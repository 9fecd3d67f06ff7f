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

/** Bins of equal steps, on a log scale of the exponent; they begin at a multiple of the step. */
export interface Binning {
  step: number;
  first: number;
  count: number;
}

const scaled = (values: readonly number[], log: boolean) => values.map((v) => (log ? (v > 0 ? Math.log10(v) : Number.NaN) : v));

/** Bins that hold the finite values, on a log scale those above zero; undefined where there are none. */
export function binning(values: readonly number[], log: boolean): Binning | undefined {
  const usable = scaled(values, log)
    .filter((v) => Number.isFinite(v))
    .sort((a, b) => a - b);
  const low = usable[0];
  const high = usable.at(-1);
  if (low === undefined || high === undefined) {
    return undefined;
  }
  const step = linearStep(usable, !log && usable.every(Number.isInteger));
  const first = Math.floor(low / step + 1e-9);
  return { step, first, count: Math.max(1, Math.floor(high / step + 1e-9) - first + 1) };
}

/** The bins with the values that fall into each; `bins` were made for these values or for more. */
export function histogram(values: readonly number[], log: boolean, bins = binning(values, log)): Bin[] {
  if (bins === undefined) {
    return [];
  }
  const { step, first, count: n } = bins;
  const members = Array.from({ length: n }, (): number[] => []);
  scaled(values, log).forEach((value, row) => {
    if (Number.isFinite(value)) {
      members[Math.min(n - 1, Math.max(0, Math.floor(value / step + 1e-9) - first))]?.push(row);
    }
  });
  const edge = (i: number) => {
    const at = Number(((first + i) * step).toPrecision(12));
    return log ? 10 ** at : at;
  };
  return members.map((rows, i) => ({ from: edge(i), to: edge(i + 1), count: rows.length, rows }));
}
