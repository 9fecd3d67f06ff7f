/** What can be done with entries of a folder, whether asked for by menu, bar or key. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { call, words } from "../../api/client";
import { zipUrl, contentUrl, type Place } from "../../api/files";
import type { FileEntry } from "../../api/types";
import { stem, under } from "../../lib/paths";
import { toast } from "../../ui/toasts";
import { extract, remove } from "./operations";

/** What is asked of the person in a dialog. */
export type Ask =
  | { kind: "folder" }
  | { kind: "text" }
  | { kind: "rename"; entry: FileEntry }
  | { kind: "move" | "copy" | "pack"; paths: readonly string[] }
  | { kind: "share"; path: string; isFolder: boolean }
  | { kind: "versions"; path: string }
  | { kind: "keys" };

export interface FolderActions {
  download: (entries: readonly FileEntry[]) => void;
  rename: (entry: FileEntry) => void;
  move: (entries: readonly FileEntry[]) => void;
  copy: (entries: readonly FileEntry[]) => void;
  pack: (entries: readonly FileEntry[]) => void;
  extract: (entry: FileEntry) => void;
  share: (entry: FileEntry) => void;
  versions: (entry: FileEntry) => void;
  preview: (entry: FileEntry) => void;
  openInDesktop: (entry: FileEntry) => void;
  remove: (entries: readonly FileEntry[]) => void;
}

export function useFolderActions({
  place,
  folder,
  setAsk,
  open,
}: {
  place: Place;
  folder: string;
  setAsk: (ask: Ask) => void;
  open: (path: string) => void;
}): FolderActions {
  const client = useQueryClient();
  const navigate = useNavigate();
  const at = (entry: FileEntry) => under(folder, entry.name);
  return {
    download: (entries) => {
      const [one] = entries;
      const single = entries.length === 1 && one?.kind === "file";
      window.location.assign(single ? contentUrl(place, at(one)) : zipUrl(place, entries.map(at)));
    },
    rename: (entry) => setAsk({ kind: "rename", entry }),
    move: (entries) => setAsk({ kind: "move", paths: entries.map(at) }),
    copy: (entries) => setAsk({ kind: "copy", paths: entries.map(at) }),
    pack: (entries) => setAsk({ kind: "pack", paths: entries.map(at) }),
    extract: (entry) => void extract(client, place, at(entry), under(folder, stem(entry.name))),
    share: (entry) => setAsk({ kind: "share", path: at(entry), isFolder: entry.kind === "folder" }),
    versions: (entry) => setAsk({ kind: "versions", path: at(entry) }),
    preview: (entry) => open(at(entry)),
    openInDesktop: (entry) => {
      call("post", "/desktops", { body: { kind: "application", file: at(entry) } }).then(
        (made) => navigate(`/desktops/${made.id}`),
        (e: unknown) => toast.failed(words(e)),
      );
    },
    remove: (entries) => void remove(client, place, entries.map(at)),
  };
}
