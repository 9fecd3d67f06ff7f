/** What the appliance keeps of deleted and overwritten files, and how much room there is. */
import { queryOptions } from "@tanstack/react-query";
import { API, send } from "./client";
import { fileKeys, type StorageUse, type TrashEntry, type Version } from "./files";

async function read<T>(url: string, signal: AbortSignal): Promise<T> {
  return (await (await send("GET", url, { signal })).json()) as T;
}

export const storageQuery = queryOptions({
  queryKey: fileKeys.storage,
  queryFn: ({ signal }) => read<StorageUse>(`${API}/storage`, signal),
  retry: false,
});

export const trashQuery = queryOptions({
  queryKey: fileKeys.trash,
  queryFn: async ({ signal }) => (await read<{ entries: TrashEntry[] }>(`${API}/trash`, signal)).entries,
});

export const versionsQuery = (path: string) =>
  queryOptions({
    queryKey: fileKeys.versions(path),
    queryFn: async ({ signal }) => (await read<{ versions: Version[] }>(`${API}/versions?path=${encodeURIComponent(path)}`, signal)).versions,
  });

export async function restoreFromTrash(id: string): Promise<void> {
  await send("POST", `${API}/trash/${id}/restore`);
}

export async function deleteFromTrash(id: string): Promise<void> {
  await send("DELETE", `${API}/trash/${id}`);
}

export async function emptyTrash(): Promise<void> {
  await send("DELETE", `${API}/trash`);
}

export async function restoreVersion(id: string): Promise<void> {
  await send("POST", `${API}/versions/${id}/restore`);
}

export function versionUrl(id: string): string {
  return `${API}/versions/${id}/content`;
}
