/** From a ticket to an open WebSocket, and the way back when it closes. Pure but for the network. */
import { call } from "../../api/client";
import type { DesktopTicket } from "../../api/types";

/** What a page wants to see: one of the person's own, or what a link names. */
export type Target = { kind: "own"; id: string; viewOnly: boolean } | { kind: "link"; secret: string };

export function ticketFor(target: Target): Promise<DesktopTicket> {
  switch (target.kind) {
    case "own":
      return call("post", "/desktops/{desktop}/tickets", { path: { desktop: target.id }, body: { viewOnly: target.viewOnly } });
    case "link":
      return call("post", "/shared-desktop", { body: { secret: target.secret } });
  }
}

/** Opens the relay; the ticket travels as a subprotocol, never in the address. */
export function openSocket(ticket: DesktopTicket): WebSocket {
  const address = new URL(ticket.path, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, ["binary", `ticket.${ticket.ticket}`]);
  socket.binaryType = "arraybuffer";
  return socket;
}

/**
 * Keeps what arrives before somebody listens: the greeting, or what a terminal showed before. The answer is to be
 * called once by who listens now; it hands over what was kept.
 */
export function keepEarly(socket: WebSocket): () => void {
  const kept: unknown[] = [];
  const keep = (event: MessageEvent<unknown>) => kept.push(event.data);
  socket.addEventListener("message", keep);
  return () => {
    socket.removeEventListener("message", keep);
    for (const data of kept.splice(0)) {
      socket.dispatchEvent(new MessageEvent("message", { data }));
    }
  };
}

/** Waiting time before try number `n` (from 0), in milliseconds: at once, then 1, 2, 4 and at most 8 s. */
export function pause(n: number): number {
  return n === 0 ? 0 : Math.min(8_000, 500 * 2 ** n);
}

/** Whether the server said that trying again is no use: a link taken back, bytes refused. */
export function isFinal(code: number): boolean {
  return code === 1008;
}
