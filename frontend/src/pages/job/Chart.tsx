/** One plot on a canvas. ECharts comes with this file, so only pages that draw load it. */
import { Text } from "@mantine/core";
import { getInstanceByDom, type EChartsCoreOption } from "echarts/core";
import { useEffect, useImperativeHandle, useMemo, useState, type KeyboardEvent, type PointerEvent, type ReactElement, type Ref, type RefObject } from "react";
import type { Plot } from "../../api/types";
import { useCanvas } from "../../ui/canvas";
import type { Scheme } from "./axes";
import { fileOf } from "./file";
import { itemAt, itemsIn, itemsOf, stepTo, type Box } from "./items";
import { chosenWords, marks } from "./marks";
import { optionFor, type PlotData, type Scales } from "./plot";

/** How near to a point counts as on it, in pixels; and how far a pointer moves before it draws a box. */
const NEAR = 10;
const MOVES = 5;

const NOTHING: ReadonlySet<number> = new Set();

export interface ChartHandle {
  /** A file of the plot on white ground, as large as it is on screen (PNG: twice as fine). */
  save: (kind: "svg" | "png") => Blob;
}

/** How the rows of a plot are chosen; without, they are only looked at. */
export interface Choosing {
  rows: ReadonlySet<number>;
  /** Marked besides: where the pointer is in the table. */
  hovered: number | undefined;
  /** `more`: besides those that are chosen, or no more when all of them are. */
  choose: (rows: readonly number[], more: boolean) => void;
}

export interface ChartProps {
  plot: Plot;
  data: PlotData;
  scales: Scales;
  scheme: Scheme;
  label: string;
  /** Which of many runs stands before the others. */
  front?: number;
  /** In pixels. */
  height?: number;
  choosing?: Choosing;
  ref?: Ref<ChartHandle>;
}

interface Drag {
  from: [number, number];
  to: [number, number];
}

export default function Chart({ plot, data, scales, scheme, label, front = 0, height = 340, choosing, ref }: ChartProps): ReactElement {
  const items = useMemo(() => itemsOf(plot, data, scales), [plot, data, scales]);
  const drawn = useMemo(() => withMarks(optionFor(plot, data, scales, scheme, front)), [plot, data, scales, scheme, front]);
  const box = useCanvas(drawn);
  const [drag, setDrag] = useState<Drag>();
  const [cursor, setCursor] = useState(-1);
  const chosen = choosing?.rows ?? NOTHING;
  const at = items[cursor];
  const pointed = useMemo(() => new Set(at !== undefined ? at.rows : choosing?.hovered === undefined ? [] : [choosing.hovered]), [at, choosing?.hovered]);
  const canvas = () => (box.current === null ? undefined : getInstanceByDom(box.current));
  useMark(box, drawn, useMemo(() => marks("chosen", plot, items, chosen, scales, scheme), [plot, items, chosen, scales, scheme]));
  useMark(box, drawn, useMemo(() => marks("pointed", plot, items, pointed, scales, scheme), [plot, items, pointed, scales, scheme]));
  useImperativeHandle(
    ref,
    () => ({
      save: (kind) => {
        const width = box.current?.clientWidth ?? 800;
        const high = box.current?.clientHeight ?? 400;
        const plain = optionFor(plot, data, scales, "light", front);
        return fileOf(kind, withMarks(plain, marks("chosen", plot, items, chosen, scales, "light")), width, high);
      },
    }),
    [box, plot, data, scales, front, items, chosen],
  );
  if (choosing === undefined) {
    return <div ref={box} role="img" aria-label={label} style={{ width: "100%", height }} />;
  }

  const place = (event: PointerEvent): [number, number] => {
    const frame = event.currentTarget.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  /** A box of pixels as one of the axes' values; undefined outside of the axes. */
  const boxOf = ([x0, y0]: [number, number], [x1, y1]: [number, number]): Box | undefined => {
    const chart = canvas();
    const [a, b] = [chart?.convertFromPixel({ gridIndex: 0 }, [x0, y0]), chart?.convertFromPixel({ gridIndex: 0 }, [x1, y1])] as (number[] | undefined)[];
    if (plot.kind === "bar") {
      // of a pixel the axis of words says the whole place only; bars of several runs share one
      const [zero = 0, one = 0] = [0, 1].map((place) => chart?.convertToPixel({ xAxisIndex: 0 }, place));
      for (const [corner, pixel] of [[a, x0], [b, x1]] as const) {
        corner?.splice(0, 1, one === zero ? 0 : (pixel - zero) / (one - zero)); // a single place has no width
      }
    }
    const sorted = (i: number): [number, number] => [Math.min(a?.[i] ?? Number.NaN, b?.[i] ?? Number.NaN), Math.max(a?.[i] ?? Number.NaN, b?.[i] ?? Number.NaN)];
    const [x, y] = [sorted(0), sorted(1)];
    return [...x, ...y].every((v) => Number.isFinite(v)) ? { x, y } : undefined;
  };
  const inAxes = (pixel: [number, number]) => canvas()?.containPixel({ gridIndex: 0 }, pixel) === true;
  const down = (event: PointerEvent) => {
    // a finger that moves scrolls the page; it chooses by touching
    if (event.button === 0 && inAxes(place(event))) {
      setCursor(-1);
      setDrag({ from: place(event), to: place(event) });
      if (event.pointerType !== "touch") {
        event.currentTarget.setPointerCapture(event.pointerId);
      }
    }
  };
  const up = (event: PointerEvent) => {
    setDrag(undefined);
    if (drag === undefined) {
      return;
    }
    const [from, to] = [drag.from, place(event)];
    const more = event.shiftKey || event.ctrlKey || event.metaKey || event.pointerType === "touch";
    if (moved(drag.from, to)) {
      const drawnBox = boxOf(from, to);
      const rows = drawnBox === undefined ? [] : itemsIn(items, drawnBox).flatMap((item) => item.rows);
      if (rows.length > 0) {
        choosing.choose(rows, more);
      }
      return;
    }
    const near = boxOf([to[0] - NEAR, to[1] - NEAR], [to[0] + NEAR, to[1] + NEAR]);
    const here = boxOf(to, to);
    const item = near === undefined || here === undefined ? undefined : itemAt(items, [here.x[0], here.y[0]], near, scales);
    if (item !== undefined) {
      choosing.choose(item.rows, more);
    }
  };
  const key = (event: KeyboardEvent) => {
    const item = items[cursor];
    if ((event.key === " " || event.key === "Enter") && item !== undefined) {
      event.preventDefault();
      choosing.choose(item.rows, event.key === " ");
      return;
    }
    const next = stepTo(items, cursor, event.key);
    if (next !== undefined) {
      event.preventDefault();
      setCursor(next);
      if (event.shiftKey) {
        choosing.choose([...(item?.rows ?? []), ...(items[next]?.rows ?? [])].filter((row) => !chosen.has(row)), true);
      }
    }
  };
  return (
    <div
      role="application"
      aria-label={label}
      tabIndex={0}
      className="choosable"
      style={{ position: "relative" }}
      onPointerDown={down}
      onPointerMove={(event) => drag !== undefined && event.pointerType !== "touch" && setDrag({ from: drag.from, to: place(event) })}
      onPointerUp={up}
      onPointerCancel={() => setDrag(undefined)}
      onKeyDown={key}
      onBlur={() => setCursor(-1)}
    >
      <div ref={box} style={{ width: "100%", height }} />
      {drag !== undefined && moved(drag.from, drag.to) && (
        <div
          className="drawn-box"
          style={{
            left: Math.min(drag.from[0], drag.to[0]),
            top: Math.min(drag.from[1], drag.to[1]),
            width: Math.abs(drag.to[0] - drag.from[0]),
            height: Math.abs(drag.to[1] - drag.from[1]),
          }}
        />
      )}
      <Text role="status" size="xs" className={at === undefined ? undefined : "pointed-words"}>
        {at === undefined ? "" : [at.words(), ...chosenWords(at, chosen)].join("\n")}
      </Text>
    </div>
  );
}

/** Draws a mark when it changes, and again after the whole chart was drawn anew. */
function useMark(box: RefObject<HTMLDivElement | null>, drawn: EChartsCoreOption, mark: object): void {
  useEffect(() => {
    if (box.current !== null) {
      getInstanceByDom(box.current)?.setOption({ series: [mark] });
    }
  }, [box, drawn, mark]);
}

function moved([x0, y0]: [number, number], [x1, y1]: [number, number]): boolean {
  return Math.abs(x1 - x0) > MOVES || Math.abs(y1 - y0) > MOVES;
}

const unmarked = (id: string) => ({ id, type: "custom", data: [], renderItem: () => undefined });

/** The marks are series of their own, last, so that they can change without the rest being drawn anew. */
function withMarks(option: EChartsCoreOption, chosen: object = unmarked("chosen")): EChartsCoreOption {
  return { ...option, series: [...(option.series as object[]), chosen, unmarked("pointed")] };
}
