import { useEffect, useState } from "react";
import { call, words as wordsOf } from "../../api/client";
import type { Place } from "./lines";

/** Places that can be stepped through; all are counted. */
const MOST = 10_000;

/** A request's places, at most. */
const PART = 1_000;

export interface Matches {
  count: number;
  places: readonly Place[];
  /** How much of the text was looked through, 0 to 1. */
  done: number;
  error?: string;
}

const NOTHING: Matches = { count: 0, places: [], done: 0 };

/** Looks for words in a result, part after part, until its end or until other words are asked for. Empty words are nothing. */
export function useMatches(job: number, file: string, words: string, exact: boolean): Matches {
  const key = `${String(exact)}/${words}`;
  const [state, setState] = useState<{ key: string; found: Matches }>({ key, found: NOTHING });
  useEffect(() => {
    if (words === "") {
      return undefined;
    }
    const stop = new AbortController();
    const look = async () => {
      let found = NOTHING;
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const part: Awaited<ReturnType<typeof ask>> = await ask(cursor, Math.min(PART, MOST - found.places.length));
        found = {
          count: found.count + part.count,
          places: part.places.length === 0 ? found.places : [...found.places, ...part.places],
          done: part.next === undefined ? 1 : part.read / Math.max(1, part.bytes),
        };
        cursor = part.next;
        setState({ key, found });
      }
    };
    const ask = (cursor: string, limit: number) =>
      call("get", "/jobs/{job}/text/matches", { path: { job }, query: { file, words, case: exact ? "exact" : "any", cursor, limit }, signal: stop.signal });
    look().catch((e: unknown) => {
      if (!stop.signal.aborted) {
        setState({ key, found: { ...NOTHING, done: 1, error: wordsOf(e) } });
      }
    });
    return () => stop.abort();
  }, [job, file, words, exact, key]);
  return state.key === key && words !== "" ? state.found : NOTHING;
}
