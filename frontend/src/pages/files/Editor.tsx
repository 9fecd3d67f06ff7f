/** Text, edited. It is saved only over what was opened; else both are shown, and the person chooses. */
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, type ReactElement } from "react";
import { ApiError, csrfToken, words } from "../../api/client";
import { contentUrl, type Place } from "../../api/files";
import { last, parent, stem, under } from "../../lib/paths";
import { text as common } from "../../text/common";
import { editor as text, files } from "../../text/files";
import { confirm } from "../../ui/confirm";
import { ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";
import styles from "./files.module.css";
import { refresh } from "./operations";
import { fetchContent } from "./Preview";

const MOST_BYTES = 2_000_000;

interface Opened {
  etag: string;
  saved: string;
}

type Conflict = { kind: "changed"; etag: string; theirs: string } | { kind: "deleted" };

/** Puts text under a condition; gives the new entity tag, nothing when it does not hold. */
async function put(place: Place, path: string, body: string, condition: Record<string, string>): Promise<string | undefined> {
  const response = await fetch(contentUrl(place, path), {
    method: "PUT",
    body,
    headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrfToken(), ...condition },
  });
  if (response.status === 412) {
    return undefined;
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
    throw new ApiError(response.status, { type: "about:blank", title: problem.title ?? String(response.status), status: response.status, detail: problem.detail });
  }
  return response.headers.get("etag") ?? "";
}

export default function Editor({ place, path, close }: { place: Place; path: string; close: () => void }): ReactElement {
  const client = useQueryClient();
  const name = last(path);
  const [opened, setOpened] = useState<Opened>();
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [conflict, setConflict] = useState<Conflict>();
  const dirty = opened !== undefined && value !== opened.saved;

  useEffect(() => {
    const stop = new AbortController();
    const open = async () => {
      const content = await fetchContent(place, path, MOST_BYTES, stop.signal);
      const saved = await content.data.text();
      setOpened({ etag: content.etag, saved });
      setValue(saved);
    };
    open().catch((e: unknown) => !stop.signal.aborted && setError(e));
    return () => stop.abort();
  }, [place, path]);

  useEffect(() => {
    if (!dirty) {
      return undefined;
    }
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);

  const kept = useCallback(
    (etag: string, saved: string) => {
      setOpened({ etag, saved });
      setConflict(undefined);
      toast.done(files.did.saved(name));
      refresh(client);
    },
    [client, name],
  );
  const attempt = async (run: () => Promise<void>) => {
    setBusy(true);
    try {
      await run();
    } catch (e) {
      toast.failed(words(e));
    } finally {
      setBusy(false);
    }
  };
  const saveOver = (etag: string) =>
    attempt(async () => {
      const answer = await put(place, path, value, { "If-Match": etag });
      if (answer !== undefined) {
        kept(answer, value);
        return;
      }
      try {
        const now = await fetchContent(place, path, MOST_BYTES);
        setConflict({ kind: "changed", etag: now.etag, theirs: await now.data.text() });
      } catch (e) {
        if (e instanceof ApiError && e.status === 404) {
          setConflict({ kind: "deleted" });
          return;
        }
        throw e;
      }
    });
  const saveBeside = () =>
    attempt(async () => {
      const dot = name.lastIndexOf(".");
      for (let n = 2; ; n++) {
        const beside = dot > 0 ? `${name.slice(0, dot)}-${n}${name.slice(dot)}` : `${stem(name)}-${n}`;
        if ((await put(place, under(parent(path), beside), value, { "If-None-Match": "*" })) !== undefined) {
          toast.done(files.did.saved(beside));
          break;
        }
      }
      refresh(client);
      close();
    });
  const leave = async () => {
    if (!dirty || (await confirm(text.sureDiscard(name), text.discard))) {
      close();
    }
  };
  if (error !== undefined) {
    return <ErrorBox error={error} />;
  }
  if (opened === undefined) {
    return <Stack>{<Loading />}</Stack>;
  }
  return (
    <Stack gap="sm">
      <Textarea
        aria-label={text.label(name)}
        className={styles.editor}
        autosize
        minRows={16}
        maxRows={40}
        spellCheck={false}
        data-autofocus
        value={value}
        onChange={(e) => setValue(e.currentTarget.value)}
        onKeyDown={(e) => {
          if ((e.ctrlKey || e.metaKey) && e.key === "s") {
            e.preventDefault();
            void saveOver(opened.etag);
          }
        }}
      />
      <Group justify="space-between">
        <Text size="xs" c="dimmed" role="status">
          {dirty ? text.unsaved : text.saveHint}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={() => void leave()}>
            {text.close}
          </Button>
          <Button loading={busy} disabled={!dirty} onClick={() => void saveOver(opened.etag)}>
            {text.save}
          </Button>
        </Group>
      </Group>
      {conflict !== undefined && (
        <Modal opened size="xl" onClose={() => setConflict(undefined)} title={text.conflict.title} closeButtonProps={{ "aria-label": common.close }}>
          <Stack gap="md">
            <Alert color="yellow">{conflict.kind === "deleted" ? text.conflict.deleted : text.conflict.body(name)}</Alert>
            {conflict.kind === "changed" && (
              <div className={styles.compare}>
                <Side title={text.conflict.yours} words={value} />
                <Side title={text.conflict.theirs} words={conflict.theirs} />
              </div>
            )}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={() => void saveBeside()}>
                {text.conflict.both}
              </Button>
              {conflict.kind === "changed" && (
                <>
                  <Button
                    variant="default"
                    onClick={() => {
                      setValue(conflict.theirs);
                      setOpened({ etag: conflict.etag, saved: conflict.theirs });
                      setConflict(undefined);
                    }}
                  >
                    {text.conflict.takeTheirs}
                  </Button>
                  <Button loading={busy} onClick={() => void saveOver(conflict.etag)} title={text.conflict.keepMineHelp}>
                    {text.conflict.keepMine}
                  </Button>
                </>
              )}
            </Group>
          </Stack>
        </Modal>
      )}
    </Stack>
  );
}

function Side({ title, words: content }: { title: string; words: string }): ReactElement {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
        <pre className={styles.pre}>{content}</pre>
      </div>
    </div>
  );
}
