/** Which ends of jobs are news to the person. Pure: what the page hears goes in, what is told comes out. */

/** What is needed of a job. */
export interface Heard {
  id: number;
  name: string;
  appTitle: string;
  state: string;
  hold?: unknown;
  failure?: { message: string } | null;
}

export interface End {
  id: number;
  name: string;
  kind: "completed" | "failed" | "needs_answer";
  /** What failed, or the application. */
  words: string;
}

/**
 * The end that a job's state is, when the job was last heard of at work; `live` keeps which are. A job that a person holds
 * or cancels is no news to him, and one that had ended before is none either.
 */
export function newsOf(live: Set<number>, job: Heard): End | undefined {
  const kind = job.state === "Completed" ? "completed" : job.state === "Failed" ? "failed" : job.state === "Held" && (job.hold ?? null) === null ? "needs_answer" : undefined;
  if (kind === undefined) {
    if (job.state === "Removed") {
      live.delete(job.id);
    } else {
      live.add(job.id);
    }
    return undefined;
  }
  return live.delete(job.id) ? { id: job.id, name: job.name, kind, words: job.failure?.message ?? job.appTitle } : undefined;
}

/** The ends without an earlier one of the same job. */
export function withEnd(ends: readonly End[], end: End): End[] {
  return [...ends.filter((one) => one.id !== end.id), end];
}
