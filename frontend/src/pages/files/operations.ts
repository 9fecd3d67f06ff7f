/** Operations on many files: begun here, watched by asking, told in toasts with Undo. They go on over navigation. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { call, send, words } from "../../api/client";
import { fileKeys, shareId, type FileOperation, type Place, type TrashEntry } from "../../api/files";
import { keys } from "../../api/queries";
import { last, under } from "../../lib/paths";
import { files as text } from "../../text/files";
import { toast } from "../../ui/toasts";

const ASK_MS = 500;
const UNDO_MS = 10_000;

let list: readonly FileOperation[] = [];
const listeners = new Set<() => void>();

function set(next: readonly FileOperation[]): void {
  list = next;
  listeners.forEach((tell) => tell());
}

/** What runs longer than a moment. */
export function useOperations(): readonly FileOperation[] {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => list,
  );
}

export function cancelOperation(id: number): void {
  call("delete", "/file-operations/{operation}", { path: { operation: id } }).catch((e: unknown) => toast.failed(words(e)));
}

interface Wanted {
  kind: "folder" | "move" | "copy" | "delete" | "archive" | "extract";
  share?: number;
  targetShare?: number;
  items?: { from: string; to?: string }[];
  target?: string;
  conflict?: "refuse" | "rename";
}

/** Runs one; gives it when it is done, undefined when it failed and the person was told. */
async function run(client: QueryClient, wanted: Wanted): Promise<FileOperation | undefined> {
  try {
    let operation = await call("post", "/file-operations", { body: { conflict: "rename", ...wanted } });
    while (operation.state === "running") {
      const now = operation;
      set([...list.filter((o) => o.id !== now.id), now]);
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      operation = await call("get", "/file-operations/{operation}", { path: { operation: operation.id } });
    }
    const { id } = operation;
    set(list.filter((o) => o.id !== id));
    if (operation.state === "failed") {
      toast.failed(operation.problem ?? "");
      return undefined;
    }
    if (operation.state === "cancelled") {
      toast.done(text.workCancelled(text.working[wanted.kind] ?? wanted.kind));
      return undefined;
    }
    if (typeof operation.note === "string") {
      toast.done(operation.note);
    }
    return operation;
  } catch (e) {
    toast.failed(words(e));
    return undefined;
  } finally {
    refresh(client);
  }
}

export function refresh(client: QueryClient): void {
  for (const queryKey of [keys.folders, fileKeys.trash, fileKeys.storage, fileKeys.shares]) {
    void client.invalidateQueries({ queryKey });
  }
}

export async function makeFolder(client: QueryClient, place: Place, path: string): Promise<boolean> {
  const done = await run(client, { kind: "folder", share: shareId(place), target: path, conflict: "refuse" });
  return done !== undefined;
}

/** Moves to a folder; the toast offers to put it back. */
export async function move(client: QueryClient, place: Place, paths: readonly string[], target: Place, folder: string): Promise<void> {
  const items = paths.map((from) => ({ from, to: under(folder, last(from)) }));
  const done = await run(client, { kind: "move", share: shareId(place), targetShare: shareId(target), items });
  if (done !== undefined) {
    undoable(text.did.moved(items.length, folder === "" ? text.home : last(folder)), () => putBack(client, target, place, done));
  }
}

export async function rename(client: QueryClient, place: Place, path: string, to: string): Promise<boolean> {
  const done = await run(client, { kind: "move", share: shareId(place), items: [{ from: path, to }], conflict: "refuse" });
  if (done !== undefined) {
    undoable(text.did.renamed(last(path), last(to)), () => putBack(client, place, place, done));
  }
  return done !== undefined;
}

async function putBack(client: QueryClient, from: Place, to: Place, done: FileOperation): Promise<void> {
  const items = done.items.map((item) => ({ from: item.to ?? "", to: item.from })).toReversed();
  if ((await run(client, { kind: "move", share: shareId(from), targetShare: shareId(to), items })) !== undefined) {
    toast.done(text.did.undone);
  }
}

export async function copy(client: QueryClient, place: Place, paths: readonly string[], target: Place, folder: string): Promise<void> {
  const items = paths.map((from) => ({ from, to: under(folder, last(from)) }));
  const done = await run(client, { kind: "copy", share: shareId(place), targetShare: shareId(target), items });
  if (done !== undefined) {
    toast.done(text.did.copied(items.length, folder === "" ? text.home : last(folder)));
  }
}

/** Deletes into the trash; the toast offers to restore. */
export async function remove(client: QueryClient, place: Place, paths: readonly string[]): Promise<void> {
  const done = await run(client, { kind: "delete", share: shareId(place), items: paths.map((from) => ({ from })) });
  if (done === undefined) {
    return;
  }
  const words_ = text.did.deleted(paths.map(last));
  if (place.kind === "home") {
    undoable(words_, () => restorePaths(client, paths));
  } else {
    toast.done(words_); // it lies in its owner's trash
  }
}

/** Restores what was deleted last of each path. */
async function restorePaths(client: QueryClient, paths: readonly string[]): Promise<void> {
  try {
    const response = await send("GET", "/api/v1/trash");
    const entries = ((await response.json()) as { entries: TrashEntry[] }).entries.toSorted((a, b) => Date.parse(b.deletedAt) - Date.parse(a.deletedAt));
    const found = paths.map((path) => entries.find((e) => e.path === path)).filter((e) => e !== undefined);
    for (const entry of found) {
      await send("POST", `/api/v1/trash/${entry.id}/restore`);
    }
    toast.done(text.did.restored(found.length));
  } catch (e) {
    toast.failed(words(e));
  } finally {
    refresh(client);
  }
}

function undoable(words_: string, undo: () => Promise<void>): void {
  toast.undoable(words_, () => void undo(), UNDO_MS);
}

export async function pack(client: QueryClient, place: Place, paths: readonly string[], target: string): Promise<void> {
  const done = await run(client, { kind: "archive", share: shareId(place), items: paths.map((from) => ({ from })), target });
  if (done !== undefined) {
    toast.done(text.did.packed(last(done.items[0]?.to ?? target)));
  }
}

export async function extract(client: QueryClient, place: Place, path: string, target: string): Promise<void> {
  const done = await run(client, { kind: "extract", share: shareId(place), items: [{ from: path }], target });
  if (done !== undefined) {
    toast.done(text.did.extracted(last(done.items[0]?.to ?? target)));
  }
}
