/**
 * Notices of jobs' ends while a page of the portal is open and the person looks elsewhere: counted in the tab, and shown by
 * the browser where he asked for it, in that browser alone. Several ends are one notice; who looks at any page of the
 * portal has seen them.
 */
import { useCallback, useEffect, useMemo } from "react";
import { call } from "../api/client";
import type { LiveEvent } from "../api/events";
import { newsOf, withEnd, type End } from "../lib/ends";
import { browser as text } from "../text/notices";
import { countInTab } from "../ui/tab";

/** `missing`: this browser shows no notices for this page; `refused`: the person or his settings forbid it. */
export type Standing = "off" | "on" | "refused" | "missing";

const KEY = "notices";
/** Ends within this time are one notice; within it a page that is looked at says so. */
const GATHER_MS = 1_500;
/** Jobs at work that are known from the start; of more is heard when they change. */
const KNOWN = 200;
const ICON = "/icon.svg";

export function standing(): Standing {
  if (!("Notification" in window) || !window.isSecureContext) {
    return "missing";
  }
  if (Notification.permission === "denied") {
    return "refused";
  }
  return Notification.permission === "granted" && localStorage.getItem(KEY) === "on" ? "on" : "off";
}

/** Asks the browser; call it from a click, else browsers do not ask. Shows a first notice, since some refuse only then. */
export async function turnOn(): Promise<Standing> {
  if (standing() === "missing") {
    return "missing";
  }
  if ((await Notification.requestPermission()) !== "granted") {
    return "refused";
  }
  try {
    new Notification(text.first.title, { body: text.first.body, icon: ICON, tag: KEY });
  } catch {
    return "missing"; // as on phones, where only a service worker may
  }
  localStorage.setItem(KEY, "on");
  return "on";
}

export function turnOff(): Standing {
  localStorage.removeItem(KEY);
  return standing();
}

function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function show(ends: readonly End[], go: (to: string) => void): Notification | undefined {
  const only = ends.length === 1 ? ends[0] : undefined;
  const title = only === undefined ? text.several(ends.length) : text.one[only.kind](only.id, only.name);
  const body = only === undefined ? text.kinds(...(["completed", "failed", "needs_answer"] as const).map((kind) => ends.filter((one) => one.kind === kind).length) as [number, number, number]) : only.words;
  try {
    const notice = new Notification(title, { body, icon: ICON, tag: KEY });
    notice.onclick = () => {
      window.focus();
      go(only === undefined ? "/jobs" : `/jobs/${only.id}`);
      notice.close();
    };
    return notice;
  } catch {
    return undefined; // allowed once, taken back since
  }
}

/** What hears the frame's events. `owner`: whose jobs are told of; `go` opens a page, and does not change. */
export function useNotices(owner: string, go: (to: string) => void): (event: LiveEvent) => void {
  const state = useMemo(() => ({ live: new Set<number>(), ends: [] as End[], timer: undefined as ReturnType<typeof setTimeout> | undefined, notice: undefined as Notification | undefined }), []);
  const elsewhere = useMemo(() => ("BroadcastChannel" in window ? new BroadcastChannel(KEY) : undefined), []);
  const keep = useCallback(
    (ends: End[]) => {
      state.ends = ends;
      countInTab(ends.length);
      if (ends.length === 0) {
        clearTimeout(state.timer);
        state.timer = undefined;
        state.notice?.close();
        state.notice = undefined;
      }
    },
    [state],
  );
  const learn = useCallback(() => {
    void call("get", "/jobs", { query: { q: "state:idle,running,suspended,held", limit: KNOWN } }).then(
      ({ jobs }) => jobs.forEach((job) => job.state !== "Held" && newsOf(state.live, job)),
      () => undefined, // of what is not known now is heard when it changes
    );
  }, [state]);
  useEffect(() => {
    learn();
    const look = () => {
      if (isLookedAt() && state.ends.length > 0) {
        elsewhere?.postMessage(state.ends.map((end) => end.id));
        keep([]);
      }
    };
    const seen = (message: MessageEvent<number[]>) => keep(state.ends.filter((end) => !message.data.includes(end.id)));
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    elsewhere?.addEventListener("message", seen);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
      elsewhere?.removeEventListener("message", seen);
      keep([]);
    };
  }, [elsewhere, keep, learn, state]);
  return useCallback(
    (event) => {
      if (event.kind === "reset") {
        learn();
      }
      const end = event.kind === "job" && event.job.owner === owner ? newsOf(state.live, event.job) : undefined;
      if (end === undefined) {
        return;
      }
      if (isLookedAt()) {
        elsewhere?.postMessage([end.id]); // a hidden page of the portal need not tell
        return;
      }
      keep(withEnd(state.ends, end));
      state.timer ??= setTimeout(() => {
        state.timer = undefined;
        if (standing() === "on") {
          state.notice?.close(); // a replaced one would stay silent
          state.notice = show(state.ends, go);
        }
      }, GATHER_MS);
    },
    [elsewhere, go, keep, learn, owner, state],
  );
}
