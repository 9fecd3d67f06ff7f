/** The canvas of Usage. ECharts comes with this file. */
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef, type ReactElement } from "react";
import { usage as text } from "../../text/usage";
import type { Scheme } from "../job/plot";
import { chartOption, type Bar } from "./sums";

register([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

export default function UsageChart({ list, scheme, label }: { list: readonly Bar[]; scheme: Scheme; label: string }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  useEffect(() => {
    if (box.current === null) {
      return undefined;
    }
    const made = init(box.current, null, { renderer: "canvas" });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(chartOption(list, text, scheme), { notMerge: true });
  }, [list, scheme]);
  return <div ref={box} role="img" aria-label={label} style={{ width: "100%", height: 240 }} />;
}
