/** Several files for one input: uploaded here, from one's own, or examples. Each is a run of its own. */
import { Box, Button, CloseButton, FileButton, Group, Input, Progress, Stack, Text } from "@mantine/core";
import type { RJSFSchema } from "@rjsf/utils";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type DragEvent, type ReactElement } from "react";
import { keys, uploadsQuery } from "../../api/queries";
import { bytes, count } from "../../lib/format";
import { text } from "../../text/apps";
import { picker } from "../../text/triggers";
import { Icon } from "../../ui/icons";
import { cancel, useUploads } from "../files/uploads";
import type { FieldContext } from "./context";
import { FilePicker } from "./FilePicker";
import { examplesOf, HOME, nameOf, uploadFree } from "./FileWidget";

const SHOWN = 100;

export interface SeveralFilesProps {
  id: string;
  name: string;
  title: string;
  property: RJSFSchema;
  chosen: readonly string[];
  context: FieldContext;
}

export function SeveralFiles({ id, name, title, property, chosen, context }: SeveralFilesProps): ReactElement {
  const client = useQueryClient();
  const uploads = useQuery(uploadsQuery);
  const [sending, setSending] = useState<ReadonlySet<number>>(new Set());
  const moving = useUploads().filter((m) => sending.has(m.id));
  const [failure, setFailure] = useState<string>();
  const [over, setOver] = useState(false);
  const [picking, setPicking] = useState(false);
  const wanted: unknown = property["x-accept" as keyof RJSFSchema];
  const most: unknown = property["x-maximum-bytes" as keyof RJSFSchema];
  const accept = Array.isArray(wanted) ? wanted.map(String) : [];
  const add = (paths: readonly string[]) => context.addSwept(name, paths);

  /** They are added together, in the order in which they were chosen, when the last is there. */
  const send = (files: readonly File[]) => {
    const large = files.find((file) => typeof most === "number" && file.size > most);
    if (large !== undefined) {
      setFailure(text.file.tooLarge(large.name, bytes(large.size), bytes(Number(most))));
      return;
    }
    if (files.length === 0) {
      return;
    }
    setFailure(undefined);
    context.busy(id, true);
    const earlier = (uploads.data ?? []).map((e) => e.name);
    const arrived: (string | undefined)[] = files.map(() => undefined);
    let left = files.length;
    const ids = files.map((file, i) =>
      uploadFree(file, earlier, (path) => {
        arrived[i] = path;
        left--;
        if (left === 0) {
          add(arrived.filter((p) => p !== undefined));
          context.busy(id, false);
          setSending(new Set());
          void client.invalidateQueries({ queryKey: keys.folders });
        }
      }),
    );
    setSending(new Set(ids));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send([...event.dataTransfer.files]);
  };
  const bytesOf = (part: "bytes" | "sent") => moving.reduce((sum, m) => sum + m[part], 0);
  const examples = examplesOf(context.app, name).filter((e) => !chosen.includes(e));

  return (
    <Input.Wrapper label={title} labelElement="div" error={failure ?? moving.find((m) => m.failure !== undefined)?.failure ?? context.errors[name]} inputWrapperOrder={["label", "input", "error"]}>
      <Box
        mt={6}
        p="sm"
        role="group"
        aria-label={title}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        style={{
          border: `1px ${chosen.length === 0 ? "dashed" : "solid"} ${over ? "var(--mantine-primary-color-filled)" : "var(--line)"}`,
          borderRadius: 6,
          background: over ? "var(--mantine-primary-color-light)" : "var(--soft)",
        }}
      >
        <Stack gap="sm">
          {chosen.length > 0 && (
            <>
              <Group justify="space-between" gap="sm">
                <Text size="sm" role="status">
                  {text.file.each(count(chosen.length), chosen.length === 1)}
                </Text>
                <Button size="compact-sm" variant="default" onClick={() => context.setSweep(name, [])}>
                  {text.file.removeAll}
                </Button>
              </Group>
              <Box component="ul" m={0} p={0} mah={220} style={{ overflow: "auto", listStyle: "none" }} tabIndex={0} aria-label={title}>
                {chosen.slice(0, SHOWN).map((file) => (
                  <Group component="li" key={file} gap="xs" wrap="nowrap">
                    <Icon name="file" size={16} />
                    <Text size="sm" className="wrap" flex={1}>
                      {nameOf(file)}
                    </Text>
                    <CloseButton size="sm" aria-label={text.rows.remove(nameOf(file))} onClick={() => context.setSweep(name, chosen.filter((f) => f !== file))} />
                  </Group>
                ))}
              </Box>
              {chosen.length > SHOWN && (
                <Text size="xs" c="dimmed">
                  {text.file.more(count(chosen.length - SHOWN))}
                </Text>
              )}
            </>
          )}
          {moving.length > 0 ? (
            <Stack gap={6}>
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm" role="status">
                  {text.file.uploadingMany(count(sending.size - moving.length), count(sending.size))}
                </Text>
                <Button size="compact-sm" variant="default" onClick={() => moving.forEach((m) => cancel(m.id))}>
                  {text.file.stop}
                </Button>
              </Group>
              <Progress value={bytesOf("bytes") === 0 ? 0 : (100 * bytesOf("sent")) / bytesOf("bytes")} size={6} aria-label={title} />
            </Stack>
          ) : (
            <Group gap="sm">
              <FileButton multiple onChange={send} accept={accept.length === 0 ? undefined : accept.join(",")} inputProps={{ id, "aria-label": `${title}: ${text.file.chooseMany}` }}>
                {(button) => (
                  <Button {...button} size="sm" variant="default" leftSection={<Icon name="upload" size={16} />} aria-label={`${title}: ${text.file.chooseMany}`}>
                    {text.file.chooseMany}
                  </Button>
                )}
              </FileButton>
              <Text size="sm" c="dimmed" visibleFrom="sm">
                {text.file.dropMany}
              </Text>
              <Button size="sm" variant="default" leftSection={<Icon name="files" size={16} />} onClick={() => setPicking(true)} aria-label={`${title}: ${picker.mine}`}>
                {picker.mine}
              </Button>
              {examples.map((example) => (
                <Button key={example} size="sm" variant="subtle" onClick={() => add([example])}>
                  {text.file.example(nameOf(example))}
                </Button>
              ))}
            </Group>
          )}
        </Stack>
      </Box>
      {picking && (
        <FilePicker
          want="files"
          start=""
          accept={accept}
          choose={(paths) => {
            setPicking(false);
            add(paths.map((path) => `${HOME}${path}`));
          }}
          close={() => setPicking(false)}
        />
      )}
    </Input.Wrapper>
  );
}
