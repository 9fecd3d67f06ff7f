/** Uploads that go on while the person looks at other pages. Two at a time, the others wait. */
import { useSyncExternalStore } from "react";
import { words } from "../../api/client";
import { freeName, upload, type Upload } from "../../api/upload";
import { files as text } from "../../text/places";
import { toast } from "../../ui/toasts";

export interface Moving {
  id: number;
  name: string;
  part: number;
  failure?: string;
}

const AT_ONCE = 2;

interface Waiting {
  moving: Moving;
  path: string;
  file: File;
  done: () => void;
}

let list: readonly Moving[] = [];
let last = 0;
const queue: Waiting[] = [];
const running = new Map<number, Upload>();
const listeners = new Set<() => void>();

function set(next: readonly Moving[]): void {
  list = next;
  listeners.forEach((tell) => tell());
}

function change(id: number, part: Partial<Moving>): void {
  set(list.map((m) => (m.id === id ? { ...m, ...part } : m)));
}

export function useUploads(): readonly Moving[] {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => list,
  );
}

/** Queues files for a folder. A name that is taken gets a number; nothing is overwritten. */
export function uploadAll(folder: string, files: readonly File[], taken: ReadonlySet<string>, done: () => void): void {
  const names = new Set(taken);
  for (const file of files) {
    const name = freeName(file.name, names);
    names.add(name);
    const moving: Moving = { id: ++last, name, part: 0 };
    queue.push({ moving, path: folder === "" ? name : `${folder}/${name}`, file, done });
    set([...list, moving]);
  }
  next();
}

function next(): void {
  while (running.size < AT_ONCE) {
    const one = queue.shift();
    if (one === undefined) {
      return;
    }
    start(one);
  }
}

function start({ moving, path, file, done }: Waiting): void {
  const { id, name } = moving;
  const going = upload(path, file, (part) => change(id, { part }));
  running.set(id, going);
  going.done
    .then(() => {
      set(list.filter((m) => m.id !== id));
      toast.done(text.uploaded(name));
      done();
    })
    .catch((e: unknown) => change(id, { failure: words(e) }))
    .finally(() => {
      running.delete(id);
      next();
    });
}

/** Stops one that moves or waits, and takes a failed one off the list. */
export function stopUpload(id: number): void {
  const at = queue.findIndex((w) => w.moving.id === id);
  if (at >= 0) {
    queue.splice(at, 1);
  }
  set(list.filter((m) => m.id !== id));
  running.get(id)?.abort();
}
