/** Sets of row numbers as short text: `0-24,77`. Pure. */

/** Ascending, each once. */
export function ascending(rows: Iterable<number>): number[] {
  return [...new Set(rows)].sort((a, b) => a - b);
}

/** `rows`: ascending, each once. */
export function rangesOf(rows: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < rows.length; ) {
    const first = rows[i] ?? 0;
    let last = first;
    for (i++; rows[i] === last + 1; i++) {
      last++;
    }
    parts.push(last === first ? String(first) : `${first}-${last}`);
  }
  return parts.join(",");
}

/** The rows that such a text names, ascending; what is none is left out, and those that would be more than `most`. */
export function rowsOf(text: string, most: number): number[] {
  const rows = new Set<number>();
  for (const part of text.split(",")) {
    const [, from = "", to = from] = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(part) ?? [];
    for (let row = Number(from); from !== "" && row <= Number(to) && rows.size < most; row++) {
      rows.add(row);
    }
  }
  return ascending(rows);
}
