/**
 * Pictures among the results. A picture is only ever drawn by an img: there a browser runs no script of it and loads
 * nothing for it, whatever its maker wrote.
 */
import { ActionIcon, Group, SegmentedControl, Text, Title } from "@mantine/core";
import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import { useAddress } from "../../lib/address";
import { bytes } from "../../lib/format";
import { text as jobs } from "../../text/jobs";
import { pictures as text } from "../../text/results";
import { Icon } from "../../ui/icons";
import { Pager } from "../../ui/pager";
import type { Frame, Series } from "./frames";
import { Player } from "./Player";
import { resultUrl } from "./resultUrl";
import { usePlace } from "./usePlace";

const PictureView = lazy(() => import("./PictureView"));

/** A larger file is offered for download only. */
const MOST_BYTES = 40_000_000;

/** Side by side on a page. */
const PAGE = 24;

/** Fetched before they are shown. */
const AHEAD = 4;

export function Pictures({ job, series }: { job: number; series: Series }): ReactElement {
  const [search, setSearch] = useAddress();
  const { title, frames } = series;
  const key = (name: string) => `${series.name}.${name}`;
  const asked = search.get(key("as"));
  const film = frames.length > 1 && (asked === "film" || (asked === null && series.sequence));
  const place = (name: string): number | undefined => {
    const value = search.get(key(name));
    return value !== null && /^\d{1,6}$/.test(value) && Number(value) < frames.length ? Number(value) : undefined;
  };
  const set = (name: string, value: string | undefined) =>
    setSearch(
      (before) => {
        if (value === undefined) {
          before.delete(key(name));
        } else {
          before.set(key(name), value);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const large = place("large");
  const open = (i: number) => set("large", String(i));
  return (
    <section className="card" aria-label={title} style={{ minWidth: 0 }}>
      <Group justify="space-between" mb="xs" gap="sm">
        <Title order={2}>{title}</Title>
        {frames.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={text.how(title)}
            value={film ? "film" : "side"}
            onChange={(value) => set("as", value)}
            data={[
              { value: "film", label: text.film },
              { value: "side", label: text.side },
            ]}
          />
        )}
      </Group>
      {film ? <Film job={job} series={series} open={open} /> : <Grid job={job} series={series} open={open} />}
      {series.count > frames.length && (
        <Text size="xs" c="dimmed" mt="xs">
          {text.cut(frames.length, series.count)}
        </Text>
      )}
      {large !== undefined && (
        <Suspense fallback={null}>
          <PictureView job={job} series={series} at={large} go={open} close={() => set("large", undefined)} />
        </Suspense>
      )}
    </section>
  );
}

interface Shown {
  job: number;
  series: Series;
  open: (at: number) => void;
}

function Film({ job, series, open }: Shown): ReactElement {
  const { title, frames } = series;
  const [place, setAt] = usePlace(`${series.name}.at`);
  const [seen, setSeen] = useState(-1);
  const at = Math.min(place, frames.length - 1);
  const frame = frames[at];
  const fetched = useRef(new Map<string, HTMLImageElement>());
  useEffect(() => {
    const wanted = Array.from({ length: Math.min(AHEAD, frames.length - 1) }, (_, i) => frames[(at + 1 + i) % frames.length]);
    const files = new Set(wanted.filter((next) => (next?.bytes ?? 0) <= MOST_BYTES).map((next) => next?.file ?? ""));
    for (const file of fetched.current.keys()) {
      if (!files.has(file)) {
        fetched.current.delete(file);
      }
    }
    for (const file of files) {
      const image = fetched.current.get(file) ?? new Image();
      image.src = image.src === "" ? resultUrl(job, file) : image.src;
      fetched.current.set(file, image);
    }
  }, [job, frames, at]);
  const ready = useCallback(() => setSeen(at), [at]);
  return (
    <Player title={title} length={frames.length} at={at} go={setAt} words={(i) => frames[i]?.words ?? ""} ready={seen === at}>
      <div style={{ height: "min(60vh, 520px)" }}>
        {frame !== undefined && <Picture job={job} title={title} frame={frame} eager done={ready} />}
      </div>
      <Group justify="flex-end" gap="xs" mt={4}>
        <ActionIcon variant="default" aria-label={text.open(text.alt(title, frame?.words ?? ""))} onClick={() => open(at)}>
          <Icon name="full" size={16} />
        </ActionIcon>
        <Download job={job} file={frame?.file ?? ""} />
      </Group>
    </Player>
  );
}

export function Download({ job, file }: { job: number; file: string }): ReactElement {
  return (
    <ActionIcon component="a" href={resultUrl(job, file)} download variant="default" aria-label={jobs.results.downloadFile(file)}>
      <Icon name="download" size={16} />
    </ActionIcon>
  );
}

function Grid({ job, series, open }: Shown): ReactElement {
  const { title, frames } = series;
  const [place, setFrom] = usePlace(`${series.name}.at`);
  const from = place < frames.length ? place - (place % PAGE) : 0;
  const page = frames.slice(from, from + PAGE);
  return (
    <>
      <div className={frames.length > 1 ? "pictures" : undefined}>
        {page.map((frame, i) => (
          <figure key={frame.file} style={{ margin: 0, minWidth: 0 }}>
            <button type="button" className="picture" aria-label={text.open(text.alt(title, frame.words))} onClick={() => open(from + i)}>
              <Picture job={job} title={title} frame={frame} />
            </button>
            <Group component="figcaption" gap={6} wrap="nowrap" justify="space-between" mt={4}>
              <Text size="sm" className="wrap">
                {frame.words === "" ? frame.file : frame.words}
              </Text>
              <Download job={job} file={frame.file} />
            </Group>
          </figure>
        ))}
      </div>
      <Pager from={from} size={PAGE} all={frames.length} words={{ page: text.page, before: text.previousPage, after: text.nextPage }} go={setFrom} />
    </>
  );
}

/** Fills the box that it stands in, and keeps its shape. */
function Picture({ job, title, frame, eager = false, done }: { job: number; title: string; frame: Frame; eager?: boolean; done?: () => void }): ReactElement {
  const [broken, setBroken] = useState<string>();
  const large = frame.bytes > MOST_BYTES;
  useEffect(() => {
    if (large) {
      done?.(); // a film goes on over it
    }
  }, [large, done]);
  if (large || broken === frame.file) {
    return (
      <Text component="span" display="block" size="sm" c="dimmed" p="sm" className="wrap">
        {frame.file}: {large ? text.large(bytes(MOST_BYTES)) : text.broken}
      </Text>
    );
  }
  return (
    <img
      src={resultUrl(job, frame.file)}
      alt={text.alt(title, frame.words)}
      loading={eager ? "eager" : "lazy"}
      decoding={eager ? "sync" : "async"}
      className="drawn-picture"
      onLoad={done}
      onError={() => {
        setBroken(frame.file);
        done?.();
      }}
    />
  );
}
