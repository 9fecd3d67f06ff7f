/** The canvas of Usage. ECharts comes with this file. */
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useMemo, type ReactElement } from "react";
import { usage as text } from "../../text/usage";
import { useCanvas } from "../../ui/canvas";
import type { Scheme } from "../job/axes";
import { chartOption, type Bar } from "./sums";

register([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

export default function UsageChart({ list, scheme, label }: { list: readonly Bar[]; scheme: Scheme; label: string }): ReactElement {
  const box = useCanvas(useMemo(() => chartOption(list, text, scheme), [list, scheme]));
  return <div ref={box} role="img" aria-label={label} style={{ width: "100%", height: 240 }} />;
}
