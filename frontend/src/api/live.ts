/**
 * Live updates. One EventSource for the person (jobs, pool, announcement) while the frame is open, one more on a
 * job's page. The browser reconnects by itself and sends Last-Event-ID; a server that cannot resume answers
 * `reset`, and then everything is fetched again.
 */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { API } from "./client";
import { parseEvent, reduceJob, replaceJob, type JobView, type LiveEvent } from "./events";
import { keys } from "./queries";
import { certificates } from "../text/certificates";
import { toast } from "../ui/toasts";
import type { Job, JobDetail } from "./types";

const NAMES = ["job", "subjobs", "output", "pool", "announcement", "certificates", "reset"] as const;

type Link = "open" | "lost";
let link: Link = "open";
const listeners = new Set<() => void>();

function setLink(next: Link): void {
  if (link !== next) {
    link = next;
    listeners.forEach((tell) => tell());
  }
}

/** Whether updates flow; "lost" while the browser tries to reconnect. */
export function useLink(): Link {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => link,
  );
}

/** Opens a stream; returns what closes it. A stream that the server refused is opened again after some seconds. */
function listen(url: string, onEvent: (event: LiveEvent) => void, onLink: (state: Link) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refused = 0;
  const open = () => {
    source = new EventSource(url);
    source.onopen = () => {
      if (refused > 0) {
        onEvent({ kind: "reset" }); // a new EventSource has no Last-Event-ID: fetch what was missed
      }
      refused = 0;
      onLink("open");
    };
    source.onerror = () => {
      onLink("lost");
      if (source?.readyState === EventSource.CLOSED) {
        refused++;
        timer = setTimeout(open, Math.min(30_000, 1_000 * 2 ** refused));
      }
    };
    for (const name of NAMES) {
      source.addEventListener(name, (message) => {
        const event = parseEvent(name, (message as MessageEvent<string>).data);
        if (event !== undefined) {
          onEvent(event);
        }
      });
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Jobs, pool and announcement for the whole frame; `heard` is told of each event too, and does not change. */
export function useLiveFrame(heard: (event: LiveEvent) => void): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refreshLists = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: keys.jobLists });
      }, 400);
    };
    const close = listen(
      `${API}/events`,
      (event) => {
        heard(event);
        switch (event.kind) {
          case "job":
            if (!patchLists(client, event.job)) {
              refreshLists();
            }
            break;
          case "pool":
            client.setQueryData(keys.pool, event.pool);
            void client.invalidateQueries({ queryKey: keys.nodes });
            break;
          case "announcement":
            client.setQueryData(keys.announcement, event.announcement);
            break;
          case "certificates":
            client.setQueryData(keys.certificatesWaiting, event.waiting);
            void client.invalidateQueries({ queryKey: keys.ca });
            if (event.asks !== null) {
              toast.done(certificates.queue.asksFor(event.asks));
            }
            break;
          case "reset":
            void client.invalidateQueries();
            break;
          case "subjobs":
          case "output":
            break;
        }
      },
      setLink,
    );
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [client, heard]);
}

/** True when every cached first page already knew the job in that state (so that no list has to be fetched again). */
function patchLists(client: QueryClient, job: Job): boolean {
  let known = true;
  for (const [key, page] of client.getQueriesData<{ jobs: Job[] }>({ queryKey: keys.jobLists })) {
    if (page === undefined) {
      continue;
    }
    const before = page.jobs.find((j) => j.id === job.id);
    const next = replaceJob(page, job);
    if (next === undefined || before?.state !== job.state) {
      known = false; // a new job, or one that may have left a filtered list
    }
    if (next !== undefined) {
      client.setQueryData(key, next);
    }
  }
  return known;
}

const NOTHING: JobView["outputs"] = {};

const LOOK_AGAIN_MILLIS = 5_000;

/**
 * The job page's stream: patches the cached job and states, and gives the sizes of outputs as they grow. Somebody
 * else's job, which a group lets the person read, has no stream: it is looked at again every few seconds until its end.
 */
export function useLiveJob(id: number, streamed: boolean): JobView["outputs"] {
  const client = useQueryClient();
  const [outputs, setOutputs] = useState<{ job: number; sizes: JobView["outputs"] }>({ job: id, sizes: NOTHING });
  useEffect(() => {
    let sizes = NOTHING;
    const refetch = () => {
      void client.invalidateQueries({ queryKey: keys.job(id) });
      void client.invalidateQueries({ queryKey: keys.results(id) });
      void client.invalidateQueries({ queryKey: keys.subjobs(id) });
      void client.invalidateQueries({ queryKey: keys.states(id) });
    };
    if (!streamed) {
      const looking = setInterval(() => {
        if (client.getQueryData<JobDetail>(keys.job(id))?.endedAt == null) {
          refetch();
        }
      }, LOOK_AGAIN_MILLIS);
      return () => clearInterval(looking);
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refreshSubjobs = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: keys.subjobs(id) });
      }, 700);
    };
    const close = listen(
      `${API}/jobs/${id}/events`,
      (event) => {
        if (event.kind === "reset") {
          refetch();
          return;
        }
        const job = client.getQueryData<JobDetail>(keys.job(id));
        const states = client.getQueryData<string>(keys.states(id)) ?? "";
        const next = reduceJob({ job, states, outputs: sizes }, event);
        if (next.job !== undefined && next.job !== job) {
          client.setQueryData(keys.job(id), next.job);
          // after the end each event may tell of the copy in the home
          if (next.job.endedAt != null || next.job.state !== job?.state || next.job.counts.completed !== job.counts.completed) {
            void client.invalidateQueries({ queryKey: keys.results(id) });
          }
        }
        if (event.kind === "subjobs") {
          client.setQueryData(keys.states(id), next.states);
          refreshSubjobs();
        }
        if (next.outputs !== sizes) {
          sizes = next.outputs;
          setOutputs({ job: id, sizes });
        }
      },
      () => undefined,
    );
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [client, id, streamed]);
  return outputs.job === id ? outputs.sizes : NOTHING;
}
