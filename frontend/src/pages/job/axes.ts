/** What all plots have in common: colours, axes, tooltips. Pure. */
import type { Axis } from "../../api/types";
import { measured } from "../../lib/format";

/** Okabe and Ito's colours: told apart with any colour vision. The first is lighter on dark ground. */
export const palette = {
  light: { ink: "#22282d", soft: "#5b646c", line: "#dfe3e7", main: "#0072b2", paper: "#ffffff" },
  dark: { ink: "#d3d9dd", soft: "#a6adb4", line: "#343b41", main: "#56b4e9", paper: "#15181b" },
} as const;

export type Scheme = keyof typeof palette;

export function axisTitle(axis: Axis | { label: string; units?: string | null }): string {
  return typeof axis.units === "string" && axis.units !== "" ? `${axis.label} [${axis.units}]` : axis.label;
}

/** A figure beside an axis; whole thousands of thousands as 1e7, so that they fit on a phone. */
function tick(value: number): string {
  const size = Math.abs(value);
  return size >= 1e6 ? value.toExponential().replace("e+", "e") : measured(value);
}

export function axis(title: string, log: boolean, scheme: Scheme, vertical: boolean) {
  const c = palette[scheme];
  return {
    type: log ? "log" : "value",
    name: title,
    nameLocation: "middle",
    nameGap: vertical ? 52 : 30,
    nameTextStyle: { color: c.ink, fontSize: 12 },
    scale: true,
    // beside its figures, also where the other axis goes through zero
    axisLine: { show: true, onZero: false, lineStyle: { color: c.soft } },
    axisTick: { show: true, lineStyle: { color: c.soft } },
    axisLabel: { color: c.soft, formatter: tick, hideOverlap: true },
    splitLine: { show: vertical, lineStyle: { color: c.line } },
  };
}

export function base(scheme: Scheme) {
  const c = palette[scheme];
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif", color: c.ink },
    grid: { left: 76, right: 24, top: 16, bottom: 52 },
    // richText draws the tooltip in the canvas: no HTML, so names of the user's making stay text
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      backgroundColor: c.paper,
      borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 12 },
      confine: true,
    },
  };
}
