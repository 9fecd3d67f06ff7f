/** What the keys do in a folder's list. */
import type { KeyboardEvent } from "react";

export type KeyAction = "next" | "previous" | "pageDown" | "pageUp" | "first" | "last" | "toggle" | "all" | "open" | "up" | "escape" | "rename" | "delete" | "move" | "copy";

/** What a key asks for, if anything. */
export function keyAction(event: KeyboardEvent): KeyAction | undefined {
  if (event.ctrlKey || event.metaKey) {
    return event.key === "a" ? "all" : undefined;
  }
  const actions: Record<string, KeyAction> = {
    ArrowDown: "next",
    ArrowUp: "previous",
    j: "next",
    k: "previous",
    PageDown: "pageDown",
    PageUp: "pageUp",
    Home: "first",
    End: "last",
    " ": "toggle",
    Enter: "open",
    Backspace: "up",
    Escape: "escape",
    F2: "rename",
    Delete: "delete",
    m: "move",
    c: "copy",
  };
  return actions[event.key];
}
