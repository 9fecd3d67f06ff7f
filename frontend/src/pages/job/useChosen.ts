/** Which rows of a job's tables are chosen: in plots and tables alike, and in the address where they are few. */
import { useEffect, useMemo } from "react";
import type { ResultTable } from "../../api/types";
import { useAddress } from "../../lib/address";
import { ascending, rangesOf, rowsOf } from "../../lib/rows";
import { isTyping } from "../../ui/listKeys";

/** Rows that can be chosen of one table: as many as a plot draws. */
export const MOST_CHOSEN = 50_000;

/** A choice that is told in more letters than these is not in the address. */
const LINK_LETTERS = 1_500;

/** By table, ascending; a table that is not here is as the address says. */
export type Chosen = Readonly<Record<string, readonly number[]>>;

export interface TableChoice {
  rows: ReadonlySet<number>;
  /** Some rows more than can be chosen were asked for; the first ones are. */
  full: boolean;
  /** Whether a link carries the choice. */
  linked: boolean;
  /** `more`: besides those that are chosen, or no more when all of them are; else instead of them, and only they are shown. */
  choose: (rows: readonly number[], more: boolean) => void;
  clear: () => void;
}

function fits(rows: readonly number[]): boolean {
  return rangesOf(rows).length <= LINK_LETTERS;
}

/** What is chosen after rows were pointed at. Pure. */
export function chosenAfter(before: ReadonlySet<number>, rows: readonly number[], more: boolean): number[] {
  if (!more) {
    return ascending(rows);
  }
  if (rows.every((row) => before.has(row))) {
    const gone = new Set(rows);
    return ascending([...before].filter((row) => !gone.has(row)));
  }
  return ascending([...before, ...rows]);
}

/** Escape takes every choice away. */
export function useChosen(tables: readonly ResultTable[] | undefined, chosen: Chosen, setChosen: (chosen: Chosen) => void): { of: (table: string) => TableChoice } {
  const [search, setSearch] = useAddress();
  const linked = (tables ?? []).map((table) => search.get(`${table.name}.rows`) ?? "").join("\n");
  const sets = useMemo(() => {
    const links = linked.split("\n");
    return new Map(
      (tables ?? []).map((table, i) => [table.name, new Set(chosen[table.name] ?? rowsOf(links[i] ?? "", MOST_CHOSEN).filter((row) => row < table.rows))]),
    );
  }, [tables, chosen, linked]);
  const put = (changes: Chosen, only?: boolean) => {
    setChosen({ ...chosen, ...changes });
    setSearch(
      (before) => {
        for (const [table, rows] of Object.entries(changes)) {
          if (rows.length > 0 && fits(rows)) {
            before.set(`${table}.rows`, rangesOf(rows));
          } else {
            before.delete(`${table}.rows`);
          }
          if (rows.length === 0) {
            before.delete(`${table}.only`);
          } else if (only === true) {
            before.set(`${table}.only`, "1");
          }
          before.delete(`${table}.from`);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  };
  const some = [...sets].filter(([, rows]) => rows.size > 0).map(([table]) => table);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && some.length > 0 && !isTyping(event)) {
        put(Object.fromEntries(some.map((table) => [table, []])));
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  return {
    of: (table) => {
      const rows = sets.get(table) ?? new Set<number>();
      return {
        rows,
        full: rows.size >= MOST_CHOSEN,
        linked: fits([...rows]),
        choose: (more, add) => put({ [table]: chosenAfter(rows, more, add).slice(0, MOST_CHOSEN) }, !add),
        clear: () => put({ [table]: [] }),
      };
    },
  };
}
