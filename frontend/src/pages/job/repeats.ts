/** Repeated runs as one point: their mean, and how far they lie from it. Pure. */
import type { PlotData } from "./plot";

/** The standard deviation of a sample; 0 of one value. */
function deviation(values: readonly number[], mean: number): number {
  return values.length < 2 ? 0 : Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

/** Rows of one x and one run, in the order of the first of each. Rows without a number count for nothing. */
export function meansOf(data: PlotData): PlotData {
  const places = new Map<string, number[]>();
  data.y.forEach((y, row) => {
    if (Number.isFinite(y)) {
      const key = `${data.group?.[row] ?? ""}\n${String(data.x[row])}`;
      const rows = places.get(key);
      if (rows === undefined) {
        places.set(key, [row]);
      } else {
        rows.push(row);
      }
    }
  });
  const members = [...places.values()];
  const values = members.map((rows) => rows.map((row) => data.y[row] ?? Number.NaN));
  const means = values.map((list) => list.reduce((sum, v) => sum + v, 0) / list.length);
  const first = members.map((rows) => rows[0] ?? 0);
  return {
    x: first.map((row) => data.x[row] ?? ""),
    y: means,
    label: members.map((rows, i) => (rows.length === 1 ? (data.label[first[i] ?? 0] ?? "") : "")),
    group: data.group === undefined ? undefined : first.map((row) => data.group?.[row] ?? ""),
    members,
    spread: values.map((list, i) => deviation(list, means[i] ?? 0)),
  };
}

/** Whether some rows are of one x and one run. */
export function repeated(data: PlotData): boolean {
  return new Set(data.y.map((_, row) => `${data.group?.[row] ?? ""}\n${String(data.x[row])}`)).size < data.y.length;
}

interface Api {
  value: (dimension: number) => number;
  coord: (at: [number, number]) => [number, number];
  size: (of: [number, number]) => [number, number];
}

/** Half of the stroke that ends an error bar, in pixels. */
const END = 4;

/** Error bars: place on x, lowest and highest; `aside`: how far beside, as a part of a place. On a log axis one that would reach zero ends a tenth below its point. */
export function errorBars(points: readonly { x: number; y: number; spread: number }[], logY: boolean, colour: string, aside = 0) {
  return {
    type: "custom",
    silent: true,
    clip: true,
    z: 3,
    data: points.filter((p) => p.spread > 0).map((p) => [p.x, logY && p.y - p.spread <= 0 ? p.y / 10 : p.y - p.spread, p.y + p.spread]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, api: Api) => {
      const [place, low] = api.coord([api.value(0), api.value(1)]);
      const x = place + (aside === 0 ? 0 : aside * api.size([1, 0])[0]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const stroke = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1.5 } });
      return { type: "group", children: [stroke(x, low, x, high), stroke(x - END, low, x + END, low), stroke(x - END, high, x + END, high)] };
    },
  };
}
