/** A dialog to choose a file, several, or a folder, of the home. Arrows move, Enter opens or chooses, Backspace goes up. */
import { Anchor, Box, Breadcrumbs, Button, Group, Modal, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent, type ReactElement } from "react";
import { folderQuery } from "../../api/queries";
import type { FileEntry } from "../../api/types";
import { bytes, count } from "../../lib/format";
import { under } from "../../lib/paths";
import { picker as text } from "../../text/triggers";
import { text as common } from "../../text/common";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";

export type FilePickerProps = {
  start: string;
  /** Endings that the input takes, as `.fa`; all when empty. */
  accept?: readonly string[];
  close: () => void;
} & ({ want: "file" | "folder"; choose: (path: string) => void } | { want: "files"; choose: (paths: string[]) => void });

const SHOWN = 500;

const titles = { file: text.file, files: text.files, folder: text.folder };

export function FilePicker(props: FilePickerProps): ReactElement {
  const { want, start, accept = [], close } = props;
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [path, setPath] = useState(start);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const folder = useQuery(folderQuery(path));
  const wanted = words.trim().toLowerCase();
  const found = (folder.data ?? [])
    .filter((e) => (want !== "folder" || e.kind === "folder") && e.name.toLowerCase().includes(wanted))
    .toSorted((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === "folder" ? -1 : 1));
  const entries = found.slice(0, SHOWN);
  const current = Math.min(at, entries.length - 1);
  const parts = path === "" ? [] : path.split("/");
  const go = (to: string) => {
    setPath(to);
    setWords("");
    setAt(0);
  };
  const fits = (entry: FileEntry) =>
    accept.length === 0 || entry.kind === "folder" || accept.some((ending) => !ending.startsWith(".") || entry.name.toLowerCase().endsWith(ending.toLowerCase()));
  const fullOf = (entry: FileEntry) => under(path, entry.name);
  const take = (entry: FileEntry) => {
    const full = fullOf(entry);
    if (entry.kind === "folder") {
      go(full);
    } else if (props.want === "files") {
      setMarked((before) => new Set(before.has(full) ? [...before].filter((p) => p !== full) : [...before, full]));
    } else {
      props.choose(full);
    }
  };
  const fitting = found.filter((e) => e.kind === "file" && fits(e)).map(fullOf);
  const onKey = (event: KeyboardEvent) => {
    const entry = entries[current];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = Math.max(0, Math.min(entries.length - 1, current + (event.key === "ArrowDown" ? 1 : -1)));
      setAt(next);
      document.getElementById(`picker-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && entry !== undefined) {
      event.preventDefault();
      take(entry);
    } else if (event.key === "Backspace" && words === "" && path !== "") {
      event.preventDefault();
      go(parts.slice(0, -1).join("/"));
    }
  };
  const forbidden = want === "folder" && (path === "" || parts[0] === "jobs");
  return (
    <Modal opened onClose={close} title={titles[want]} size="lg" closeButtonProps={{ "aria-label": common.close }} transitionProps={{ duration: 80 }}>
      <Stack gap="sm">
        <Breadcrumbs separatorMargin={6} style={{ flexWrap: "wrap" }}>
          <Anchor component="button" type="button" size="sm" onClick={() => go("")}>
            {text.home}
          </Anchor>
          {parts.map((part, i) => (
            <Anchor key={parts.slice(0, i + 1).join("/")} component="button" type="button" size="sm" className="wrap" onClick={() => go(parts.slice(0, i + 1).join("/"))}>
              {part}
            </Anchor>
          ))}
        </Breadcrumbs>
        <TextInput
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls="picker-list"
          aria-activedescendant={current >= 0 ? `picker-${current}` : undefined}
          aria-label={text.filter}
          placeholder={text.filter}
          description={text.help}
          inputWrapperOrder={["label", "input", "description"]}
          leftSection={<Icon name="search" size={16} />}
          value={words}
          onChange={(e) => {
            setWords(e.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        {folder.isError && <ErrorBox error={folder.error} retry={() => void folder.refetch()} />}
        {folder.isPending && <Loading />}
        <Box id="picker-list" role="listbox" aria-multiselectable={want === "files" || undefined} aria-label={titles[want]} mah={320} style={{ overflow: "auto" }} tabIndex={-1}>
          {entries.map((entry, i) => (
            <UnstyledButton
              key={entry.name}
              id={`picker-${i}`}
              role="option"
              aria-selected={want === "files" ? marked.has(fullOf(entry)) : i === current}
              tabIndex={-1}
              onClick={() => take(entry)}
              w="100%"
              px="sm"
              py={8}
              style={{ borderTop: "1px solid var(--line)", background: i === current ? "var(--soft)" : undefined }}
            >
              <Group gap="sm" wrap="nowrap">
                <Icon name={entry.kind === "folder" ? "files" : marked.has(fullOf(entry)) ? "check" : "file"} size={16} />
                <Text size="sm" className="wrap" flex={1}>
                  {entry.name}
                </Text>
                <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                  {entry.kind === "folder" ? "" : fits(entry) ? bytes(entry.bytes) : text.wrongKind}
                </Text>
              </Group>
            </UnstyledButton>
          ))}
        </Box>
        {folder.isSuccess && entries.length === 0 && (
          <Text size="sm" c="dimmed">
            {wanted === "" ? text.empty : text.noMatch}
          </Text>
        )}
        {props.want === "files" && (
          <Group justify="flex-end" gap="sm">
            {fitting.length > 0 && (
              <Button variant="default" onClick={() => setMarked((before) => new Set([...before, ...fitting]))}>
                {text.all(count(fitting.length), fitting.length === 1)}
              </Button>
            )}
            <Button disabled={marked.size === 0} onClick={() => props.choose([...marked])}>
              {text.use(count(marked.size), marked.size === 1)}
            </Button>
          </Group>
        )}
        {props.want === "folder" && (
          <Group justify="flex-end">
            {parts[0] === "jobs" && (
              <Text size="sm" c="dimmed">
                {text.results}
              </Text>
            )}
            <Button disabled={forbidden} onClick={() => props.choose(path)}>
              {text.choose}
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}
