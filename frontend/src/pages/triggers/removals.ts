/** Deletions of triggers wait some seconds for Undo; leaving the program sends them at once. */
import { useSyncExternalStore } from "react";
import { API, call, csrfToken, words } from "../../api/client";
import { text } from "../../text/triggers";
import { toast } from "../../ui/toasts";

const UNDO_MS = 6_000;

const waiting = new Map<number, ReturnType<typeof setTimeout>>();
let ids: ReadonlySet<number> = new Set();
const listeners = new Set<() => void>();

function changed(): void {
  ids = new Set(waiting.keys());
  listeners.forEach((tell) => tell());
}

/** The triggers that look deleted already. */
export function useRemovals(): ReadonlySet<number> {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => ids,
  );
}

export function removeLater(id: number, name: string, done: () => Promise<void>): void {
  const send = async () => {
    try {
      await call("delete", "/triggers/{trigger}", { path: { trigger: id } });
    } catch (e) {
      toast.failed(words(e));
    }
    await done();
    waiting.delete(id);
    changed();
  };
  waiting.set(
    id,
    setTimeout(() => void send(), UNDO_MS),
  );
  changed();
  toast.undoable(
    text.removed(name),
    () => {
      clearTimeout(waiting.get(id));
      waiting.delete(id);
      changed();
    },
    UNDO_MS,
  );
}

window.addEventListener("pagehide", () => {
  for (const [id, timer] of waiting) {
    clearTimeout(timer);
    void fetch(`${API}/triggers/${id}`, { method: "DELETE", keepalive: true, headers: { "X-CSRF-Token": csrfToken() } });
  }
});
