/** A file of the form: uploaded here, an earlier upload, or the example that comes with the application. */
import { Badge, Box, Button, FileButton, Group, Input, NativeSelect, Progress, Stack, Text } from "@mantine/core";
import type { WidgetProps } from "@rjsf/utils";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type DragEvent, type ReactElement } from "react";
import { keys, uploadsQuery } from "../../api/queries";
import { freeName } from "../../api/upload";
import { bytes, percent } from "../../lib/format";
import type { Values } from "../../lib/validator";
import { text } from "../../text/apps";
import { tray } from "../../text/files";
import { picker } from "../../text/triggers";
import { Icon } from "../../ui/icons";
import { cancel, uploadTo, useUploads } from "../files/uploads";
import type { FieldContext } from "./context";
import { FilePicker } from "./FilePicker";
import { errorOf, helpOf } from "./widgets";

export const FOLDER = "uploads";
const EXAMPLE = "example:";
export const HOME = "home:";

/** Names that uploads of this page have taken, so that two fields never write one file. */
const taken = new Set<string>();

/** Begins an upload to a free name among earlier ones; `settled` hears the path, or nothing when it was stopped. */
export function uploadFree(file: File, earlier: readonly string[], settled: (path: string | undefined) => void): number {
  const name = freeName(file.name, new Set([...earlier, ...taken]));
  taken.add(name);
  return uploadTo(`${FOLDER}/${name}`, file, (arrived) => {
    if (!arrived) {
      taken.delete(name);
    }
    settled(arrived ? `${FOLDER}/${name}` : undefined);
  });
}

/** The files of examples that an input may take. */
export function examplesOf(app: FieldContext["app"], name: string): string[] {
  const of = (values: Values | undefined) => {
    const value = values?.[name];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  };
  const given = app.examples
    // in a row of a group the examples of all rows fit
    .flatMap((e) => [...of(e.inputs), ...of(e.sweep), ...Object.values(e.inputs).flatMap((v) => (Array.isArray(v) ? v.map((row) => (row as Values | null)?.[name]) : []))]);
  return [...new Set(given.filter((v): v is string => typeof v === "string" && v.startsWith(EXAMPLE)))];
}

/** A file's name as people know it. */
export function nameOf(value: string): string {
  const before = [EXAMPLE, HOME, `${FOLDER}/`].find((p) => value.startsWith(p)) ?? "";
  return value.slice(before.length);
}

export function FileWidget(props: WidgetProps): ReactElement {
  const context = props.registry.formContext as FieldContext;
  const client = useQueryClient();
  const uploads = useQuery(uploadsQuery);
  const earlier = (uploads.data ?? []).filter((e) => e.kind === "file");
  const [sending, setSending] = useState<number>();
  const moving = useUploads().find((m) => m.id === sending);
  const [failure, setFailure] = useState<string>();
  const [over, setOver] = useState(false);
  const [picking, setPicking] = useState(false);
  const dropped = context.dropped !== undefined && `root_${context.dropped.input}` === props.id ? context.dropped : undefined;
  const wanted: unknown = props.schema["x-accept"];
  const most: unknown = props.schema["x-maximum-bytes"];
  const accept = Array.isArray(wanted) && wanted.length > 0 ? wanted.join(",") : undefined;
  const value = typeof props.value === "string" ? props.value : "";
  const choose = (path: string | undefined) => {
    setFailure(undefined);
    props.onChange(path);
  };
  const send = (file: File | null) => {
    if (file === null) {
      return;
    }
    if (sending !== undefined) {
      cancel(sending);
    }
    if (typeof most === "number" && file.size > most) {
      setFailure(text.file.tooLarge(file.name, bytes(file.size), bytes(most)));
      return;
    }
    setFailure(undefined);
    context.busy(props.id, true);
    const id = uploadFree(
      file,
      earlier.map((e) => e.name),
      (path) => {
        setSending((now) => (now === id ? undefined : now));
        context.busy(props.id, false);
        if (path !== undefined) {
          props.onChange(path);
          void client.invalidateQueries({ queryKey: keys.folders });
        }
      },
    );
    setSending(id);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer.files[0] ?? null);
  };
  const examples = examplesOf(context.app, props.name);

  return (
    <Input.Wrapper
      label={props.label}
      description={helpOf(props)}
      error={failure ?? moving?.failure ?? errorOf(props)}
      required={props.required}
      labelElement="div"
      inputWrapperOrder={["label", "description", "input", "error"]}
    >
      <Box
        mt={6}
        p="sm"
        role="group"
        aria-label={props.label}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        style={{
          border: `1px ${value === "" ? "dashed" : "solid"} ${over ? "var(--mantine-primary-color-filled)" : "var(--line)"}`,
          borderRadius: 6,
          background: over ? "var(--mantine-primary-color-light)" : "var(--soft)",
        }}
      >
        {dropped !== undefined ? (
          <Group gap="sm" wrap="nowrap">
            <Icon name="bolt" />
            <Text size="sm" fw={500} className="wrap">
              {dropped.words}
            </Text>
          </Group>
        ) : moving !== undefined ? (
          <Stack gap={6}>
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm" className="wrap" role="status">
                {text.file.uploading(nameOf(moving.path), percent(moving.sent, moving.bytes))}
                {moving.state === "offline" && ` · ${tray.offline}`}
              </Text>
              <Button size="compact-sm" variant="default" onClick={() => cancel(moving.id)}>
                {text.file.stop}
              </Button>
            </Group>
            <Progress value={percent(moving.sent, moving.bytes)} size={6} aria-label={nameOf(moving.path)} />
          </Stack>
        ) : value !== "" ? (
          <Chosen value={value} size={earlier.find((e) => `${FOLDER}/${e.name}` === value)?.bytes} clear={() => choose(undefined)} />
        ) : (
          <Group gap="sm">
            <FileButton onChange={send} accept={accept} inputProps={{ id: props.id, "aria-label": `${props.label}: ${text.file.choose}` }}>
              {(button) => (
                <Button {...button} size="sm" variant="default" leftSection={<Icon name="upload" size={16} />} aria-label={`${props.label}: ${text.file.choose}`}>
                  {text.file.choose}
                </Button>
              )}
            </FileButton>
            <Text size="sm" c="dimmed" visibleFrom="sm">
              {text.file.drop}
            </Text>
            <Button size="sm" variant="default" leftSection={<Icon name="files" size={16} />} onClick={() => setPicking(true)} aria-label={`${props.label}: ${picker.mine}`}>
              {picker.mine}
            </Button>
            {earlier.length > 0 && (
              <NativeSelect
                size="sm"
                aria-label={`${props.label}: ${text.file.earlier}`}
                data={[
                  { value: "", label: `${text.file.earlier}…` },
                  ...earlier
                    .toSorted((a, b) => Date.parse(b.modifiedAt) - Date.parse(a.modifiedAt))
                    .map((e) => ({ value: `${FOLDER}/${e.name}`, label: `${e.name} (${bytes(e.bytes)})` })),
                ]}
                value=""
                maw={220}
                onChange={(e) => choose(e.currentTarget.value)}
              />
            )}
            {examples.map((example) => (
              <Button key={example} size="sm" variant="subtle" onClick={() => choose(example)}>
                {text.file.example(example.slice(EXAMPLE.length))}
              </Button>
            ))}
          </Group>
        )}
      </Box>
      {picking && (
        <FilePicker
          want="file"
          start=""
          accept={Array.isArray(wanted) ? wanted.map(String) : []}
          choose={(path) => {
            setPicking(false);
            choose(`${HOME}${path}`);
          }}
          close={() => setPicking(false)}
        />
      )}
    </Input.Wrapper>
  );
}

function Chosen({ value, size, clear }: { value: string; size: number | undefined; clear: () => void }): ReactElement {
  const isExample = value.startsWith(EXAMPLE);
  return (
    <Group gap="sm" wrap="nowrap">
      <Icon name="file" />
      <Text size="sm" fw={500} className="wrap" flex={1}>
        {nameOf(value)}
      </Text>
      {size !== undefined && (
        <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {bytes(size)}
        </Text>
      )}
      {isExample && (
        <Badge variant="default" tt="none" fw={500} visibleFrom="xs">
          {text.file.exampleTag}
        </Badge>
      )}
      <Button size="compact-sm" variant="default" onClick={clear} aria-label={`${text.file.replace}: ${nameOf(value)}`}>
        {text.file.replace}
      </Button>
    </Group>
  );
}
