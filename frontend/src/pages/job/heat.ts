/** A heat map's ECharts option. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import type { Plot } from "../../api/types";
import { cellsOf } from "../../lib/grid";
import { count, measured } from "../../lib/format";
import { text } from "../../text/jobs";
import { axis, axisTitle, base, palette, type Scheme } from "./axes";
import type { PlotData } from "./plot";

/** From dark to light with any colour vision, and on grey paper: cividis. */
export const cividis = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"] as const;

/** The scale of a plot's colours above it. `low` and `high`: exponents on a logarithmic scale. */
export function colourBar(plot: Plot, low: number, high: number, log: boolean, scheme: Scheme) {
  const title = plot.z === undefined ? text.results.count : axisTitle(plot.z);
  const least = Number.isFinite(low) ? low : 0;
  return {
    type: "continuous",
    seriesIndex: 0,
    dimension: 2,
    min: least,
    max: high > low ? high : least + 1,
    calculable: false,
    orient: "horizontal",
    left: "center",
    top: 0,
    itemWidth: 14,
    itemHeight: 160,
    text: [`${measured(log ? 10 ** high : high)}  ${title}`, measured(log ? 10 ** low : low)],
    textStyle: { color: palette[scheme].ink, fontSize: 12 },
    inRange: { color: [...cividis] },
  };
}

/** Cells coloured by a third column; on a logarithmic scale by its exponent, told as the value. */
export function heatOption(plot: Plot, data: PlotData, log: boolean, scheme: Scheme): EChartsCoreOption {
  const c = palette[scheme];
  const { x, y, cells } = cellsOf(data.x, data.rows ?? [], data.z ?? [], data.shared?.across, data.shared?.up);
  const drawn = cells.filter(([, , mean]) => !log || mean > 0);
  const colours = drawn.map(([, , mean]) => (log ? Math.log10(mean) : mean));
  const shared = data.shared?.z?.map((z) => (log ? Math.log10(z) : z));
  const low = shared?.[0] ?? colours.reduce((a, b) => Math.min(a, b), Infinity);
  const high = shared?.[1] ?? colours.reduce((a, b) => Math.max(a, b), -Infinity);
  const places = (title: string, names: string[], vertical: boolean) => ({
    ...axis(title, false, scheme, vertical),
    type: "category",
    data: names,
    scale: undefined,
    nameGap: vertical ? 58 : 30,
    axisLabel: { color: c.soft, hideOverlap: true, overflow: "truncate", width: vertical ? 50 : 120 },
    splitLine: { show: false },
  });
  return {
    ...base(scheme),
    grid: { left: 76, right: 24, top: data.shared?.beside === true ? 16 : 48, bottom: 52 },
    xAxis: places(axisTitle(plot.x), x, false),
    yAxis: places(plot.y === null || plot.y === undefined ? "" : axisTitle(plot.y), y, true),
    visualMap: { ...colourBar(plot, low, high, log, scheme), show: data.shared?.beside !== true },
    tooltip: {
      ...base(scheme).tooltip,
      formatter: (p: { dataIndex: number }) => {
        const [column, row, mean, n] = drawn[p.dataIndex] ?? [0, 0, Number.NaN, 0];
        const lines = [`${plot.x.label}: ${x[column] ?? ""}`, `${plot.y?.label ?? ""}: ${y[row] ?? ""}`, `${plot.z?.label ?? ""}: ${measured(mean)}`];
        return (n > 1 ? [...lines, text.results.meanOf(count(n))] : lines).join("\n");
      },
    },
    series: [{ type: "heatmap", data: drawn.map(([column, row], i) => [column, row, colours[i]]), itemStyle: { borderWidth: 0 }, progressive: 0 }],
  };
}
