/** A contour plot's ECharts option: areas in the colours of a heat map, and labelled lines between them. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import type { Plot } from "../../api/types";
import { contoursOf, gridOf, levelsOf, type Contour, type Grid, type NoGrid } from "../../lib/contour";
import { measured } from "../../lib/format";
import { axis, axisTitle, base, type Scheme } from "./axes";
import { colourBar } from "./heat";
import type { PlotData, Scales, Shared } from "./plot";

/** `scales.logY` is of the colours, as with a heat map. */
export function gridOfPlot(data: PlotData, scales: Scales): Grid | NoGrid {
  return gridOf(data.x, data.rows ?? [], data.z ?? [], (z) => !scales.logY || z > 0);
}

/** Why one of these plots has no lines, if so; then the cells of heat maps are shown. */
export function noGrid(plots: readonly PlotData[], scales: Scales): NoGrid | undefined {
  return plots.map((data) => gridOfPlot(data, scales)).find((grid): grid is NoGrid => "kind" in grid);
}

interface Api {
  value: (dimension: number) => number;
  coord: (at: readonly number[]) => [number, number];
  visual: (name: string) => string;
}

/** A line is labelled where it is this long, in pixels. */
const LABEL_PIXELS = 60;

export function contourOption(plot: Plot, grid: Grid, scales: Scales, scheme: Scheme, shared?: Shared): EChartsCoreOption {
  const log = scales.logY;
  const scale = log ? Math.log10 : (v: number) => v;
  const [low, high] = shared?.z ?? [grid.z.reduce((a, b) => Math.min(a, b)), grid.z.reduce((a, b) => Math.max(a, b))];
  const levels = levelsOf([low, high], log);
  const edges = [low, ...levels, high];
  const whole: Contour = { level: low, areas: [corners(grid)], lines: [] };
  const all = [whole, ...contoursOf(grid, levels, log)];
  const ends = (values: readonly number[]) => ({ scale: false, min: values[0], max: values.at(-1) }); // a grid is ascending
  return {
    ...base(scheme),
    grid: { left: 76, right: 24, top: shared?.beside === true ? 16 : 48, bottom: 52 },
    xAxis: { ...axis(axisTitle(plot.x), scales.logX && (grid.x[0] ?? 0) > 0, scheme, false), ...ends(shared?.x ?? grid.x) },
    yAxis: {
      ...axis(plot.y === null || plot.y === undefined ? "" : axisTitle(plot.y), plot.y?.scale === "log" && (grid.y[0] ?? 0) > 0, scheme, true),
      ...ends(shared?.y ?? grid.y),
      splitLine: { show: false },
    },
    visualMap: { ...colourBar(plot, scale(low), scale(high), log, scheme), show: shared?.beside !== true },
    tooltip: { show: false },
    series: [
      {
        type: "custom",
        silent: true,
        clip: true,
        // dimension 2, which the colours are of: the middle of the values between this level and the next
        data: all.map((_, i) => [grid.x[0], grid.y[0], (scale(edges[i] ?? low) + scale(edges[i + 1] ?? high)) / 2, i]),
        renderItem: (_: unknown, api: Api) => {
          const contour = all[api.value(3)] ?? whole;
          const share = (scale(contour.level) - scale(low)) / (scale(high) - scale(low) || 1);
          const ink = share > 0.55 ? "#000000" : "#ffffff";
          const lines = contour.lines.map((line) => line.map((at) => api.coord(at)));
          const path = contour.areas.map((ring) => `M${ring.map((at) => api.coord(at).map((v) => v.toFixed(1)).join(" ")).join("L")}Z`).join("");
          return {
            type: "group",
            children: [
              { type: "path", shape: { pathData: path === "" ? "M0 0" : path }, style: { fill: api.visual("color") } },
              ...lines.map((points) => ({ type: "polyline", shape: { points }, style: { fill: "none", stroke: ink, lineWidth: 1 } })),
              ...lines.flatMap((points) => label(points, measured(contour.level), api.visual("color"), ink)),
            ],
          };
        },
      },
    ],
  };
}

function corners(grid: Grid): [number, number][] {
  const [left = 0, right = 0, low = 0, high = 0] = [grid.x[0], grid.x.at(-1), grid.y[0], grid.y.at(-1)];
  return [
    [left, low],
    [right, low],
    [right, high],
    [left, high],
  ];
}

/** The level in the middle of a line, along it and never upside down. */
function label(points: [number, number][], words: string, ground: string, ink: string): object[] {
  let length = 0;
  for (let i = 1; i < points.length; i++) {
    length += step(points, i);
  }
  if (length < LABEL_PIXELS) {
    return [];
  }
  let i = 1;
  for (let left = length / 2; i < points.length - 1 && left > step(points, i); i++) {
    left -= step(points, i);
  }
  const [[x0, y0], [x1, y1]] = [points[i - 1] ?? [0, 0], points[i] ?? [0, 0]];
  const turned = -Math.atan2(y1 - y0, x1 - x0);
  const rotation = turned > Math.PI / 2 ? turned - Math.PI : turned < -Math.PI / 2 ? turned + Math.PI : turned;
  return [
    {
      type: "text",
      x: (x0 + x1) / 2,
      y: (y0 + y1) / 2,
      rotation,
      style: { text: words, fill: ink, stroke: ground, lineWidth: 3, fontSize: 11, align: "center", verticalAlign: "middle" },
    },
  ];
}

function step(points: [number, number][], i: number): number {
  const [[x0, y0], [x1, y1]] = [points[i - 1] ?? [0, 0], points[i] ?? [0, 0]];
  return Math.hypot(x1 - x0, y1 - y0);
}
