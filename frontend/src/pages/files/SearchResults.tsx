/** Hits of a search by name, shown as they come. */
import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useState, type ReactElement } from "react";
import { search, type Place, type SearchState } from "../../api/files";
import { bytes } from "../../lib/format";
import { parent } from "../../lib/paths";
import { files as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox } from "../../ui/states";
import { Ago } from "../../ui/time";

export function SearchResults({
  place,
  folder,
  name,
  go,
  open,
  close,
}: {
  place: Place;
  folder: string;
  name: string;
  go: (path: string) => void;
  open: (path: string) => void;
  close: () => void;
}): ReactElement {
  const [state, setState] = useState<SearchState>({ hits: [], seen: 0, done: false, more: false });
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const stop = new AbortController();
    search(place, folder, name, setState, stop.signal).catch((e: unknown) => {
      if (!stop.signal.aborted) {
        setError(e);
      }
    });
    return () => stop.abort();
  }, [place, folder, name]);
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {text.found(state.hits.length, name)}
          {state.done && ` · ${text.searching(state.seen)}`}
          {state.more && ` · ${text.foundMore}`}
        </Text>
        <Button size="compact-sm" variant="default" onClick={close}>
          {text.endSearch}
        </Button>
      </Group>
      {error !== undefined && <ErrorBox error={error} />}
      {state.done && state.hits.length === 0 && <Empty icon="search" {...text.foundNone} />}
      {state.hits.map((hit) => (
        <Group key={hit.path} gap="sm" wrap="nowrap" style={{ borderBottom: "1px solid var(--line)" }} py={6}>
          <Icon name={hit.kind === "folder" ? "files" : "file"} size={16} />
          <div style={{ minWidth: 0, flex: 1 }}>
            <Anchor component="button" className="wrap" ta="left" onClick={() => (hit.kind === "folder" ? go(hit.path) : open(hit.path))}>
              {hit.name}
            </Anchor>
            <Text size="xs" c="dimmed" className="wrap">
              {parent(hit.path) === "" ? text.home : parent(hit.path)}
            </Text>
          </div>
          <Text size="sm" visibleFrom="sm">
            {hit.kind === "file" ? bytes(hit.bytes) : ""}
          </Text>
          <Text size="sm" c="dimmed" visibleFrom="sm">
            <Ago at={hit.modifiedAt} />
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
