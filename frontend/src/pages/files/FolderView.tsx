/** One folder of a place: what is in it, and all that can be done with it. */
import { ActionIcon, Alert, Anchor, Box, Breadcrumbs, Button, FileButton, Group, Menu, Stack, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useRef, useState, type DragEvent, type ReactElement } from "react";
import { Link } from "react-router";
import { ApiError } from "../../api/client";
import { listingQuery, receivedQuery, type Place } from "../../api/files";
import type { FileEntry } from "../../api/types";
import { useAddress } from "../../lib/address";
import { last, parent, under } from "../../lib/paths";
import { files as text, shares as shareText } from "../../text/files";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { words } from "../../api/client";
import { ofChooser, readDrop, type Dropped } from "./dropped";
import { FileList, type Sort } from "./FileList";
import styles from "./files.module.css";
import { useFolderActions, type Ask } from "./folderActions";
import { NameDialog } from "./NameDialog";
import { makeFolder, move, refresh, rename } from "./operations";
import { SearchResults } from "./SearchResults";
import { NOTHING, type Selection } from "./selection";
import { SelectionBar } from "./SelectionBar";
import { uploadAll } from "./uploads";

const Preview = lazy(() => import("./Preview"));
const ChooseFolder = lazy(() => import("./ChooseFolder"));
const ShareDialog = lazy(() => import("./ShareDialog"));
const Versions = lazy(() => import("./Versions"));
const KeysHelp = lazy(() => import("./KeysHelp"));
const PackDialog = lazy(() => import("./PackDialog"));

const NONE: readonly FileEntry[] = [];
export const DRAG_TYPE = "application/x-grid-paths";

function sortOf(value: string | null): Sort {
  const [by = "name", way = "up"] = (value ?? "").split("-");
  return { by: by === "bytes" || by === "modifiedAt" ? by : "name", down: way === "down" };
}

function sorted(entries: readonly FileEntry[], sort: Sort): FileEntry[] {
  const sign = sort.down ? -1 : 1;
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return entries.toSorted((a, b) => {
    if (a.kind !== b.kind) {
      return a.kind === "folder" ? -1 : 1;
    }
    const order =
      sort.by === "bytes" ? a.bytes - b.bytes : sort.by === "modifiedAt" ? Date.parse(a.modifiedAt) - Date.parse(b.modifiedAt) : collator.compare(a.name, b.name);
    return sign * (order === 0 ? collator.compare(a.name, b.name) : order);
  });
}

export function FolderView({ place }: { place: Place }): ReactElement {
  const client = useQueryClient();
  const [search, setSearch] = useAddress();
  const folder = (search.get("path") ?? "").replace(/^\/+|\/+$/g, "");
  const previewed = search.get("preview");
  const hunted = search.get("search") ?? "";
  const sort = sortOf(search.get("sort"));
  const [filter, setFilter] = useState("");
  const [over, setOver] = useState(false);
  const [ask, setAsk] = useState<Ask>();
  const [chosen, setChosen] = useState<{ folder: string; selection: Selection }>({ folder, selection: NOTHING });
  const selection = chosen.folder === folder ? chosen.selection : NOTHING;
  const setSelection = (next: Selection) => setChosen({ folder, selection: next });
  const list = useRef<HTMLDivElement>(null);
  const listing = useQuery({ ...listingQuery(place, folder), placeholderData: keepPreviousData });
  const received = useQuery({ ...receivedQuery, enabled: place.kind === "share" });
  const share = received.data?.find((s) => place.kind === "share" && s.id === place.id);
  const mayWrite = place.kind === "home" || share?.rights === "write";
  const entries = listing.data?.entries ?? NONE;
  const wanted = filter.trim().toLowerCase();
  const shown = useMemo(
    () => sorted(wanted === "" ? entries : entries.filter((e) => e.name.toLowerCase().includes(wanted)), { by: sort.by, down: sort.down }),
    [entries, wanted, sort.by, sort.down],
  );
  const change = (changes: Record<string, string | undefined>, replace = false) =>
    setSearch(
      (before) => {
        for (const [key, value] of Object.entries(changes)) {
          if (value === undefined || value === "") {
            before.delete(key);
          } else {
            before.set(key, value);
          }
        }
        return before;
      },
      { replace, preventScrollReset: true },
    );
  const go = (path: string) => {
    setFilter("");
    change({ path, preview: undefined, search: undefined });
  };
  const open = (entry: FileEntry, at = folder) => (entry.kind === "folder" ? go(under(at, entry.name)) : change({ preview: under(at, entry.name) }, previewed !== null));
  const take = (list_: readonly Dropped[], folders: readonly string[] = []) => {
    uploadAll(place, folder, list_, () => refresh(client));
    for (const path of folders) {
      void makeFolder(client, place, under(folder, path));
    }
  };
  const actions = useFolderActions({ place, folder, setAsk, open: (path) => change({ preview: path }) });
  const drop = (event: DragEvent, target = folder) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    const moved = event.dataTransfer.getData(DRAG_TYPE);
    if (moved !== "") {
      const paths = (JSON.parse(moved) as string[]).filter((p) => parent(p) !== target && p !== target);
      if (paths.length > 0 && mayWrite) {
        setSelection(NOTHING);
        void move(client, place, paths, place, target);
      }
      return;
    }
    if (mayWrite) {
      readDrop(event.dataTransfer)
        .then(({ files, folders }) => {
          uploadAll(place, target, files, () => refresh(client));
          for (const path of folders) {
            void makeFolder(client, place, under(target, path));
          }
        })
        .catch((e: unknown) => toast.failed(words(e)));
    }
  };
  const rootName = place.kind === "home" ? text.home : (share?.name ?? "…");
  const parts = folder === "" ? [] : folder.split("/");
  const previewEntry = previewed !== null && parent(previewed) === folder ? entries.find((e) => e.name === last(previewed)) : undefined;
  const missing = listing.error instanceof ApiError && listing.error.status === 404;
  const closeAsk = () => setAsk(undefined);
  return (
    <Box
      className={over && mayWrite ? styles.over : undefined}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(!e.dataTransfer.types.includes(DRAG_TYPE));
      }}
      onDragLeave={(e) => {
        if (!e.currentTarget.contains(e.relatedTarget as Node | null)) {
          setOver(false);
        }
      }}
      onDrop={drop}
    >
      <Stack gap="sm">
        <Group gap="sm" justify="space-between">
          <Breadcrumbs separatorMargin={6} classNames={{ root: styles.crumbs }}>
            {place.kind === "share" && (
              <Anchor component={Link} to="/files?view=received">
                {text.views.received}
              </Anchor>
            )}
            {["", ...parts.map((_, i) => parts.slice(0, i + 1).join("/"))].map((path) => (
              <Anchor
                key={path}
                component="button"
                className="wrap"
                aria-current={path === folder ? "page" : undefined}
                onClick={() => go(path)}
                onDragOver={(e) => e.preventDefault()}
                onDrop={(e) => drop(e, path)}
              >
                {path === "" ? rootName : last(path)}
              </Anchor>
            ))}
          </Breadcrumbs>
          {mayWrite && <NewButtons take={take} setAsk={setAsk} />}
        </Group>
        <Group gap="sm">
          <TextInput
            data-filter
            size="sm"
            aria-label={text.filter}
            placeholder={text.filter}
            description={filter.trim().length > 1 ? text.searchHint : undefined}
            inputWrapperOrder={["input", "description"]}
            leftSection={<Icon name="search" size={14} />}
            value={filter}
            onChange={(e) => setFilter(e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === "Enter" && filter.trim().length > 1) {
                change({ search: filter.trim(), preview: undefined });
              } else if (e.key === "ArrowDown") {
                list.current?.focus();
              } else if (e.key === "Escape") {
                setFilter("");
              }
            }}
            w={{ base: "100%", sm: 260 }}
          />
          <Text size="sm" c="dimmed" role="status">
            {text.count(shown.length)}
          </Text>
          {share !== undefined && (
            <Text size="sm" c="dimmed">
              {shareText.by(share.owner)}, {shareText.rightsWords[share.rights]}
            </Text>
          )}
          <ActionIcon variant="subtle" color="gray" ml="auto" visibleFrom="sm" aria-label={text.keys.open} onClick={() => setAsk({ kind: "keys" })}>
            <Icon name="keyboard" size={16} />
          </ActionIcon>
        </Group>
        {selection.chosen.size > 0 && (
          <SelectionBar
            entries={shown.filter((e) => selection.chosen.has(e.name))}
            folder={folder}
            place={place}
            mayWrite={mayWrite}
            actions={actions}
            clear={() => setSelection(NOTHING)}
          />
        )}
        {hunted !== "" ? (
          <SearchResults key={`${folder}/${hunted}`} place={place} folder={folder} name={hunted} go={go} open={(path) => change({ path: parent(path), preview: path, search: undefined })} close={() => change({ search: undefined })} />
        ) : (
          <div className={previewed === null ? undefined : styles.split}>
            <div>
              {listing.isPending && <Loading lines={6} />}
              {missing && folder !== "" && <Alert color="gray">{text.gone(folder)}</Alert>}
              {listing.isError && !missing && <ErrorBox error={listing.error} retry={() => void listing.refetch()} />}
              {missing && folder === "" && <ErrorBox error={listing.error} />}
              {listing.isSuccess && entries.length === 0 && <Empty icon="files" {...text.empty} />}
              {listing.isSuccess && entries.length > 0 && shown.length === 0 && <Empty icon="search" {...text.emptyFilter} />}
              {shown.length > 0 && (
                <FileList
                  ref={list}
                  entries={shown}
                  folder={folder}
                  place={place}
                  sort={sort}
                  setSort={(next) => change({ sort: next.by === "name" && !next.down ? undefined : `${next.by}-${next.down ? "down" : "up"}` }, true)}
                  selection={selection}
                  setSelection={setSelection}
                  open={open}
                  up={() => (folder === "" ? undefined : go(parent(folder)))}
                  escape={() => (selection.chosen.size > 0 ? setSelection({ ...NOTHING, current: selection.current }) : change({ preview: undefined }))}
                  actions={actions}
                  mayWrite={mayWrite}
                  dropOn={(event, name) => drop(event, under(folder, name))}
                />
              )}
            </div>
            <Suspense fallback={<Loading />}>
              {previewed !== null && (
                <Preview key={previewed} place={place} path={previewed} entry={previewEntry} mayWrite={mayWrite} close={() => change({ preview: undefined })} />
              )}
            </Suspense>
          </div>
        )}
      </Stack>
      <Suspense fallback={null}>
        {ask?.kind === "folder" && (
          <NameDialog title={text.newFolder} label={text.newFolderName} action={text.create} initial="" close={closeAsk} submit={(name) => makeFolder(client, place, under(folder, name))} />
        )}
        {ask?.kind === "text" && (
          <NameDialog
            title={text.newFile}
            label={text.newFileName}
            action={text.create}
            initial="notes.txt"
            close={closeAsk}
            submit={async (name) => {
              uploadAll(place, folder, [{ path: name, file: new File([], name) }], () => refresh(client));
              return Promise.resolve(true);
            }}
          />
        )}
        {ask?.kind === "rename" && (
          <NameDialog
            title={text.actions.rename}
            label={text.rename(ask.entry.name)}
            action={text.actions.rename}
            initial={ask.entry.name}
            close={closeAsk}
            submit={(name) => rename(client, place, under(folder, ask.entry.name), under(folder, name))}
          />
        )}
        {(ask?.kind === "move" || ask?.kind === "copy") && (
          <ChooseFolder
            kind={ask.kind}
            place={place}
            paths={ask.paths}
            start={folder}
            close={() => {
              closeAsk();
              setSelection(NOTHING);
            }}
          />
        )}
        {ask?.kind === "share" && <ShareDialog path={ask.path} isFolder={ask.isFolder} close={closeAsk} />}
        {ask?.kind === "versions" && <Versions path={ask.path} close={closeAsk} />}
        {ask?.kind === "pack" && <PackDialog place={place} folder={folder} paths={ask.paths} close={closeAsk} />}
        {ask?.kind === "keys" && <KeysHelp close={closeAsk} />}
      </Suspense>
    </Box>
  );
}

function NewButtons({ take, setAsk }: { take: (files: readonly Dropped[]) => void; setAsk: (ask: Ask) => void }): ReactElement {
  const folderInput = useRef<HTMLInputElement>(null);
  return (
    <Group gap="xs">
      <Menu position="bottom-end" withinPortal transitionProps={{ duration: 80 }}>
        <Menu.Target>
          <Button variant="default" leftSection={<Icon name="plus" size={16} />}>
            {text.make}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="files" size={16} />} onClick={() => setAsk({ kind: "folder" })}>
            {text.newFolder}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="file" size={16} />} onClick={() => setAsk({ kind: "text" })}>
            {text.newFile}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="upload" size={16} />} onClick={() => folderInput.current?.click()}>
            {text.uploadFolder}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={folderInput}
        type="file"
        hidden
        aria-label={text.uploadFolder}
        data-folder
        {...{ webkitdirectory: "" }}
        onChange={(e) => {
          take(ofChooser([...(e.currentTarget.files ?? [])]));
          e.currentTarget.value = "";
        }}
      />
      <FileButton multiple onChange={(list) => take(ofChooser(list))} inputProps={{ "aria-label": text.uploadFiles }}>
        {(props) => (
          <Button {...props} leftSection={<Icon name="upload" size={16} />}>
            {text.uploadFiles}
          </Button>
        )}
      </FileButton>
    </Group>
  );
}
