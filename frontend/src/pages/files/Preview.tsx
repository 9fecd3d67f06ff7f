/**
 * What is in a file, without leaving the page. Everything is fetched as bytes and drawn by this program: pictures as
 * pictures, the rest as text. Nothing of a file is ever run.
 */
import { ActionIcon, Alert, Button, Group, Loader, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState, type ReactElement } from "react";
import { send } from "../../api/client";
import { contentUrl, type Place } from "../../api/files";
import type { FileEntry } from "../../api/types";
import { bytes } from "../../lib/format";
import { kindOf, last, type Kind } from "../../lib/paths";
import { parseTable } from "../../lib/table";
import { editor, files, preview as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import styles from "./files.module.css";
import { TablePreview } from "./TablePreview";

const Pdf = lazy(() => import("./Pdf"));
const TablePlot = lazy(() => import("./TablePlot"));
const Editor = lazy(() => import("./Editor"));

const TEXT_BYTES = 1_000_000;
const EDIT_BYTES = 2_000_000;
const WHOLE_BYTES = 40_000_000;

export interface Content {
  data: Blob;
  etag: string;
  cut: boolean;
}

/** The first bytes of a file, at most so many. */
export async function fetchContent(place: Place, path: string, most: number, signal?: AbortSignal): Promise<Content> {
  const response = await send("GET", contentUrl(place, path), { signal });
  const etag = response.headers.get("etag") ?? "";
  const size = Number(response.headers.get("content-length") ?? 0);
  if (size <= most) {
    return { data: await response.blob(), etag, cut: false };
  }
  const reader = response.body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let got = 0;
  while (reader !== undefined && got < most) {
    const part = await reader.read();
    if (part.done) {
      break;
    }
    parts.push(part.value);
    got += part.value.byteLength;
  }
  await reader?.cancel();
  return { data: new Blob(parts).slice(0, most), etag, cut: true };
}

export default function Preview({
  place,
  path,
  entry,
  mayWrite,
  close,
}: {
  place: Place;
  path: string;
  entry: FileEntry | undefined;
  mayWrite: boolean;
  close: () => void;
}): ReactElement {
  const [editing, setEditing] = useState(false);
  const name = last(path);
  const kind = kindOf(name);
  const whole = kind === "image" || kind === "pdf";
  const size = entry?.bytes ?? 0;
  const tooLarge = (whole && size > WHOLE_BYTES) || (kind === "other" && size > TEXT_BYTES);
  const content = useQuery({
    queryKey: ["content", place, path, entry?.etag ?? entry?.modifiedAt],
    queryFn: ({ signal }) => fetchContent(place, path, whole ? WHOLE_BYTES : TEXT_BYTES, signal),
    enabled: !tooLarge && !editing,
    retry: false,
    gcTime: 30_000,
  });
  const editable = mayWrite && (kind === "text" || kind === "table") && size <= EDIT_BYTES;
  return (
    <section className={styles.pane} aria-label={text.title(name)}>
      <header>
        <Group gap="xs" wrap="nowrap">
          <div style={{ minWidth: 0, flex: 1 }}>
            <Text fw={600} truncate title={name}>
              {name}
            </Text>
            {entry !== undefined && (
              <Text size="xs" c="dimmed">
                {bytes(entry.bytes)} · <Ago at={entry.modifiedAt} />
              </Text>
            )}
          </div>
          {editable && !editing && (
            <Button size="compact-sm" variant="default" leftSection={<Icon name="pencil" size={14} />} onClick={() => setEditing(true)}>
              {editor.edit}
            </Button>
          )}
          <ActionIcon component="a" href={contentUrl(place, path)} download variant="subtle" color="gray" aria-label={`${files.actions.download} ${name}`}>
            <Icon name="download" size={16} />
          </ActionIcon>
          {!editing && (
            <ActionIcon variant="subtle" color="gray" aria-label={text.close} onClick={close}>
              <Icon name="cross" size={16} />
            </ActionIcon>
          )}
        </Group>
      </header>
      <div className={styles.paneBody}>
        <Suspense fallback={<Loading />}>
          {editing ? (
            <Editor place={place} path={path} close={() => setEditing(false)} />
          ) : (
            <>
              {tooLarge && <Text c="dimmed">{kind === "other" ? text.none : text.tooLarge(bytes(WHOLE_BYTES))}</Text>}
              {content.isFetching && content.data === undefined && <Loader size="sm" />}
              {content.isError && <ErrorBox error={content.error} />}
              {content.data !== undefined && <Shown kind={kind} name={name} content={content.data} />}
            </>
          )}
        </Suspense>
      </div>
    </section>
  );
}

function Shown({ kind, name, content }: { kind: Kind; name: string; content: Content }): ReactElement {
  switch (kind) {
    case "image":
      return <Picture name={name} data={content.data} />;
    case "pdf":
      return <Pdf name={name} data={content.data} />;
    case "table":
      return <TableOrPlot name={name} content={content} />;
    case "text":
    case "other":
      return <PlainText content={content} maybeBinary={kind === "other"} />;
  }
}

const TYPES: Record<string, string> = { jpg: "image/jpeg", jpeg: "image/jpeg", ico: "image/x-icon" };

/** The type comes from the name, so that a file which says of itself that it is a page stays a picture. */
function Picture({ name, data }: { name: string; data: Blob }): ReactElement {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(data.slice(0, data.size, TYPES[ending] ?? `image/${ending}`));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data, ending]);
  return <img src={url} alt={text.image(name)} className={styles.picture} />;
}

function useText(content: Content): string | undefined {
  const [words, setWords] = useState<string>();
  useEffect(() => {
    let alive = true;
    content.data
      .text()
      .then((t) => alive && setWords(t))
      .catch(() => alive && setWords(""));
    return () => {
      alive = false;
    };
  }, [content]);
  return words;
}

function PlainText({ content, maybeBinary }: { content: Content; maybeBinary: boolean }): ReactElement {
  const words = useText(content);
  if (words === undefined) {
    return <Loader size="sm" />;
  }
  if (maybeBinary && words.slice(0, 4_000).includes("\u0000")) {
    return <Text c="dimmed">{text.none}</Text>;
  }
  return (
    <>
      {content.cut && <Alert color="gray" mb="sm">{text.cut(bytes(TEXT_BYTES))}</Alert>}
      <pre className={styles.pre} tabIndex={0}>
        {words}
      </pre>
    </>
  );
}

function TableOrPlot({ name, content }: { name: string; content: Content }): ReactElement {
  const words = useText(content);
  const [view, setView] = useState<"table" | "plot" | "text">("table");
  if (words === undefined) {
    return <Loader size="sm" />;
  }
  const table = parseTable(words, name.toLowerCase().endsWith(".tsv") ? "\t" : undefined);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <SegmentedControl
          size="xs"
          aria-label={text.title(name)}
          value={view}
          onChange={(value) => setView(value)}
          data={[
            { value: "table", label: text.table },
            { value: "plot", label: text.plot },
            { value: "text", label: text.text },
          ]}
        />
        <Text size="xs" c="dimmed">
          {content.cut ? text.cut(bytes(TEXT_BYTES)) : text.rows(table.rows.length)}
        </Text>
      </Group>
      {view === "table" && <TablePreview table={table} />}
      {view === "plot" && (
        <Suspense fallback={<Loading />}>
          <TablePlot table={table} name={name} />
        </Suspense>
      )}
      {view === "text" && (
        <pre className={styles.pre} tabIndex={0}>
          {words}
        </pre>
      )}
    </>
  );
}
