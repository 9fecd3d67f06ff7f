import { useEffect, useState } from "react";

/** True while the person types: then letters are letters. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select") || target.closest("[role=dialog]") !== null)
  );
}

/** Whether every key, Ctrl-K too, belongs to the screen or terminal that has the focus. */
export function takesAllKeys(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest("[data-screen], [data-terminal]") !== null;
}

/**
 * `j` and `k` move along the rows of a list, Enter opens one, `/` goes to the filter line (the element with
 * data-filter). Gives the current row, -1 for none.
 */
export function useListKeys(rows: number, open: (row: number) => void): number {
  const [chosen, setCurrent] = useState(-1);
  const current = Math.min(chosen, rows - 1);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) {
        return;
      }
      if (event.key === "j" || event.key === "k") {
        const next = Math.max(0, Math.min(rows - 1, current + (event.key === "j" ? 1 : -1)));
        setCurrent(next);
        document.querySelectorAll("tr.row, a.row")[next]?.scrollIntoView({ block: "nearest" });
      } else if (event.key === "Enter" && current >= 0 && (document.activeElement === document.body || document.activeElement?.tagName === "H1")) {
        open(current);
      } else if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLElement>("[data-filter]")?.focus();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [rows, current, open]);
  return current;
}
