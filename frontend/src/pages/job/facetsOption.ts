/** All plots that stand side by side as one ECharts option, for a file of them. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import type { Plot } from "../../api/types";
import { base, palette } from "./axes";
import { itemsOf } from "./items";
import { marks } from "./marks";
import { optionFor, type Scales } from "./plot";
import { legendOf, type Part } from "./views";

/** Of one plot with its title and axes, in pixels. */
const WIDE = 400;
const HIGH = 290;
const TITLE = 30;

/** What is above all: the legend, or the scale of the colours. */
const HEAD = 56;

interface Picture {
  option: EChartsCoreOption;
  /** In pixels. */
  width: number;
  height: number;
}

/** Three in a row, or as many as there are rows where that is more; chosen rows are marked. */
export function facetsOption(plot: Plot, parts: readonly Part[], scales: Scales, chosen: ReadonlySet<number>): Picture {
  const columns = Math.min(parts.length, Math.max(3, Math.ceil(Math.sqrt(parts.length))));
  const options = parts.map(({ data }) => optionFor(plot, data, scales, "light") as { xAxis: object; yAxis: object; series: object[]; visualMap?: object });
  const coloured = options.find((option) => option.visualMap !== undefined)?.visualMap;
  const runs = legendOf(plot, parts);
  const head = coloured !== undefined || runs.length > 0 ? HEAD : 0;
  const at = (i: number) => ({ left: (i % columns) * WIDE, top: head + Math.floor(i / columns) * HIGH });
  const series = options.map((option, i) => {
    const marked = marks(`chosen-${i}`, plot, itemsOf(plot, parts[i]?.data ?? { x: [], y: [], label: [] }, scales), chosen, scales, "light");
    return [...option.series, marked].map((one) => ({ ...one, xAxisIndex: i, yAxisIndex: i }));
  });
  const ink = { color: palette.light.ink };
  return {
    width: columns * WIDE,
    height: head + Math.ceil(parts.length / columns) * HIGH,
    option: {
      ...base("light"),
      tooltip: { show: false },
      title: parts.map(({ words }, i) => ({
        text: words,
        left: at(i).left + WIDE / 2,
        top: at(i).top + 8,
        padding: 0,
        textAlign: "center",
        textStyle: { ...ink, fontSize: 13, fontWeight: 600, width: WIDE - 20, overflow: "truncate" },
      })),
      grid: parts.map((_, i) => ({ left: at(i).left + 76, top: at(i).top + TITLE, width: WIDE - 76 - 24, height: HIGH - TITLE - 60 })),
      xAxis: options.map((option, i) => ({ ...option.xAxis, gridIndex: i })),
      yAxis: options.map((option, i) => ({ ...option.yAxis, gridIndex: i })),
      legend: runs.length > 0 ? { data: runs, top: 8, itemGap: 18, textStyle: ink } : undefined,
      // of each plot the first series has the colours
      visualMap: coloured && { ...coloured, show: true, top: 8, seriesIndex: series.map((_, i) => series.slice(0, i).reduce((sum, list) => sum + list.length, 0)) },
      series: series.flat(),
    },
  };
}
