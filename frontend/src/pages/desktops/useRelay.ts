/** Keeps one WebSocket to a desktop open: ticket, connect, and again after a loss. */
import { useCallback, useEffect, useState } from "react";
import { ApiError, words } from "../../api/client";
import type { DesktopTicket } from "../../api/types";
import { saySentence } from "../../lib/said";
import { isFinal, keepEarly, openSocket, pause, ticketFor, type Target } from "./connection";

export type RelayState =
  | { kind: "connecting"; waiting?: string }
  | { kind: "open"; socket: WebSocket; handOver: () => void; ticket: DesktopTicket; answerMillis: number }
  | { kind: "lost"; waiting?: string }
  | { kind: "ended"; reason: string };

/** How often to ask for what has not started yet. */
const WAIT_MILLIS = 700;

/** `target` must be the same object as long as the same desktop is meant. */
export function useRelay(target: Target): { state: RelayState; again: () => void } {
  const [state, setState] = useState<RelayState>({ kind: "connecting" });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    let stopped = false;
    let tries = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let socket: WebSocket | undefined;
    const end = (reason: string) => {
      if (!stopped) {
        setState({ kind: "ended", reason });
      }
    };
    const retry = (waiting?: string) => {
      if (!stopped) {
        setState({ kind: tries === 0 ? "connecting" : "lost", waiting });
        timer = setTimeout(() => void connect(), waiting === undefined ? pause(tries++) : WAIT_MILLIS);
      }
    };
    const connect = async () => {
      const asked = performance.now();
      let ticket: DesktopTicket;
      try {
        ticket = await ticketFor(target);
      } catch (e) {
        const passing = e instanceof ApiError && (e.status === 0 || e.status >= 500);
        if (passing) {
          retry(e.status === 503 ? e.problem.detail : undefined);
        } else {
          end(words(e));
        }
        return;
      }
      const answerMillis = performance.now() - asked;
      if (stopped) {
        return;
      }
      const opened = openSocket(ticket);
      const handOver = keepEarly(opened);
      socket = opened;
      opened.addEventListener("open", () => {
        tries = 0;
        setState({ kind: "open", socket: opened, handOver, ticket, answerMillis });
      });
      opened.addEventListener("close", (event) => {
        if (isFinal(event.code)) {
          end(saySentence(event.reason));
        } else {
          tries = Math.max(tries, 1);
          retry(); // the next ticket tells why, if it has ended
        }
      });
    };
    retry();
    // back on a network, perhaps another one: what was open may be dead without having been told
    window.addEventListener("online", again);
    return () => {
      stopped = true;
      window.removeEventListener("online", again);
      clearTimeout(timer);
      socket?.close();
    };
  }, [target, round, again]);
  return { state, again };
}
