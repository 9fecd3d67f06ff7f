/** Short notices at the bottom, with undo where the action has one. At most four; each leaves by itself. */
import { Button, Notification, Portal, Stack } from "@mantine/core";
import { useSyncExternalStore, type ReactElement } from "react";
import { text } from "../text/common";

interface Toast {
  id: number;
  words: string;
  bad: boolean;
  undo?: () => void;
}

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((tell) => tell());
}

function drop(id: number): void {
  set(toasts.filter((t) => t.id !== id));
}

function show(words: string, bad: boolean, undo?: () => void, milliseconds = 5_000): void {
  const id = ++last;
  set([...toasts.slice(-3), { id, words, bad, undo }]);
  setTimeout(() => drop(id), milliseconds);
}

export const toast = {
  done: (words: string) => show(words, false),
  failed: (words: string) => show(words, true, undefined, 10_000),
  undoable: (words: string, undo: () => void, milliseconds: number) => show(words, false, undo, milliseconds),
};

export function Toasts(): ReactElement {
  const list = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => toasts,
  );
  return (
    <Portal>
      <Stack
        gap="xs"
        aria-live="polite"
        role="status"
        style={{ position: "fixed", right: 16, bottom: 72, zIndex: 500, width: "min(400px, calc(100vw - 32px))" }}
      >
        {list.map((t) => (
          <Notification
            key={t.id}
            color={t.bad ? "red" : "petrol"}
            withBorder
            onClose={() => drop(t.id)}
            closeButtonProps={{ "aria-label": text.close }}
            className="wrap"
          >
            {t.words}
            {t.undo !== undefined && (
              <Button
                size="compact-sm"
                variant="light"
                ml="sm"
                onClick={() => {
                  t.undo?.();
                  drop(t.id);
                }}
              >
                {text.undo}
              </Button>
            )}
          </Notification>
        ))}
      </Stack>
    </Portal>
  );
}
