/** The canvas of the pool's past. ECharts comes with this file. */
import { LineChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import { registerLocale, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useMemo, type ReactElement } from "react";
import { language } from "../../lib/language";
import { useCanvas } from "../../ui/canvas";
import type { Scheme } from "../job/axes";
import { optionFor, type By, type History, type Names } from "./use";

register([LineChart, AxisPointerComponent, GridComponent, TooltipComponent, CanvasRenderer]);
if (language !== "en") {
  registerLocale(language.toUpperCase(), timeNames(language));
}

export default function UseChart(props: { history: History; by: By; names: Names; scheme: Scheme; label: string }): ReactElement {
  const { history, by, names, scheme, label } = props;
  const box = useCanvas(useMemo(() => optionFor(history, by, names, scheme), [history, by, names, scheme]), language.toUpperCase());
  return <div ref={box} role="img" aria-label={label} style={{ width: "100%", height: 330 }} />;
}

/** Names of months and days on the axis of time; what is not named stays English. */
function timeNames(tag: string): Parameters<typeof registerLocale>[1] {
  const names = (options: Intl.DateTimeFormatOptions, days: readonly Date[]) => days.map((day) => day.toLocaleDateString(tag, { ...options, timeZone: "UTC" }));
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2023, month, 1)));
  const week = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2023, 0, 1 + day))); // the first was a Sunday
  return {
    time: {
      month: names({ month: "long" }, months),
      monthAbbr: names({ month: "short" }, months),
      dayOfWeek: names({ weekday: "long" }, week),
      dayOfWeekAbbr: names({ weekday: "short" }, week),
    },
  } as Parameters<typeof registerLocale>[1];
}
