/** Which rows are chosen, and where the keyboard stands. Names, so that a changed listing keeps them. Pure. */
export interface Selection {
  chosen: ReadonlySet<string>;
  /** Where a range begins. */
  anchor: string | undefined;
  /** The row that has the focus. */
  current: string | undefined;
}

export const NOTHING: Selection = { chosen: new Set(), anchor: undefined, current: undefined };

export function toggle(before: Selection, name: string): Selection {
  const chosen = new Set(before.chosen);
  if (!chosen.delete(name)) {
    chosen.add(name);
  }
  return { chosen, anchor: name, current: name };
}

export function only(name: string): Selection {
  return { chosen: new Set([name]), anchor: name, current: name };
}

/** From the anchor to a name, in the order of the rows. */
export function range(before: Selection, names: readonly string[], to: string): Selection {
  const from = before.anchor ?? before.current ?? to;
  const a = names.indexOf(from);
  const b = names.indexOf(to);
  if (a < 0 || b < 0) {
    return only(to);
  }
  return { chosen: new Set(names.slice(Math.min(a, b), Math.max(a, b) + 1)), anchor: from, current: to };
}

export function all(before: Selection, names: readonly string[]): Selection {
  return { ...before, chosen: new Set(names) };
}

/** Moves the focus; the first row when nothing has it. */
export function step(before: Selection, names: readonly string[], by: number): Selection {
  const at = before.current === undefined ? -1 : names.indexOf(before.current);
  const to = names[Math.max(0, Math.min(names.length - 1, at < 0 ? 0 : at + by))];
  return { ...before, current: to };
}
