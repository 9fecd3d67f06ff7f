/**
 * Uploads that go on while the person looks at other pages, over lost connections, a closed laptop and a reload: each
 * is a tus upload, of which the appliance knows how far it came. Three move at a time, the others wait.
 */
import { useSyncExternalStore } from "react";
import type { Upload } from "tus-js-client";
import { csrfToken, send, words } from "../../api/client";
import { HOME, placeKey, shareId, uploadsUrl, type Place } from "../../api/files";
import { last } from "../../lib/paths";
import { saySentence } from "../../lib/said";
import { tray as text } from "../../text/files";
import { toast } from "../../ui/toasts";
import type { Dropped } from "./dropped";

export type UploadState = "waiting" | "moving" | "paused" | "offline" | "failed" | "unfinished";

export interface Moving {
  id: number;
  place: Place;
  path: string;
  bytes: number;
  sent: number;
  state: UploadState;
  failure?: string;
}

/** As `GET /uploads` lists what is unfinished. */
interface Unfinished {
  id: string;
  path: string;
  share: number;
  bytes: number;
  offset: number;
  modified: string;
}

interface Work {
  file?: File;
  /** The address of the upload once the appliance knows it. */
  url?: string;
  modified?: string;
  tus?: Upload;
  /** Whether it takes the place of a file of that name, whose earlier version is kept. */
  replace?: boolean;
  done: () => void;
  /** Hears once whether it arrived, or was taken off the list. */
  settled?: (arrived: boolean) => void;
}

const AT_ONCE = 3;
const AGAIN_MS = 10_000;
/** Smaller files are sent along with the announcement: one request instead of two. */
const SMALL_BYTES = 1_000_000;

let list: readonly Moving[] = [];
let finished = 0;
let newest = 0;
const work = new Map<number, Work>();
const listeners = new Set<() => void>();

function set(next: readonly Moving[]): void {
  list = next;
  listeners.forEach((tell) => tell());
}

function change(id: number, part: Partial<Moving>): void {
  set(list.map((m) => (m.id === id ? { ...m, ...part } : m)));
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function useUploads(): readonly Moving[] {
  return useSyncExternalStore(subscribe, () => list);
}

/** How many files arrived since the list was last empty. */
export function useFinished(): number {
  return useSyncExternalStore(subscribe, () => finished);
}

/** Queues files for a place; `path` of each is beneath `folder`. A name that is taken gets a number. */
export function uploadAll(place: Place, folder: string, files: readonly Dropped[], done: () => void): void {
  const added = files.map(({ path, file }): Moving => {
    const id = ++newest;
    work.set(id, { file, modified: String(file.lastModified), done });
    return { id, place, path: folder === "" ? path : `${folder}/${path}`, bytes: file.size, sent: 0, state: "waiting" };
  });
  set([...list.filter((m) => !added.some((a) => m.state === "unfinished" && isSame(m, a))), ...added]);
  next();
}

/** Queues one file for exactly that path of one's home, as a form names it; the same file chosen anew goes on where it stopped. */
export function uploadTo(path: string, file: File, settled: (arrived: boolean) => void): number {
  const id = ++newest;
  const added: Moving = { id, place: HOME, path, bytes: file.size, sent: 0, state: "waiting" };
  work.set(id, { file, modified: String(file.lastModified), replace: true, done: () => undefined, settled });
  set([...list.filter((m) => !(m.state === "unfinished" && isSame(m, added))), added]);
  next();
  return id;
}

function isSame(a: Moving, b: Moving): boolean {
  return (
    a.path === b.path && a.bytes === b.bytes && placeKey(a.place) === placeKey(b.place) && work.get(a.id)?.modified === work.get(b.id)?.modified
  );
}

function next(): void {
  let moving = list.filter((m) => m.state === "moving").length;
  const starting: Moving[] = [];
  for (const one of list) {
    if (moving >= AT_ONCE) {
      break;
    }
    if (one.state === "waiting") {
      moving++;
      starting.push(one);
    }
  }
  if (starting.length > 0) {
    const ids = new Set(starting.map((m) => m.id));
    set(list.map((m) => (ids.has(m.id) ? { ...m, state: "moving", failure: undefined } : m)));
    starting.forEach((m) => void start(m));
  }
}

async function start(one: Moving): Promise<void> {
  const { id } = one;
  const mine = work.get(id);
  if (mine?.file === undefined) {
    return;
  }
  const { file } = mine;
  try {
    const tus = await import("tus-js-client");
    if (mine.url === undefined && file.size >= SMALL_BYTES) {
      mine.url = await known(one, mine);
    }
    const upload = new tus.Upload(file, {
      endpoint: uploadsUrl(one.place),
      uploadUrl: mine.url,
      metadata: { path: one.path, share: String(shareId(one.place)), modified: mine.modified ?? "", ...(mine.replace === true ? { replace: "yes" } : {}) },
      retryDelays: [0, 500, 2_000],
      uploadDataDuringCreation: file.size < SMALL_BYTES,
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => request.setHeader("X-CSRF-Token", csrfToken()),
      onUploadUrlAvailable: () => {
        mine.url = upload.url ?? undefined;
      },
      onProgress: (sent) => change(id, { sent }),
      onSuccess: () => arrived(id),
      onError: (error) => failed(id, error),
    });
    mine.tus = upload;
    if (list.some((m) => m.id === id && m.state === "moving")) {
      upload.start();
    }
  } catch (e) {
    failed(id, e);
  }
}

/** The address of the same upload, when it was begun before. */
async function known(one: Moving, mine: Work): Promise<string | undefined> {
  const same = (await unfinishedAt(one.place)).find(
    (u) => u.path === one.path && u.share === shareId(one.place) && u.bytes === one.bytes && u.modified === mine.modified,
  );
  return same === undefined ? undefined : `${uploadsUrl(one.place)}/${same.id}`;
}

async function unfinishedAt(place: Place): Promise<Unfinished[]> {
  const response = await send("GET", uploadsUrl(place));
  return ((await response.json()) as { uploads: Unfinished[] }).uploads;
}

function arrived(id: number): void {
  const mine = work.get(id);
  const one = list.find((m) => m.id === id);
  work.delete(id);
  if (mine?.settled !== undefined) {
    set(list.filter((m) => m.id !== id));
    mine.settled(true); // the form says so itself
    next();
    return;
  }
  finished++;
  set(list.filter((m) => m.id !== id));
  const busy = list.some((m) => m.state === "moving" || m.state === "waiting");
  if (!busy && one !== undefined) {
    toast.done(finished === 1 ? text.uploaded(last(one.path)) : text.uploadedMany(finished));
    finished = 0;
  }
  if (!busy || finished % 25 === 0) {
    mine?.done();
  }
  next();
}

function failed(id: number, error: unknown): void {
  const response = (error as { originalResponse?: { getStatus: () => number; getBody: () => string } | null }).originalResponse;
  const status = response?.getStatus() ?? 0;
  if (response === undefined && !(error instanceof Error && "originalRequest" in error)) {
    change(id, { state: "failed", failure: words(error) });
  } else if (status === 0 || status === 503) {
    change(id, { state: "offline" });
    setTimeout(() => resumeFrom(id, "offline"), AGAIN_MS);
  } else if (status === 404 && work.get(id)?.url !== undefined) {
    const mine = work.get(id); // it has expired: begin again
    if (mine !== undefined) {
      mine.url = undefined;
      change(id, { state: "waiting", sent: 0 });
    }
  } else {
    change(id, { state: "failed", failure: problemWords(response?.getBody() ?? "") ?? words(error) });
  }
  next();
}

function problemWords(body: string): string | undefined {
  try {
    const { detail } = JSON.parse(body) as { detail?: string };
    return detail === undefined ? undefined : saySentence(detail);
  } catch {
    return undefined; // not JSON: the error speaks
  }
}

function resumeFrom(id: number, state: UploadState): void {
  if (list.some((m) => m.id === id && m.state === state)) {
    change(id, { state: "waiting" });
    next();
  }
}

export function pause(id: number): void {
  const one = list.find((m) => m.id === id);
  if (one?.state === "moving" || one?.state === "waiting" || one?.state === "offline") {
    void work.get(id)?.tus?.abort();
    change(id, { state: "paused" });
    next();
  }
}

export function resume(id: number): void {
  const one = list.find((m) => m.id === id);
  if (one !== undefined) {
    resumeFrom(id, one.state);
  }
}

/** Goes on with an upload of an earlier visit; false when it is not the same file. */
export function chooseAgain(id: number, file: File): boolean {
  const one = list.find((m) => m.id === id);
  const mine = work.get(id);
  if (one === undefined || mine === undefined || file.size !== one.bytes || String(file.lastModified) !== mine.modified) {
    return false;
  }
  mine.file = file;
  change(id, { state: "waiting" });
  next();
  return true;
}

/** Takes an upload off the list, and what of it is on the appliance. */
export function cancel(id: number): void {
  const mine = work.get(id);
  void mine?.tus?.abort();
  if (mine?.url !== undefined) {
    const url = new URL(mine.url, window.location.origin);
    void fetch(url, { method: "DELETE", headers: { "X-CSRF-Token": csrfToken(), "Tus-Resumable": "1.0.0" } }).catch(() => undefined); // it expires by itself
  }
  work.delete(id);
  set(list.filter((m) => m.id !== id));
  mine?.settled?.(false);
  next();
}

/** Lists what an earlier visit left unfinished. */
export async function recall(place: Place, done: () => void): Promise<void> {
  const found = (await unfinishedAt(place)).filter((u) => ![...work.values()].some((w) => w.url?.endsWith(u.id) === true) && u.bytes >= SMALL_BYTES);
  const added = found.map((u): Moving => {
    const id = ++newest;
    work.set(id, { url: `${uploadsUrl(place)}/${u.id}`, modified: u.modified, done });
    const target: Place = place.kind === "link" || u.share === 0 ? place : { kind: "share", id: u.share };
    return { id, place: target, path: u.path, bytes: u.bytes, sent: u.offset, state: "unfinished" };
  });
  if (added.length > 0) {
    set([...list, ...added]);
  }
}

window.addEventListener("online", () => {
  set(list.map((m) => (m.state === "offline" ? { ...m, state: "waiting" } : m)));
  next();
});
