/** A file of the form: uploaded here, an earlier upload, or the example that comes with the application. */
import { Badge, Box, Button, FileButton, Group, Input, NativeSelect, Progress, Stack, Text } from "@mantine/core";
import type { WidgetProps } from "@rjsf/utils";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type DragEvent, type ReactElement } from "react";
import { ApiError, words } from "../../api/client";
import { keys, uploadsQuery } from "../../api/queries";
import { freeName, upload, type Upload } from "../../api/upload";
import { bytes } from "../../lib/format";
import type { Values } from "../../lib/validator";
import { text } from "../../text/apps";
import { picker } from "../../text/triggers";
import { Icon } from "../../ui/icons";
import type { FieldContext } from "./context";
import { FilePicker } from "./FilePicker";
import { errorOf, helpOf } from "./widgets";

const FOLDER = "uploads";
const EXAMPLE = "example:";
const HOME = "home:";

/** Names that uploads of this page have taken, so that two rows never write one file. */
const taken = new Set<string>();

interface Moving {
  name: string;
  part: number;
}

export function FileWidget(props: WidgetProps): ReactElement {
  const context = props.registry.formContext as FieldContext;
  const client = useQueryClient();
  const uploads = useQuery(uploadsQuery);
  const earlier = (uploads.data ?? []).filter((e) => e.kind === "file");
  const [moving, setMoving] = useState<Moving>();
  const [failure, setFailure] = useState<string>();
  const [over, setOver] = useState(false);
  const [picking, setPicking] = useState(false);
  const running = useRef<Upload>(undefined);
  useEffect(() => () => running.current?.abort(), []);

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
    running.current?.abort();
    if (typeof most === "number" && file.size > most) {
      setFailure(text.file.tooLarge(file.name, bytes(file.size), bytes(most)));
      return;
    }
    const name = freeName(file.name, new Set([...earlier.map((e) => e.name), ...taken]));
    taken.add(name);
    setFailure(undefined);
    setMoving({ name, part: 0 });
    context.busy(props.id, true);
    const one = upload(`${FOLDER}/${name}`, file, (part) => setMoving((m) => (m === undefined ? m : { name, part })));
    running.current = one;
    one.done
      .then(() => {
        props.onChange(`${FOLDER}/${name}`);
        void client.invalidateQueries({ queryKey: keys.folders });
      })
      .catch((e: unknown) => {
        taken.delete(name);
        setFailure(e instanceof ApiError ? `${file.name}: ${words(e)}` : words(e));
      })
      .finally(() => {
        if (running.current === one) {
          running.current = undefined;
          setMoving(undefined);
          context.busy(props.id, false);
        }
      });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer.files[0] ?? null);
  };
  const examples = [
    ...new Set(
      context.app.examples
        // in a row of a group the examples of all rows fit
        .flatMap((e) => [e.inputs[props.name], ...Object.values(e.inputs).flatMap((v) => (Array.isArray(v) ? v.map((row) => (row as Values | null)?.[props.name]) : []))])
        .filter((v): v is string => typeof v === "string" && v.startsWith(EXAMPLE)),
    ),
  ];

  return (
    <Input.Wrapper
      label={props.label}
      description={helpOf(props)}
      error={failure ?? errorOf(props)}
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
                {text.file.uploading(moving.name, Math.floor(moving.part * 100))}
              </Text>
              <Button size="compact-sm" variant="default" onClick={() => running.current?.abort()}>
                {text.file.stop}
              </Button>
            </Group>
            <Progress value={moving.part * 100} size={6} aria-label={moving.name} />
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
  const name = isExample
    ? value.slice(EXAMPLE.length)
    : value.startsWith(HOME)
      ? value.slice(HOME.length)
      : value.startsWith(`${FOLDER}/`) ? value.slice(FOLDER.length + 1) : value;
  return (
    <Group gap="sm" wrap="nowrap">
      <Icon name="file" />
      <Text size="sm" fw={500} className="wrap" flex={1}>
        {name}
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
      <Button size="compact-sm" variant="default" onClick={clear} aria-label={`${text.file.replace}: ${name}`}>
        {text.file.replace}
      </Button>
    </Group>
  );
}
