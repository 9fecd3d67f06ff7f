/** Uploads and long operations, wherever the person is. Shown while there are some. */
import { ActionIcon, Button, FileButton, Group, Progress, Text } from "@mantine/core";
import { useState, type ReactElement } from "react";
import type { FileOperation } from "../../api/files";
import { bytes, percent } from "../../lib/format";
import { last } from "../../lib/paths";
import { files, tray as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import styles from "./files.module.css";
import { cancelOperation, useOperations } from "./operations";
import { cancel, chooseAgain, pause, resume, useFinished, useUploads, type Moving } from "./uploads";

const SHOWN = 50;

export default function UploadTray(): ReactElement | null {
  const uploads = useUploads();
  const finished = useFinished();
  const operations = useOperations();
  const [open, setOpen] = useState(true);
  if (uploads.length === 0 && operations.length === 0) {
    return null;
  }
  const active = uploads.filter((u) => u.state === "moving" || u.state === "waiting" || u.state === "offline");
  const paused = uploads.filter((u) => u.state === "paused");
  const order = uploads.toSorted((a, b) => rank(a) - rank(b));
  return (
    <section className={styles.tray} aria-label={text.title}>
      <Group px={12} py={8} gap="xs" wrap="nowrap">
        <Text size="sm" fw={600} flex={1} role="status">
          {active.length + operations.length === 0 ? text.title : text.going(active.length + operations.length)}
          {finished > 0 && ` · ${text.done(finished)}`}
        </Text>
        {active.length > 1 && (
          <Button size="compact-xs" variant="default" onClick={() => active.forEach((u) => pause(u.id))}>
            {text.pauseAll}
          </Button>
        )}
        {paused.length > 1 && (
          <Button size="compact-xs" variant="default" onClick={() => paused.forEach((u) => resume(u.id))}>
            {text.resumeAll}
          </Button>
        )}
        <ActionIcon variant="subtle" color="gray" aria-expanded={open} aria-label={open ? text.shrink : text.grow} onClick={() => setOpen(!open)}>
          <Icon name={open ? "down" : "up"} size={16} />
        </ActionIcon>
      </Group>
      {open && (
        <div className={styles.trayList}>
          {operations.map((o) => (
            <Operation key={o.id} operation={o} />
          ))}
          {order.slice(0, SHOWN).map((u) => (
            <One key={u.id} upload={u} />
          ))}
          {order.length > SHOWN && (
            <Text size="xs" c="dimmed">
              {text.more(order.length - SHOWN)}
            </Text>
          )}
        </div>
      )}
    </section>
  );
}

function rank(upload: Moving): number {
  return ["failed", "moving", "offline", "paused", "unfinished", "waiting"].indexOf(upload.state);
}

function Operation({ operation }: { operation: FileOperation }): ReactElement {
  const what = files.working[operation.kind] ?? operation.kind;
  const part = operation.totalBytes > 0 ? percent(operation.doneBytes, operation.totalBytes) : percent(operation.doneEntries, operation.totalEntries);
  return (
    <Row
      name={what}
      part={part}
      words={operation.totalBytes > 0 ? text.progress(part, bytes(operation.doneBytes), bytes(operation.totalBytes)) : `${part} %`}
      buttons={
        <ActionIcon variant="subtle" color="gray" aria-label={text.cancel(what)} onClick={() => cancelOperation(operation.id)}>
          <Icon name="cross" size={14} />
        </ActionIcon>
      }
    />
  );
}

function One({ upload }: { upload: Moving }): ReactElement {
  const name = last(upload.path);
  const part = upload.bytes === 0 ? 0 : percent(upload.sent, upload.bytes);
  return (
    <Row
      name={upload.path}
      part={part}
      bad={upload.state === "failed"}
      words={words(upload, part)}
      buttons={
        <>
          {(upload.state === "moving" || upload.state === "offline") && (
            <ActionIcon variant="subtle" color="gray" aria-label={text.pause(name)} onClick={() => pause(upload.id)}>
              <Icon name="pause" size={14} />
            </ActionIcon>
          )}
          {upload.state === "paused" && (
            <ActionIcon variant="subtle" color="gray" aria-label={text.resume(name)} onClick={() => resume(upload.id)}>
              <Icon name="play" size={14} />
            </ActionIcon>
          )}
          {upload.state === "failed" && (
            <ActionIcon variant="subtle" color="gray" aria-label={text.retry(name)} onClick={() => resume(upload.id)}>
              <Icon name="again" size={14} />
            </ActionIcon>
          )}
          {upload.state === "unfinished" && (
            <FileButton
              onChange={(file) => {
                if (file !== null && !chooseAgain(upload.id, file)) {
                  toast.failed(text.notSame(name));
                }
              }}
              inputProps={{ "aria-label": text.chooseAgain(name) }}
            >
              {(props) => (
                <ActionIcon {...props} variant="subtle" color="gray" aria-label={text.chooseAgain(name)}>
                  <Icon name="upload" size={14} />
                </ActionIcon>
              )}
            </FileButton>
          )}
          <ActionIcon variant="subtle" color="gray" aria-label={text.cancel(name)} onClick={() => cancel(upload.id)}>
            <Icon name="cross" size={14} />
          </ActionIcon>
        </>
      }
    />
  );
}

function words(upload: Moving, part: number): string {
  switch (upload.state) {
    case "waiting":
      return text.waiting;
    case "moving":
      return text.progress(part, bytes(upload.sent), bytes(upload.bytes));
    case "paused":
      return text.paused(part);
    case "offline":
      return text.offline;
    case "unfinished":
      return text.unfinished(part);
    case "failed":
      return upload.failure ?? "";
  }
}

function Row({ name, part, words: said, bad = false, buttons }: { name: string; part: number; words: string; bad?: boolean; buttons: ReactElement }): ReactElement {
  return (
    <div style={{ padding: "6px 0", borderTop: "1px solid var(--line)" }}>
      <Group gap={4} wrap="nowrap">
        <Text size="sm" truncate flex={1} title={name}>
          {name}
        </Text>
        {buttons}
      </Group>
      <Progress value={part} size={4} color={bad ? "red" : undefined} aria-label={name} />
      <Text size="xs" mt={2} c={bad ? "var(--mantine-color-error)" : "dimmed"} className="wrap">
        {said}
      </Text>
    </div>
  );
}
