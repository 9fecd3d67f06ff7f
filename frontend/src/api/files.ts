/** Files as the pages see them: places, addresses, and the reads behind the Files page. */
import { queryOptions } from "@tanstack/react-query";
import { API, call, send } from "./client";
import type { components } from "./generated/api";
import { keys } from "./queries";
import type { FileEntry } from "./types";

export type Share = components["schemas"]["Share"];
export type ReceivedShare = components["schemas"]["ReceivedShare"];
export type OpenedLink = components["schemas"]["OpenedLink"];
export type FileOperation = components["schemas"]["FileOperation"];

/** Whose files: one's own home, something shared by another, or what lies behind a link. */
export type Place = { kind: "home" } | { kind: "share"; id: number } | { kind: "link"; id: number };

export const HOME: Place = { kind: "home" };

export function placeKey(place: Place): string {
  return place.kind === "home" ? "home" : `${place.kind}/${place.id}`;
}

/** The number of the share for operations of the contract; 0 is one's own home. */
export function shareId(place: Place): number {
  return place.kind === "share" ? place.id : 0;
}

function base(place: Place): string {
  switch (place.kind) {
    case "home":
      return API;
    case "share":
      return `${API}/shared/${place.id}`;
    case "link":
      return `${API}/links/${place.id}`;
  }
}

function escaped(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The address of a file or folder; it leaves as an attachment. */
export function contentUrl(place: Place, path: string): string {
  return `${base(place)}/files/${escaped(path)}`;
}

/** The address of one zip of several files and folders; of the whole place when there are none. */
export function zipUrl(place: Place, paths: readonly string[]): string {
  const query = new URLSearchParams(paths.map((p) => ["path", p]));
  return `${base(place)}/archive?${query.toString()}`;
}

export function uploadsUrl(place: Place): string {
  return place.kind === "link" ? `${base(place)}/uploads` : `${API}/uploads`;
}

export const listingQuery = (place: Place, path: string) =>
  queryOptions({
    queryKey: [...keys.folder(path), placeKey(place)],
    queryFn: async ({ signal }): Promise<{ entries: FileEntry[]; more: boolean }> => {
      const response = await send("GET", contentUrl(place, path), { signal });
      return (await response.json()) as { entries: FileEntry[]; more: boolean };
    },
    retry: false,
  });

export interface TrashEntry {
  id: string;
  path: string;
  kind: "file" | "folder";
  bytes: number;
  deletedAt: string;
  expiresAt: string;
}

export interface Version {
  id: string;
  bytes: number;
  modifiedAt: string;
  savedAt: string;
  expiresAt: string;
}

export interface StorageUse {
  usedBytes: number;
  quotaBytes: number | null;
  trashBytes: number;
  versionBytes: number;
  retentionDays: number;
}

export const fileKeys = {
  trash: ["trash"] as const,
  versions: (path: string) => ["versions", path] as const,
  storage: ["storage"] as const,
  shares: ["shares"] as const,
  received: ["received"] as const,
};

export const sharesQuery = queryOptions({
  queryKey: fileKeys.shares,
  queryFn: async ({ signal }) => (await call("get", "/shares", { signal })).shares,
});

export const receivedQuery = queryOptions({
  queryKey: fileKeys.received,
  queryFn: async ({ signal }) => (await call("get", "/shares/received", { signal })).shares,
});

export interface Hit extends FileEntry {
  path: string;
}

export interface SearchState {
  hits: readonly Hit[];
  seen: number;
  done: boolean;
  more: boolean;
}

/** Searches by name below a folder; tells what it has found whenever more arrives. */
export async function search(
  place: Place,
  path: string,
  name: string,
  tell: (state: SearchState) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams({ name, path });
  const response = await send("GET", `${base(place)}/search?${query.toString()}`, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let state: SearchState = { hits: [], seen: 0, done: false, more: false };
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    const found: Hit[] = [];
    for (const line of lines) {
      if (line === "") {
        continue;
      }
      const value = JSON.parse(line) as Hit | { done: true; more: boolean; seen: number };
      if ("done" in value) {
        state = { ...state, done: true, more: value.more, seen: value.seen };
      } else {
        found.push(value);
      }
    }
    state = { ...state, hits: [...state.hits, ...found] };
    tell(state);
  }
}
