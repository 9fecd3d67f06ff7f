/** Deletions wait some seconds for Undo before they are sent; leaving the program sends them at once. */
import { useSyncExternalStore } from "react";
import { csrfToken, send, words } from "../../api/client";
import { fileUrl } from "../../api/upload";
import { files as text } from "../../text/places";
import { toast } from "../../ui/toasts";

const UNDO_MS = 6_000;

interface Pending {
  timer: ReturnType<typeof setTimeout>;
}

const waiting = new Map<string, Pending>();
let paths: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function changed(): void {
  paths = new Set(waiting.keys());
  listeners.forEach((tell) => tell());
}

/** The paths that look deleted already. */
export function usePendingDeletes(): ReadonlySet<string> {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => paths,
  );
}

export function deleteLater(path: string, name: string, done: () => void): void {
  const timer = setTimeout(() => {
    send("DELETE", fileUrl(path))
      .catch((e: unknown) => toast.failed(words(e)))
      .finally(() => {
        done();
        // the listing answers a moment later: until then the row must not come back
        setTimeout(() => {
          waiting.delete(path);
          changed();
        }, 800);
      });
  }, UNDO_MS);
  waiting.set(path, { timer });
  changed();
  toast.undoable(
    text.removed(name),
    () => {
      clearTimeout(timer);
      waiting.delete(path);
      changed();
    },
    UNDO_MS,
  );
}

window.addEventListener("pagehide", () => {
  for (const [path, { timer }] of waiting) {
    clearTimeout(timer);
    void fetch(fileUrl(path), { method: "DELETE", keepalive: true, headers: { "X-CSRF-Token": csrfToken() } });
  }
});
