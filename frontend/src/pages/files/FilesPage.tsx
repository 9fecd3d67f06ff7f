/** The person's files: one folder at a time, upload by choosing or dropping, delete with a moment to undo. */
import { ActionIcon, Anchor, Box, Breadcrumbs, Button, FileButton, Group, Progress, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState, type DragEvent, type ReactElement } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { ApiError, send, words } from "../../api/client";
import { folderQuery, keys } from "../../api/queries";
import type { FileEntry } from "../../api/types";
import { fileUrl } from "../../api/upload";
import { bytes } from "../../lib/format";
import { files as text } from "../../text/places";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { useListKeys } from "../../ui/listKeys";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { deleteLater, usePendingDeletes } from "./deletes";
import { stopUpload, uploadAll, useUploads } from "./uploads";

const NONE: readonly FileEntry[] = [];

function under(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export default function FilesPage(): ReactElement {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [search] = useSearchParams();
  const folder = (search.get("path") ?? "").replace(/^\/+|\/+$/g, "");
  const [filter, setFilter] = useState("");
  const [over, setOver] = useState(false);
  const listing = useQuery({ ...folderQuery(folder), retry: false });
  const hidden = usePendingDeletes();
  const all = listing.data ?? NONE;
  const shown = all
    .filter((e) => !hidden.has(under(folder, e.name)) && e.name.toLowerCase().includes(filter.trim().toLowerCase()))
    .toSorted((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === "folder" ? -1 : 1));

  const take = (list: readonly File[]) =>
    uploadAll(folder, list, new Set(all.map((e) => e.name)), () => void client.invalidateQueries({ queryKey: keys.folders }));
  const open = useCallback(
    (row: number) => {
      const entry = shown[row];
      if (entry?.kind === "folder") {
        void navigate(`/files?path=${encodeURIComponent(under(folder, entry.name))}`);
      } else if (entry !== undefined) {
        window.location.assign(fileUrl(under(folder, entry.name)));
      }
    },
    [shown, folder, navigate],
  );
  const current = useListKeys(shown.length, open);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  const parts = folder === "" ? [] : folder.split("/");
  return (
    <Stack
      gap="md"
      mih="70vh"
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={(e) => {
        if (e.currentTarget === e.target) {
          setOver(false);
        }
      }}
      onDrop={drop}
      style={over ? { outline: "2px dashed var(--mantine-primary-color-filled)", outlineOffset: 8 } : undefined}
    >
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <FileButton multiple onChange={take} inputProps={{ "aria-label": text.upload }}>
          {(props) => (
            <Button {...props} leftSection={<Icon name="upload" size={16} />}>
              {text.upload}
            </Button>
          )}
        </FileButton>
      </Group>
      <Group gap="sm">
        <Breadcrumbs separatorMargin={6}>
          <Anchor component={Link} to="/files">
            {text.home}
          </Anchor>
          {parts.map((part, i) => (
            <Anchor key={parts.slice(0, i + 1).join("/")} component={Link} to={`/files?path=${encodeURIComponent(parts.slice(0, i + 1).join("/"))}`} className="wrap">
              {part}
            </Anchor>
          ))}
        </Breadcrumbs>
        <TextInput
          data-filter
          size="xs"
          aria-label={text.filter}
          placeholder={text.filter}
          leftSection={<Icon name="search" size={14} />}
          value={filter}
          onChange={(e) => setFilter(e.currentTarget.value)}
          ml="auto"
          w={200}
        />
        <Text size="sm" c="dimmed">
          {text.count(shown.length)}
        </Text>
      </Group>
      <Uploads />
      {listing.isPending && <Loading lines={6} />}
      {listing.isError && !(listing.error instanceof ApiError && listing.error.status === 404 && folder === "") && (
        <ErrorBox error={listing.error} retry={() => void listing.refetch()} />
      )}
      {(listing.isSuccess || (listing.isError && folder === "")) && all.length === 0 && <Empty icon="files" {...text.empty} />}
      {shown.length > 0 && (
        <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.columns.name}</Table.Th>
              <Table.Th w={96} ta="right">
                {text.columns.size}
              </Table.Th>
              <Table.Th w={130} visibleFrom="sm">
                {text.columns.modified}
              </Table.Th>
              <Table.Th w={92}>
                <span className="unseen">{text.columns.actions}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((entry, i) => (
              <Entry key={entry.name} folder={folder} entry={entry} current={i === current} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function Entry({ folder, entry, current }: { folder: string; entry: FileEntry; current: boolean }): ReactElement {
  const client = useQueryClient();
  const path = under(folder, entry.name);
  const remove = async () => {
    const done = () => void client.invalidateQueries({ queryKey: keys.folders });
    if (entry.kind === "folder") {
      if (await confirm(text.sureFolder(entry.name), text.remove(entry.name))) {
        try {
          await send("DELETE", fileUrl(path));
          toast.done(text.removed(entry.name));
        } catch (e) {
          toast.failed(words(e));
        }
        done();
      }
      return;
    }
    deleteLater(path, entry.name, done);
  };
  return (
    <Table.Tr className="row" data-current={current} style={{ cursor: "default" }}>
      <Table.Td>
        {entry.kind === "folder" ? (
          <Anchor component={Link} to={`/files?path=${encodeURIComponent(path)}`} className="wrap">
            <Group gap={8} wrap="nowrap" component="span" display="inline-flex">
              <Icon name="files" size={16} />
              {entry.name}
            </Group>
          </Anchor>
        ) : (
          <Group gap={8} wrap="nowrap" component="span" className="wrap">
            <Icon name="file" size={16} />
            {entry.name}
          </Group>
        )}
      </Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
        {entry.kind === "file" ? bytes(entry.bytes) : ""}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Ago at={entry.modifiedAt} />
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap" justify="flex-end">
          {entry.kind === "file" && (
            <ActionIcon component="a" href={fileUrl(path)} download variant="subtle" color="gray" aria-label={text.download(entry.name)}>
              <Icon name="download" size={16} />
            </ActionIcon>
          )}
          <ActionIcon variant="subtle" color="gray" aria-label={text.remove(entry.name)} onClick={() => void remove()}>
            <Icon name="trash" size={16} />
          </ActionIcon>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Uploads(): ReactElement | null {
  const uploads = useUploads();
  if (uploads.length === 0) {
    return null;
  }
  return (
    <Box className="card" p="sm" role="status" aria-label={text.uploading}>
      {uploads.map((u) => (
        <Group key={u.id} gap="sm" wrap="nowrap" py={4}>
          <Text size="sm" className="wrap" flex={1}>
            {u.name}
            {u.failure !== undefined && (
              <Text span c="var(--mantine-color-error)" size="sm">
                {" "}
                {u.failure}
              </Text>
            )}
          </Text>
          {u.failure === undefined && <Progress value={u.part * 100} w={140} aria-label={u.name} />}
          <ActionIcon variant="subtle" color="gray" aria-label={text.stop(u.name)} onClick={() => stopUpload(u.id)}>
            <Icon name="cross" size={14} />
          </ActionIcon>
        </Group>
      ))}
    </Box>
  );
}
