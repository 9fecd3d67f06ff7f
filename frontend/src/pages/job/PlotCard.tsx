import { Box, Button, Group, NativeSelect, Slider, Switch, Text, Title, useComputedColorScheme } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useRef, type ReactElement } from "react";
import { call, words } from "../../api/client";
import type { Plot, ResultTable } from "../../api/types";
import { useAddress } from "../../lib/address";
import { csvOf } from "../../lib/csv";
import { count, plain } from "../../lib/format";
import { text } from "../../text/jobs";
import { facets } from "../../text/results";
import { Icon } from "../../ui/icons";
import { save } from "../../ui/save";
import { ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";
import type { ChartHandle, Choosing } from "./Chart";
import { axisTitle } from "./axes";
import { facetsOption } from "./facetsOption";
import { noGrid } from "./contourOption";
import { Facets } from "./Facets";
import { Player } from "./Player";
import { dropped, MOST_COLOURS, onlyX, overlaid, runsOf, type PlotData } from "./plot";
import { meansOf, repeated } from "./repeats";
import { usePlace } from "./usePlace";
import { alike, partsOf } from "./views";

const Chart = lazy(() => import("./Chart"));

/** Rows of one x are repeats, whatever the values of other inputs are. No column has this name. */
const SAME_X = "=";

/** Runs one after the other; no input has this name. */
const FILM = "/film";

/** More points than this are not drawn; the card says so. */
const MOST = 50_000;

/** More plots than these are not made of one, nor put into a file; the card, or a note, says so. */
const MOST_PARTS = 1_000;
const MOST_SAVED = 100;

function number(value: unknown): number {
  return typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

/** `swept`: columns that hold the values of a sweep. */
export function PlotCard({
  job,
  plot,
  table,
  swept,
  choosing,
}: {
  job: number;
  plot: Plot;
  table: ResultTable | undefined;
  swept: readonly string[];
  choosing: Choosing;
}): ReactElement {
  const scheme = useComputedColorScheme("light");
  const handle = useRef<ChartHandle>(null);
  const [search, setSearch] = useAddress();
  const kept = (name: string) => search.get(`${name}.${plot.title}`);
  const keep = (name: string, value: string | undefined) =>
    setSearch(
      (before) => {
        if (value === undefined) {
          before.delete(`${name}.${plot.title}`);
        } else {
          before.set(`${name}.${plot.title}`, value);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const switched = (name: string, first: boolean) => ({
    on: kept(name) === null ? first : kept(name) === "1",
    set: (on: boolean) => keep(name, on === first ? undefined : on ? "1" : "0"),
  });
  const [x, y] = [switched("logx", plot.x.scale === "log"), switched("logy", (plot.z ?? plot.y)?.scale === "log")];
  const [logX, logY] = [x.on, y.on];
  const [front, setFront] = usePlace(`at.${plot.title}`);
  const asked = kept("view") ?? "";
  // in the order of the table's columns, as it is sorted by them; a table of the merge command has none of them
  const { others, kinds } = useMemo(() => {
    const free = (table?.columns ?? []).filter(({ name }) => ![plot.x.column, plot.y?.column, plot.z?.column].includes(name));
    const others = free.map((c) => c.name).filter((c) => swept.includes(c));
    return { others, kinds: free.filter((c) => c.type === "string" && c.name !== plot.label).map((c) => c.name).filter((c) => !others.includes(c)) };
  }, [plot, table, swept]);
  const points = plot.kind === "line" || plot.kind === "scatter" || plot.kind === "bar";
  // what tells the points of one run from those of others, and of one plot from those beside it
  const told = useMemo(() => (kinds.includes(asked) ? [...others, asked] : others), [others, kinds, asked]);
  const wanted = kept("mean") ?? "";
  const repeat = points && (wanted === SAME_X || others.includes(wanted)) ? wanted : "";
  const columns = [...new Set([...told, plot.x.column, plot.y?.column, plot.z?.column, plot.label ?? undefined].filter((c) => c !== undefined))];
  const rows = useQuery({
    queryKey: ["plot", job, plot.table, columns, table?.rows],
    queryFn: ({ signal }) =>
      call("get", "/jobs/{job}/tables/{table}", {
        path: { job, table: plot.table },
        query: { columns: columns.join(","), limit: MOST },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  /** The swept values of a row in words, of those inputs that are wanted. */
  const sweptOf = useCallback(
    (row: number, wanted: (input: string) => boolean) =>
      told
        .filter(wanted)
        .map((o) => {
          const { title = o, units } = table?.columns.find((c) => c.name === o) ?? {};
          const value = plain(rows.data?.rows[row]?.[rows.data.columns.findIndex((c) => c.name === o)]);
          return [title, value, units ?? ""].filter((part) => part !== "").join(" ");
        })
        .join(", "),
    [told, table, rows.data],
  );
  const single = useMemo<PlotData>(() => {
    const names = rows.data?.columns.map((c) => c.name) ?? [];
    const list = rows.data?.rows ?? [];
    const at = (name: string | undefined) => (name === undefined ? -1 : names.indexOf(name));
    const [xAt, yAt, labelAt] = [at(plot.x.column), at(plot.y?.column), at(plot.label ?? undefined)];
    const rest = told.filter((o) => repeat !== SAME_X || !others.includes(o)).filter((o) => o !== repeat);
    const group = rest.length === 0 ? undefined : list.map((_, i) => sweptOf(i, (o) => rest.includes(o)));
    const isText = rows.data?.columns[xAt]?.type === "string" && plot.kind !== "histogram";
    if (plot.kind === "heatmap" || plot.kind === "contour") {
      const words = rows.data?.columns[yAt]?.type === "string";
      return {
        x: list.map((r) => (isText ? plain(r[xAt]) : number(r[xAt]))),
        y: [],
        label: [],
        rows: list.map((r) => (words ? plain(r[yAt]) : number(r[yAt]))),
        z: list.map((r) => number(r[at(plot.z?.column)])),
        group,
      };
    }
    return {
      x: list.map((r) => (isText ? plain(r[xAt]) : number(r[xAt]))),
      y: yAt < 0 ? [] : list.map((r) => number(r[yAt])),
      label: labelAt < 0 ? [] : list.map((r) => plain(r[labelAt])),
      group,
    };
  }, [rows.data, plot, others, told, repeat, sweptOf]);
  const data = useMemo(() => (repeat === "" ? single : meansOf(single)), [single, repeat]);
  const title = (column: string) => table?.columns.find((c) => c.name === column)?.title ?? column;
  const repeats = points && (repeat !== "" || others.length > 0 || (plot.kind !== "scatter" && repeated(single)));
  const scales = useMemo(() => ({ logX, logY }), [logX, logY]);
  const gone = dropped(plot, data, scales);
  const all = rows.data?.count ?? 0;
  const runs = useMemo(() => runsOf(data), [data]);
  const over = overlaid(plot, data);
  const sides = [...others.filter((o) => repeat !== SAME_X && o !== repeat), ...kinds];
  const many = runs.length > 1 && others.some((o) => sides.includes(o));
  const compared = many || kinds.length > 0;
  const view = (many && asked === FILM) || sides.includes(asked) ? asked : "";
  const side = view !== "" && view !== FILM;
  const cut = useMemo(() => {
    if (view === "") {
      return [];
    }
    const inputs = (wanted: (o: string) => boolean) => data.x.map((_, i) => sweptOf(data.members?.[i]?.[0] ?? i, (o) => o !== repeat && wanted(o)));
    const rest = side && told.some((o) => repeat !== SAME_X && o !== repeat && o !== view) ? inputs((o) => o !== view) : undefined;
    return partsOf({ ...data, group: rest }, inputs((o) => !side || o === view));
  }, [data, view, side, told, repeat, sweptOf]);
  const missing = useMemo(
    () => (plot.kind === "contour" ? noGrid(view === "" ? [data] : cut.slice(0, MOST_PARTS).map((part) => part.data), scales) : undefined),
    [plot, data, view, cut, scales],
  );
  // lines need a grid; what has none is shown by its cells
  const shown = useMemo<Plot>(() => (missing === undefined ? plot : { ...plot, kind: "heatmap" }), [plot, missing]);
  const parts = useMemo(() => alike(shown, cut.slice(0, MOST_PARTS), scales, side), [shown, cut, scales, side]);
  const part = parts[Math.min(front, parts.length - 1)];
  const store = async (kind: "svg" | "png" | "csv") => {
    try {
      if (kind === "csv") {
        const rowsDrawn = csvOf((rows.data?.columns ?? []).map((c) => c.name), rows.data?.rows ?? []);
        save(new Blob([rowsDrawn], { type: "text/csv" }), `job-${job}-${plot.title}.csv`);
        return;
      }
      if (side) {
        const { fileOf } = await import("./file");
        const { option, width, height } = facetsOption(shown, parts.slice(0, MOST_SAVED), scales, choosing.rows);
        save(fileOf(kind, option, width, height), `job-${job}-${plot.title}-${title(view)}.${kind}`);
        if (cut.length > MOST_SAVED) {
          toast.done(facets.saved(MOST_SAVED, cut.length));
        }
        return;
      }
      const blob = handle.current?.save(kind);
      if (blob !== undefined) {
        save(blob, `job-${job}-${[plot.title, view === FILM ? part?.words : undefined].filter((word) => word !== undefined).join("-")}.${kind}`);
      }
    } catch (e) {
      toast.failed(words(e)); // the browser's canvas limits
    }
  };
  const only = onlyX(plot, data);
  if (only !== undefined) {
    return (
      <section className="card" style={{ minWidth: 0, order: 1 }}>
        <Title order={2}>{plot.title}</Title>
        <Text size="sm" c="dimmed" mt={4}>
          {text.results.onlyX(axisTitle(plot.x), only)}
        </Text>
      </section>
    );
  }
  const named = data.x.some((v) => typeof v === "string") || plot.kind === "bar" || shown.kind === "heatmap";
  const chart = (points: PlotData) => (
    <Chart
      ref={handle}
      plot={shown}
      data={points}
      scales={scales}
      scheme={scheme}
      front={front}
      choosing={choosing}
      label={text.results.plotLabel(plot.title, shown.kind, count(points.x.length))}
    />
  );
  return (
    <section className="card" aria-label={plot.title} style={{ minWidth: 0, gridColumn: side ? "1 / -1" : undefined }}>
      <Group justify="space-between" gap="xs" mb="xs">
        <Title order={2}>{plot.title}</Title>
        <Group gap="sm">
          {repeats && (
            <NativeSelect
              size="xs"
              aria-label={text.results.repeats}
              data={[
                { value: "", label: text.results.eachRow },
                ...others.map((o) => ({ value: o, label: text.results.meanOver(title(o)) })),
                ...(others.length === 1 ? [] : [{ value: SAME_X, label: text.results.sameX }]),
              ]}
              value={repeat}
              onChange={(e) => keep("mean", e.currentTarget.value === "" ? undefined : e.currentTarget.value)}
            />
          )}
          {compared && (
            <NativeSelect
              size="xs"
              aria-label={facets.how}
              data={[
                { value: "", label: over && plot.kind !== "bar" ? facets.over : facets.together },
                ...(many ? [{ value: FILM, label: facets.film }] : []),
                ...sides.map((o) => ({ value: o, label: facets.side(title(o)) })),
              ]}
              value={view}
              onChange={(e) => {
                const { value } = e.currentTarget;
                setFront(0);
                keep("view", value === "" ? undefined : value);
              }}
            />
          )}
          {!named && <Switch size="xs" label={text.results.logX} checked={logX} onChange={(e) => x.set(e.currentTarget.checked)} />}
          <Switch size="xs" label={plot.z === undefined ? text.results.logY : text.results.logColours} checked={logY} onChange={(e) => y.set(e.currentTarget.checked)} />
          {(["svg", "png", "csv"] as const).map((kind) => (
            <Button
              key={kind}
              size="compact-xs"
              variant="default"
              leftSection={<Icon name="download" size={12} />}
              aria-label={text.results.exportLabel(plot.title, kind.toUpperCase())}
              onClick={() => void store(kind)}
            >
              {kind.toUpperCase()}
            </Button>
          ))}
        </Group>
      </Group>
      {rows.isError ? (
        <ErrorBox error={rows.error} retry={() => void rows.refetch()} />
      ) : rows.data === undefined ? (
        <Box h={340}>
          <Loading lines={6} />
        </Box>
      ) : data.x.length === 0 ? (
        <Text c="dimmed" py="xl" ta="center">
          {text.results.noPoints}
        </Text>
      ) : (
        <Suspense fallback={<Box h={340} />}>
          {view === FILM ? (
            <Player title={plot.title} length={parts.length} at={Math.min(front, parts.length - 1)} go={setFront} words={(i) => parts[i]?.words ?? ""}>
              {chart(part?.data ?? data)}
            </Player>
          ) : !side ? (
            chart(data)
          ) : (
            <Facets plot={shown} parts={parts} scales={scales} scheme={scheme} choosing={choosing} at={front} go={setFront} />
          )}
        </Suspense>
      )}
      {runs.length > MOST_COLOURS && over && view === "" && (
        <Box px="md" pb="xs">
          <Text size="sm" role="status">
            {runs[Math.min(front, runs.length - 1)]}
          </Text>
          <Slider
            thumbLabel={text.results.run}
            min={0}
            max={runs.length - 1}
            value={Math.min(front, runs.length - 1)}
            label={(i) => runs[i]}
            onChange={setFront}
          />
        </Box>
      )}
      {repeat !== "" && (
        <Text size="xs" c="dimmed">
          {text.results.errorBars}
        </Text>
      )}
      {missing !== undefined && data.x.length > 0 && (
        <Text size="xs" role="note">
          {missing.kind === "holes" ? text.results.holes(count(missing.missing), count(missing.places)) : text.results.noGrid}
        </Text>
      )}
      {cut.length > MOST_PARTS && (
        <Text size="xs" c="dimmed">
          {facets.cut(MOST_PARTS, cut.length)}
        </Text>
      )}
      {gone > 0 && (
        <Text size="xs" c="dimmed">
          {text.results.dropped(count(gone))}
        </Text>
      )}
      {all > MOST && (
        <Text size="xs" c="dimmed">
          {text.results.cut(count(MOST), count(all))}
        </Text>
      )}
    </section>
  );
}
