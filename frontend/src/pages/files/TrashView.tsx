/** What was deleted, wherever: restore it, or have it gone for good. */
import { Button, Checkbox, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { words } from "../../api/client";
import type { TrashEntry } from "../../api/files";
import { deleteFromTrash, emptyTrash, restoreFromTrash, trashQuery } from "../../api/kept";
import { bytes } from "../../lib/format";
import { last, parent } from "../../lib/paths";
import { files as fileText, trash as text } from "../../text/files";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { refresh } from "./operations";

const SHOWN = 500;

export default function TrashView(): ReactElement {
  const client = useQueryClient();
  const listing = useQuery(trashQuery);
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const act = useMutation({
    mutationFn: async ({ run, ids }: { run: (id: string) => Promise<void>; ids: readonly string[] }) => {
      for (const id of ids) {
        await run(id);
      }
      return ids.length;
    },
    onError: (e) => toast.failed(words(e)),
    onSettled: () => {
      setChosen(new Set());
      refresh(client);
    },
  });
  const restore = (ids: readonly string[]) => act.mutate({ run: restoreFromTrash, ids }, { onSuccess: (n) => toast.done(fileText.did.restored(n)) });
  const remove = async (ids: readonly string[]) => {
    if (await confirm(text.sureRemove(ids.length), text.remove)) {
      act.mutate({ run: deleteFromTrash, ids });
    }
  };
  const all = listing.data ?? [];
  const empty = async () => {
    if (await confirm(text.sureEmpty(all.length), text.empty)) {
      act.mutate({ run: emptyTrash, ids: ["all"] }, { onSuccess: () => toast.done(text.emptied) });
    }
  };
  const shown = all.filter((e) => e.path.toLowerCase().includes(filter.trim().toLowerCase()));
  const picked = shown.filter((e) => chosen.has(e.id)).map((e) => e.id);
  if (listing.isPending) {
    return <Stack>{<Loading lines={5} />}</Stack>;
  }
  if (listing.isError) {
    return <ErrorBox error={listing.error} retry={() => void listing.refetch()} />;
  }
  if (all.length === 0) {
    return <Empty icon="trash" {...text.none} />;
  }
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TextInput data-filter size="sm" aria-label={text.filter} placeholder={text.filter} leftSection={<Icon name="search" size={14} />} value={filter} onChange={(e) => setFilter(e.currentTarget.value)} />
        <Text size="sm" c="dimmed" role="status">
          {picked.length > 0 ? fileText.selected(picked.length) : fileText.count(shown.length)}
        </Text>
        {picked.length > 0 && (
          <>
            <Button size="compact-sm" loading={act.isPending} onClick={() => restore(picked)}>
              {text.restore}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => void remove(picked)}>
              {text.remove}
            </Button>
          </>
        )}
        <Button size="compact-sm" variant="default" ml="auto" onClick={() => void empty()}>
          {text.empty}
        </Button>
      </Group>
      <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36}>
              <Checkbox
                size="xs"
                aria-label={fileText.selectAll}
                checked={picked.length > 0 && picked.length === shown.length}
                onChange={(e) => setChosen(new Set(e.currentTarget.checked ? shown.map((s) => s.id) : []))}
              />
            </Table.Th>
            <Table.Th>{text.columns.name}</Table.Th>
            <Table.Th w={90} ta="right" visibleFrom="sm">
              {text.columns.size}
            </Table.Th>
            <Table.Th w={110} visibleFrom="sm">
              {text.columns.deleted}
            </Table.Th>
            <Table.Th w={140} visibleFrom="md">
              {text.columns.goes}
            </Table.Th>
            <Table.Th w={96}>
              <span className="unseen">{fileText.columns.actions}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.slice(0, SHOWN).map((entry) => (
            <Row
              key={entry.id}
              entry={entry}
              chosen={chosen.has(entry.id)}
              choose={(yes) => setChosen(new Set(yes ? [...chosen, entry.id] : [...chosen].filter((id) => id !== entry.id)))}
              restore={() => restore([entry.id])}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function Row({ entry, chosen, choose, restore }: { entry: TrashEntry; chosen: boolean; choose: (yes: boolean) => void; restore: () => void }): ReactElement {
  const name = last(entry.path);
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox size="xs" aria-label={fileText.actions.select(name)} checked={chosen} onChange={(e) => choose(e.currentTarget.checked)} />
      </Table.Td>
      <Table.Td className="wrap">
        <Group gap={8} wrap="nowrap">
          <Icon name={entry.kind === "folder" ? "files" : "file"} size={16} />
          <div>
            {name}
            <Text size="xs" c="dimmed">
              {parent(entry.path) === "" ? fileText.home : parent(entry.path)}
            </Text>
          </div>
        </Group>
      </Table.Td>
      <Table.Td ta="right" visibleFrom="sm">
        {bytes(entry.bytes)}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Ago at={entry.deletedAt} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Ago at={entry.expiresAt} />
      </Table.Td>
      <Table.Td ta="right">
        <Button size="compact-sm" variant="default" onClick={restore} aria-label={`${text.restore} ${name}`}>
          {text.restore}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
