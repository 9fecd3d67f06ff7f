/** Charts as files. ECharts and the kinds of charts that results have come with this. */
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { init, use as register, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { palette } from "./axes";

register([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  CanvasRenderer,
  SVGRenderer,
]);

/** Every browser has canvases of so many pixels. */
const MOST_PIXELS = 16_000_000;

/** On white ground; of width × height pixels, PNG twice as fine where a canvas can be so large. */
export function fileOf(kind: "svg" | "png", drawn: EChartsCoreOption, width: number, height: number): Blob {
  const option = { ...drawn, backgroundColor: palette.light.paper };
  return kind === "svg" ? svg(option, width, height) : png(option, width, height);
}

function svg(option: EChartsCoreOption, width: number, height: number): Blob {
  const made = init(null, null, { renderer: "svg", ssr: true, width, height });
  made.setOption(option);
  const drawn = made.renderToSVGString();
  made.dispose();
  return new Blob([drawn], { type: "image/svg+xml" });
}

function png(option: EChartsCoreOption, width: number, height: number): Blob {
  const holder = document.createElement("div");
  const made = init(holder, null, { renderer: "canvas", width, height });
  made.setOption(option);
  const pixelRatio = Math.min(2, Math.sqrt(MOST_PIXELS / (width * height)));
  const url = made.getDataURL({ type: "png", pixelRatio, backgroundColor: palette.light.paper });
  made.dispose();
  const binary = atob(url.slice(url.indexOf(",") + 1));
  return new Blob([Uint8Array.from(binary, (c) => c.charCodeAt(0))], { type: "image/png" });
}
