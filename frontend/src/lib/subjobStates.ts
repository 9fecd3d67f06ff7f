/**
 * The states of all subjobs of a job as one string, a letter each. It is what the grid draws, and what the
 * server sends in whole or in slices: {"from": 120, "states": "RRC"}.
 */
export const LETTERS = "IRSHCFX";

export type SubjobState = "Idle" | "Running" | "Suspended" | "Held" | "Completed" | "Failed" | "Removed";

const NAMES: Readonly<Record<string, SubjobState>> = {
  I: "Idle",
  R: "Running",
  S: "Suspended",
  H: "Held",
  C: "Completed",
  F: "Failed",
  X: "Removed",
};

export function stateOf(letter: string): SubjobState {
  return NAMES[letter] ?? "Idle";
}

export function letterOf(state: SubjobState): string {
  return LETTERS[Object.values(NAMES).indexOf(state)] ?? "I";
}

/**
 * Puts a slice into the string. A slice beyond the end (the page has not seen what lies between) fills the gap
 * with Idle, and a nonsensical one is ignored.
 */
export function applySlice(states: string, from: number, slice: string): string {
  if (!Number.isInteger(from) || from < 0 || slice === "") {
    return states;
  }
  const head = states.slice(0, from).padEnd(from, "I");
  return head + slice + states.slice(from + slice.length);
}

/** How many of each letter. */
export function tally(states: string): Record<SubjobState, number> {
  const sum: Record<SubjobState, number> = {
    Idle: 0,
    Running: 0,
    Suspended: 0,
    Held: 0,
    Completed: 0,
    Failed: 0,
    Removed: 0,
  };
  for (const letter of states) {
    sum[stateOf(letter)]++;
  }
  return sum;
}

/** The indices in a state, in order, at most `limit`. */
export function indicesIn(states: string, state: SubjobState | undefined, limit: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < states.length && found.length < limit; i++) {
    if (state === undefined || stateOf(states.charAt(i)) === state) {
      found.push(i);
    }
  }
  return found;
}
