/** A terminal: xterm.js on the frames of a keeper. What was shown before comes first. */
import "@xterm/xterm/css/xterm.css";
import { useComputedColorScheme } from "@mantine/core";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal as XTerm } from "@xterm/xterm";
import { getNonce } from "get-nonce";
import { useEffect, useImperativeHandle, useRef, type ReactElement, type Ref } from "react";
import { desktops } from "../../text/desktops";
import { input, resize } from "./frames";

const LIGHT = { background: "#ffffff", foreground: "#1c2024", cursor: "#1c2024", selectionBackground: "#b5d5ff", black: "#1c2024", white: "#5f6b75", brightWhite: "#8a939b", yellow: "#7a5a00", brightYellow: "#8a6500", green: "#0b6141", brightGreen: "#0b7a50", cyan: "#0b5c8a", brightCyan: "#0b6fa6" };
const DARK = { background: "#15181b", foreground: "#dfe3e7", cursor: "#dfe3e7", selectionBackground: "#31506b" };
const SCROLLBACK = 5_000;

/** The document, but styles made through it carry the page's nonce: the policy refuses others. */
function documentWithNonce(): Document {
  return new Proxy(document, {
    get: (target, key) => {
      if (key === "createElement") {
        return (tag: string) => {
          const element = target.createElement(tag);
          if (tag === "style") {
            element.nonce = getNonce();
          }
          return element;
        };
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

export interface TerminalHandle {
  /** As if it had been typed. */
  type: (text: string) => void;
}

export interface TerminalProps {
  ref: Ref<TerminalHandle>;
  socket: WebSocket;
  /** To be called once the terminal listens to the socket. */
  handOver: () => void;
  title: string;
  watching: boolean;
}

export default function Terminal({ ref, socket, handOver, title, watching }: TerminalProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<XTerm>(undefined);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    const element = place.current;
    if (element === null) {
      return undefined;
    }
    const term = new XTerm({
      documentOverride: documentWithNonce(),
      scrollback: SCROLLBACK,
      fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
      fontSize: 14,
      cursorBlink: false,
      disableStdin: watching,
      screenReaderMode: false,
      minimumContrastRatio: 4.5,
    });
    shown.current = term;
    const fit = new FitAddon();
    term.loadAddon(fit);
    term.open(element);
    term.textarea?.setAttribute("aria-label", desktops.view.terminalScreen(title));
    const send = (frames: Uint8Array<ArrayBuffer>[]) => {
      if (socket.readyState === WebSocket.OPEN && !watching) {
        frames.forEach((frame) => socket.send(frame));
      }
    };
    term.onData((data) => send(input(data)));
    term.onResize(({ cols, rows }) => send([resize(cols, rows)]));
    const onMessage = (event: MessageEvent<ArrayBuffer>) => term.write(new Uint8Array(event.data));
    socket.addEventListener("message", onMessage);
    handOver();
    const watcher = new ResizeObserver(() => fit.fit());
    watcher.observe(element);
    fit.fit();
    send([resize(term.cols, term.rows)]);
    term.focus();
    return () => {
      watcher.disconnect();
      socket.removeEventListener("message", onMessage);
      term.dispose();
      shown.current = undefined;
    };
  }, [socket, handOver, title, watching]);
  useEffect(() => {
    if (shown.current !== undefined) {
      shown.current.options.theme = scheme === "dark" ? DARK : LIGHT;
    }
  }, [scheme, socket]);
  useImperativeHandle(ref, () => ({
    type: (text) => {
      shown.current?.input(text);
      shown.current?.focus();
    },
  }));
  return <div ref={place} style={{ width: "100%", height: "100%" }} data-terminal />;
}
