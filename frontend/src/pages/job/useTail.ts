import { useEffect, useState } from "react";
import { API, ApiError, send, words } from "../../api/client";
import { append, join, noTail, readBytes, type Tail } from "../../lib/tail";

/** The page keeps this much of an output; all of it can be downloaded. */
export const WINDOW_BYTES = 512_000;

export type Stream = "stdout" | "stderr";

export function outputUrl(job: number, index: number, stream: Stream, offset?: number): string {
  const url = `${API}/jobs/${job}/subjobs/${index}/output/${stream}`;
  return offset === undefined ? url : `${url}?offset=${offset}`;
}

export interface TailView {
  tail: Tail;
  ready: boolean;
  error: string | undefined;
}

const START: TailView = { tail: noTail, ready: false, error: undefined };

/**
 * Follows one output. `known` is the size the server last told of, `live` whether more may come: then it also looks
 * by itself every few seconds, in case an event was lost.
 */
export function useTail(job: number, index: number, stream: Stream, known: number, live: boolean): TailView {
  const key = `${job}/${index}/${stream}`;
  const [state, setState] = useState<{ key: string; view: TailView }>({ key, view: START });
  const [beat, setBeat] = useState(0);
  const view = state.key === key ? state.view : START;
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    const timer = setInterval(() => setBeat((n) => n + 1), 4_000);
    return () => clearInterval(timer);
  }, [live]);
  const { end } = view.tail;
  const stale = !view.ready || known > end;
  useEffect(() => {
    const stop = new AbortController();
    const put = (change: (before: TailView) => TailView) =>
      setState((s) => ({ key, view: change(s.key === key ? s.view : START) }));
    const read = async () => {
      const from = Math.max(end, known - WINDOW_BYTES);
      const response = await send("GET", outputUrl(job, index, stream, from), { signal: stop.signal });
      const { chunks } = await readBytes(response, 4 * WINDOW_BYTES);
      const fresh = join(chunks);
      put((before) => ({ tail: append(before.tail, from, fresh, WINDOW_BYTES), ready: true, error: undefined }));
    };
    read().catch((e: unknown) => {
      if (!stop.signal.aborted) {
        const none = e instanceof ApiError && (e.status === 404 || e.status === 416);
        put((before) => ({ ...before, ready: true, error: none ? undefined : words(e) }));
      }
    });
    return () => stop.abort();
    // `end` moves with every read: reading again only when something is known to be missing, or at a beat
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, known, beat, stale && known > 0 ? end : 0, live]);
  return view;
}
