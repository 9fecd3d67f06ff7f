/** A canvas that ECharts draws on. It comes with this file, so only pages that draw load it. */
import { init, type ECharts } from "echarts/core";
import { useEffect, useRef, type RefObject } from "react";

/** The option that a chart is drawn by; keep it while nothing changes. */
type Option = Parameters<ECharts["setOption"]>[0];

/** A box that is filled with the chart, as large as the box is. The locale is read once. */
export function useCanvas(option: Option, locale?: string): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const named = useRef(locale);
  useEffect(() => {
    if (box.current === null) {
      return undefined;
    }
    const made = init(box.current, null, { renderer: "canvas", locale: named.current });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);
  return box;
}
