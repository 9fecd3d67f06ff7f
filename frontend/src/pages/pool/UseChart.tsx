/** The canvas of the pool's past. ECharts comes with this file. */
import { LineChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef, type ReactElement } from "react";
import type { Scheme } from "../job/plot";
import { optionFor, type By, type History, type Names } from "./use";

register([LineChart, AxisPointerComponent, GridComponent, TooltipComponent, CanvasRenderer]);

export default function UseChart(props: { history: History; by: By; names: Names; scheme: Scheme; label: string }): ReactElement {
  const { history, by, names, scheme, label } = props;
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
    chart.current?.setOption(optionFor(history, by, names, scheme), { notMerge: true });
  }, [history, by, names, scheme]);
  return <div ref={box} role="img" aria-label={label} style={{ width: "100%", height: 330 }} />;
}
