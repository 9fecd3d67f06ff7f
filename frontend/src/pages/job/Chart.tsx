/** One plot on a canvas. ECharts comes with this file, so only pages that draw load it. */
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { useImperativeHandle, useMemo, type ReactElement, type Ref } from "react";
import type { Plot } from "../../api/types";
import { useCanvas } from "../../ui/canvas";
import { optionFor, palette, type PlotData, type Scales, type Scheme } from "./plot";

register([BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent, CanvasRenderer, SVGRenderer]);

export interface ChartHandle {
  /** A file of the plot on white ground, as large as it is on screen (PNG: twice as fine). */
  save: (kind: "svg" | "png") => Blob;
}

export interface ChartProps {
  plot: Plot;
  data: PlotData;
  scales: Scales;
  scheme: Scheme;
  label: string;
  /** Which of many runs stands before the others. */
  front?: number;
  ref: Ref<ChartHandle>;
}

export default function Chart({ plot, data, scales, scheme, label, front = 0, ref }: ChartProps): ReactElement {
  const box = useCanvas(useMemo(() => optionFor(plot, data, scales, scheme, front), [plot, data, scales, scheme, front]));
  useImperativeHandle(
    ref,
    () => ({
      save: (kind) => {
        const width = box.current?.clientWidth ?? 800;
        const height = box.current?.clientHeight ?? 400;
        const option = { ...optionFor(plot, data, scales, "light", front), backgroundColor: palette.light.paper };
        return kind === "svg" ? svg(option, width, height) : png(option, width, height);
      },
    }),
    [box, plot, data, scales, front],
  );
  return <div ref={box} role="img" aria-label={label} style={{ width: "100%", height: 340 }} />;
}

type Option = ReturnType<typeof optionFor>;

function svg(option: Option, width: number, height: number): Blob {
  const made = init(null, null, { renderer: "svg", ssr: true, width, height });
  made.setOption(option);
  const drawn = made.renderToSVGString();
  made.dispose();
  return new Blob([drawn], { type: "image/svg+xml" });
}

function png(option: Option, width: number, height: number): Blob {
  const holder = document.createElement("div");
  const made = init(holder, null, { renderer: "canvas", width, height });
  made.setOption(option);
  const url = made.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: palette.light.paper });
  made.dispose();
  const binary = atob(url.slice(url.indexOf(",") + 1));
  return new Blob([Uint8Array.from(binary, (c) => c.charCodeAt(0))], { type: "image/png" });
}
