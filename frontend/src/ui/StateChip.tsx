import type { ReactElement } from "react";
import { gloss, states } from "../text/common";

export type ChipState = keyof typeof states;
export type Tone = "idle" | "running" | "paused" | "good" | "bad";

/** A state is colour, shape and word at once, so that none of the three is needed alone. */
const looks: Record<ChipState, { tone: Tone; shape: ReactElement }> = {
  Idle: { tone: "idle", shape: <circle cx="6" cy="6" r="4" fill="none" strokeWidth="2" /> },
  Running: { tone: "running", shape: <path d="M3 1.500l7 4.500-7 4.500z" fill="currentColor" stroke="none" /> },
  Suspended: { tone: "paused", shape: <path d="M4 2v8M8 2v8" strokeWidth="2" /> },
  Held: { tone: "bad", shape: <path d="M6 1l5 5-5 5-5-5z" fill="none" strokeWidth="2" /> },
  Completed: { tone: "good", shape: <path d="M2 6.500l3 3 5-7" fill="none" strokeWidth="2" /> },
  Failed: { tone: "bad", shape: <path d="M2 2l8 8M10 2l-8 8" strokeWidth="2" /> },
  Removed: { tone: "idle", shape: <path d="M2 6h8" strokeWidth="2" /> },
  Ready: { tone: "good", shape: <circle cx="6" cy="6" r="4" fill="currentColor" stroke="none" /> },
  Busy: { tone: "running", shape: <path d="M3 1.500l7 4.500-7 4.500z" fill="currentColor" stroke="none" /> },
  Paused: { tone: "paused", shape: <path d="M4 2v8M8 2v8" strokeWidth="2" /> },
  Away: { tone: "idle", shape: <circle cx="6" cy="6" r="4" fill="none" strokeWidth="2" strokeDasharray="2 2" /> },
  Problem: { tone: "bad", shape: <path d="M6 1l5 9.500H1zM6 5v2.500" fill="none" strokeWidth="1.500" /> },
  Draining: { tone: "paused", shape: <path d="M6 1v7M2.500 5.500L6 9l3.500-3.500" fill="none" strokeWidth="2" /> },
  Waiting: { tone: "idle", shape: <circle cx="6" cy="6" r="4" fill="none" strokeWidth="2" strokeDasharray="2 2" /> },
  Blocked: { tone: "paused", shape: <path d="M2 6h8M6 2v8" strokeWidth="2" /> },
  Retried: { tone: "paused", shape: <path d="M10 6a4 4 0 1 1-1.500-3.100M10 1v2.500H7.500" fill="none" strokeWidth="1.500" /> },
  Banned: { tone: "bad", shape: <path d="M6 1.500a4.500 4.500 0 1 0 .01 0M3 9l6-6" fill="none" strokeWidth="2" /> },
};

/** The tone of a state, for what is drawn with it. */
export function toneOf(state: ChipState): Tone {
  return looks[state].tone;
}

export function StateChip({ state }: { state: ChipState }): ReactElement {
  const look = looks[state];
  return (
    <span
      className="chip"
      title={`${states[state]} (${gloss[state]})`}
      style={{ color: `var(--state-${look.tone})`, background: `var(--state-${look.tone}-bg)` }}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" stroke="currentColor" strokeLinecap="round" aria-hidden="true">
        {look.shape}
      </svg>
      {states[state]}
    </span>
  );
}
