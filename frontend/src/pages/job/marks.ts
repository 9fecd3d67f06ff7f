/** Marks over the items of a plot that hold chosen rows. Pure. */
import type { Plot } from "../../api/types";
import { count } from "../../lib/format";
import { text } from "../../text/jobs";
import { palette, type Scheme } from "./axes";
import type { Item } from "./items";
import { BAR_PIXELS, type Scales } from "./plot";

/** What stands out on every colour of a plot. */
const CHOSEN = "#d55e00";

interface Api {
  value: (dimension: number) => number;
  coord: (at: [number, number]) => [number, number];
  size: (of: [number, number]) => [number, number];
}

/** How much of an item its rows among these are, 0 to 1. */
function shareOf(item: Item, rows: ReadonlySet<number>): number {
  return item.rows.filter((row) => rows.has(row)).length / item.rows.length;
}

/** Of an item that stands for several rows, how many of them are chosen. */
export function chosenWords(item: Item, rows: ReadonlySet<number>): string[] {
  const chosen = item.rows.filter((row) => rows.has(row)).length;
  return item.rows.length > 1 && chosen > 0 ? [text.results.chosen.share(count(chosen), count(item.rows.length))] : [];
}

/**
 * A series that marks the items with one of `rows`. Of an item that stands for several rows, not all among them, the mark
 * shows the share: a bin is filled as high as they are, a bar as wide, a ring is drawn as far around, a cell's frame is
 * dashed. `id`: to be changed alone.
 */
export function marks(id: string, plot: Plot, items: readonly Item[], rows: ReadonlySet<number>, scales: Scales, scheme: Scheme) {
  const c = palette[scheme];
  const chosen = rows.size === 0 ? [] : items.filter((item) => item.rows.some((row) => rows.has(row)));
  const bin = plot.kind === "histogram";
  return {
    id,
    type: "custom",
    data: chosen.map((item) => [item.x[0], item.x[1], item.y[0], bin ? shareOf(item, rows) * item.rows.length : item.y[1], shareOf(item, rows)]),
    encode: { x: [0, 1], y: 3 },
    silent: true,
    clip: true,
    z: 10,
    renderItem: (_: unknown, api: Api) => {
      const [x0, x1, y0, y1, share] = [0, 1, 2, 3, 4].map((i) => api.value(i)) as [number, number, number, number, number];
      const rect = (left: number, right: number, top: number, bottom: number, style: object) => ({
        type: "rect",
        shape: { x: left, y: top, width: Math.max(2, right - left), height: Math.max(2, bottom - top) },
        style,
      });
      if (bin) {
        const [left, top] = api.coord([x0, y1]);
        const [right, bottom] = api.coord([x1, scales.logY ? 0.5 : 0]);
        return rect(left, right - (right - left > 4 ? 1 : 0), top, bottom, { fill: CHOSEN });
      }
      const middle: [number, number] = [plot.kind === "bar" || plot.kind === "heatmap" ? (x0 + x1) / 2 : x0, plot.kind === "heatmap" ? (y0 + y1) / 2 : y1];
      const [wide, high] = api.size([1, 1]);
      // an axis of words knows whole places only
      const place = plot.kind === "bar" ? Math.round(middle[0]) : middle[0];
      const [at, y] = api.coord([place, middle[1]]);
      const x = at + (middle[0] - place) * wide;
      if (plot.kind === "bar") {
        const alone = x1 - x0 > 0.7;
        const half = Math.min(alone ? BAR_PIXELS : Infinity, wide * (x1 - x0)) / 2;
        const [, low] = api.coord([middle[0], scales.logY ? y1 : y0]);
        const foot = scales.logY ? Number.MAX_SAFE_INTEGER : low;
        return rect(x - half, x - half + 2 * half * share, Math.min(y, foot), scales.logY ? y + 6 : Math.max(y, foot), { fill: CHOSEN });
      }
      if (plot.kind === "heatmap") {
        const frame = (inset: number, stroke: string) =>
          rect(x - wide / 2 + inset, x + wide / 2 - inset, y - high / 2 + inset, y + high / 2 - inset, { fill: "none", stroke, lineWidth: 1.5, ...(share < 1 && { lineDash: [4, 4] }) });
        return { type: "group", children: [frame(0.75, "#ffffff"), frame(2.25, CHOSEN)] };
      }
      const top = -Math.PI / 2;
      const ring = (r: number, stroke: string, lineWidth: number) => ({
        type: "arc",
        shape: { cx: x, cy: y, r, startAngle: top, endAngle: top + 2 * Math.PI * share },
        style: { fill: "none", stroke, lineWidth },
      });
      return { type: "group", children: [ring(6, c.paper, 4), ring(6, c.ink, 2)] };
    },
  };
}
