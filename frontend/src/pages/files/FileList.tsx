/**
 * The rows of a folder: a grid in the sense of ARIA, of which only the rows on screen exist. One stop of the Tab key;
 * arrows go from row to row.
 */
import { Checkbox, UnstyledButton } from "@mantine/core";
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent, type MouseEvent, type ReactElement, type Ref } from "react";
import type { Place } from "../../api/files";
import type { FileEntry } from "../../api/types";
import { under } from "../../lib/paths";
import { files as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { FileRow } from "./FileRow";
import { DRAG_TYPE } from "./FolderView";
import styles from "./files.module.css";
import type { FolderActions } from "./folderActions";
import { keyAction } from "./gridKeys";
import { all, only, range, step, toggle, type Selection } from "./selection";

export interface Sort {
  by: "name" | "bytes" | "modifiedAt";
  down: boolean;
}

export interface FileListProps {
  ref: Ref<HTMLDivElement>;
  entries: readonly FileEntry[];
  folder: string;
  place: Place;
  sort: Sort;
  setSort: (sort: Sort) => void;
  selection: Selection;
  setSelection: (selection: Selection) => void;
  open: (entry: FileEntry) => void;
  up: () => void;
  escape: () => void;
  actions: FolderActions;
  mayWrite: boolean;
  dropOn: (event: DragEvent, name: string) => void;
}

const ROW = 44;
const HEAD = 36;
const BEYOND = 10;

/** The rows that the window shows, with some beyond. */
function useVisible(box: React.RefObject<HTMLDivElement | null>, count: number): { from: number; to: number } {
  const [visible, setVisible] = useState({ from: 0, to: Math.min(count, 60) });
  useEffect(() => {
    const look = () => {
      const top = box.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor((-top - HEAD) / ROW) - BEYOND);
      const to = Math.min(count, Math.ceil((window.innerHeight - top - HEAD) / ROW) + BEYOND);
      setVisible((before) => (before.from === from && before.to === to ? before : { from, to: Math.max(from, to) }));
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", look);
    return () => {
      window.removeEventListener("scroll", look);
      window.removeEventListener("resize", look);
    };
  }, [box, count]);
  return { from: Math.min(visible.from, count), to: Math.min(visible.to, count) };
}

export function FileList(props: FileListProps): ReactElement {
  const { ref, entries, folder, sort, setSort, selection, setSelection, open, up, escape, actions, mayWrite, dropOn, place } = props;
  const box = useRef<HTMLDivElement>(null);
  const { from, to } = useVisible(box, entries.length);
  const names = entries.map((e) => e.name);
  const current = selection.current;

  const show = (name: string | undefined) => {
    const at = name === undefined ? -1 : names.indexOf(name);
    if (at >= 0 && box.current !== null) {
      const top = box.current.getBoundingClientRect().top + HEAD + at * ROW;
      if (top < 80) {
        window.scrollBy(0, top - 120);
      } else if (top + ROW > window.innerHeight - 80) {
        window.scrollBy(0, top + ROW - window.innerHeight + 120);
      }
    }
  };
  const move = (next: Selection) => {
    setSelection(next);
    show(next.current);
  };
  const chosen = () => {
    const picked = entries.filter((e) => selection.chosen.has(e.name));
    const here = entries.find((e) => e.name === current);
    return picked.length > 0 ? picked : here === undefined ? [] : [here];
  };
  const onKey = (event: KeyboardEvent) => {
    const here = entries.find((e) => e.name === current);
    const run = keyAction(event);
    if (run === undefined || (event.target as HTMLElement).closest("[role=menu]") !== null) {
      return;
    }
    if ((run === "open" || run === "toggle") && (event.target as HTMLElement).closest("button,input") !== null) {
      return; // the button's own key
    }
    event.preventDefault();
    event.stopPropagation();
    const steps = { next: 1, previous: -1, pageDown: 12, pageUp: -12, first: -1e9, last: 1e9 } as const;
    switch (run) {
      case "next":
      case "previous":
      case "pageDown":
      case "pageUp":
      case "first":
      case "last": {
        const stepped = step(selection, names, steps[run]);
        move(event.shiftKey && stepped.current !== undefined ? range(selection, names, stepped.current) : stepped);
        break;
      }
      case "toggle":
        if (current !== undefined) {
          setSelection(toggle(selection, current));
        }
        break;
      case "all":
        setSelection(all(selection, names));
        break;
      case "open":
        if (here !== undefined) {
          open(here);
        }
        break;
      case "up":
        up();
        break;
      case "escape":
        escape();
        break;
      case "rename":
        if (here !== undefined && mayWrite) {
          actions.rename(here);
        }
        break;
      case "delete":
      case "move":
      case "copy": {
        const picked = chosen();
        if (picked.length > 0 && (mayWrite || run === "copy")) {
          (run === "delete" ? actions.remove : run === "move" ? actions.move : actions.copy)(picked);
        }
      }
    }
  };
  const press = (event: MouseEvent, entry: FileEntry) => {
    if ((event.target as HTMLElement).closest("button,input,[role=menu]") !== null) {
      return;
    }
    setSelection(event.shiftKey ? range(selection, names, entry.name) : event.ctrlKey || event.metaKey ? toggle(selection, entry.name) : only(entry.name));
  };
  const drag = (event: DragEvent, entry: FileEntry) => {
    const dragged = selection.chosen.has(entry.name) ? names.filter((n) => selection.chosen.has(n)) : [entry.name];
    event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(dragged.map((n) => under(folder, n))));
    event.dataTransfer.effectAllowed = "move";
  };
  const every = selection.chosen.size > 0 && selection.chosen.size >= entries.length;
  return (
    <div ref={box}>
      <div
        ref={ref}
        className={styles.list}
        role="grid"
        aria-label={text.list}
        aria-multiselectable
        aria-rowcount={entries.length + 1}
        aria-activedescendant={current === undefined ? undefined : `row-${names.indexOf(current)}`}
        tabIndex={0}
        onKeyDown={onKey}
        onFocus={(e) => {
          if (e.target === e.currentTarget && current === undefined) {
            setSelection(step(selection, names, 0));
          }
        }}
      >
        <div role="row" aria-rowindex={1} className={`${styles.row ?? ""} ${styles.head ?? ""}`}>
          <span role="columnheader" aria-label={text.columns.select}>
            <Checkbox
              size="xs"
              tabIndex={-1}
              aria-label={every ? text.selectNone : text.selectAll}
              checked={every}
              indeterminate={selection.chosen.size > 0 && !every}
              onChange={() => setSelection(every ? { ...selection, chosen: new Set() } : all(selection, names))}
            />
          </span>
          <Head by="name" label={text.columns.name} sort={sort} setSort={setSort} />
          <Head by="bytes" label={text.columns.size} sort={sort} setSort={setSort} right />
          <Head by="modifiedAt" label={text.columns.modified} sort={sort} setSort={setSort} wide />
          <span role="columnheader">
            <span className="unseen">{text.columns.actions}</span>
          </span>
        </div>
        <div role="presentation" style={{ height: from * ROW }} />
        {entries.slice(from, to).map((entry, i) => (
          <FileRow
            key={entry.name}
            index={from + i}
            entry={entry}
            chosen={selection.chosen.has(entry.name)}
            current={entry.name === current}
            press={press}
            toggle={() => setSelection(toggle(selection, entry.name))}
            open={open}
            drag={drag}
            dropOn={dropOn}
            actions={actions}
            mayWrite={mayWrite}
            own={place.kind === "home"}
          />
        ))}
        <div role="presentation" style={{ height: (entries.length - to) * ROW }} />
      </div>
    </div>
  );
}

function Head({
  by,
  label,
  sort,
  setSort,
  right = false,
  wide = false,
}: {
  by: Sort["by"];
  label: string;
  sort: Sort;
  setSort: (sort: Sort) => void;
  right?: boolean;
  wide?: boolean;
}): ReactElement {
  const on = sort.by === by;
  return (
    <span
      role="columnheader"
      aria-sort={on ? (sort.down ? "descending" : "ascending") : "none"}
      className={`${right ? (styles.right ?? "") : ""} ${wide ? `${styles.wide ?? ""} ${styles.quiet ?? ""}` : ""}`}
    >
      <UnstyledButton className={styles.sort} tabIndex={-1} aria-label={text.sortBy(label)} onClick={() => setSort({ by, down: on ? !sort.down : by !== "name" })}>
        {label}
        {on && <Icon name={sort.down ? "down" : "up"} size={12} />}
      </UnstyledButton>
    </span>
  );
}
