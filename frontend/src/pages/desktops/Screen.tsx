/** A desktop's screen: noVNC on an open relay. Its size follows the window; the clipboard goes both ways. */
import RFB from "@novnc/novnc";
import { useEffect, useImperativeHandle, useRef, type ReactElement, type Ref } from "react";
import { desktops } from "../../text/desktops";

/** Not there on plain HTTP beyond loopback. */
const CLIPBOARD = (navigator as { clipboard?: Clipboard }).clipboard;

export interface ScreenHandle {
  key: (keysym: number, down?: boolean) => void;
  ctrlAltDel: () => void;
  paste: (text: string) => void;
  focus: () => void;
}

export interface ScreenProps {
  ref: Ref<ScreenHandle>;
  socket: WebSocket;
  /** To be called once the screen listens to the socket. */
  handOver: () => void;
  title: string;
  watching: boolean;
  quality: number;
  compression: number;
  onClipboard: (text: string) => void;
}

export default function Screen({ ref, socket, handOver, title, watching, quality, compression, onClipboard }: ScreenProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const rfb = useRef<RFB>(undefined);
  const told = useRef(onClipboard);
  useEffect(() => {
    told.current = onClipboard;
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) {
      return undefined;
    }
    const shown = new RFB(element, socket, { shared: true });
    rfb.current = shown;
    shown.viewOnly = watching;
    shown.scaleViewport = true;
    shown.resizeSession = !watching;
    shown.showDotCursor = true;
    shown.background = "transparent";
    const known = { text: "" };
    const onText = (event: Event) => {
      const text = (event as CustomEvent<{ text: string }>).detail.text;
      known.text = text;
      told.current(text);
      // refused without the person's leave; the panel shows the text then
      CLIPBOARD?.writeText(text).catch(() => undefined);
    };
    // what was copied elsewhere is on the desktop's clipboard when the person comes back
    const onFocus = () => {
      CLIPBOARD?.readText()
        .then((text) => {
          if (text !== "" && text !== known.text && !watching) {
            known.text = text;
            shown.clipboardPasteFrom(text);
          }
        })
        .catch(() => undefined);
    };
    const onConnect = () => {
      element.dataset["connected"] = "true";
      shown.focus({ preventScroll: true });
    };
    shown.addEventListener("clipboard", onText);
    shown.addEventListener("connect", onConnect);
    window.addEventListener("focus", onFocus);
    element.addEventListener("focusin", onFocus);
    handOver();
    return () => {
      window.removeEventListener("focus", onFocus);
      element.removeEventListener("focusin", onFocus);
      shown.disconnect();
      element.replaceChildren();
      delete element.dataset["connected"];
      rfb.current = undefined;
    };
  }, [socket, handOver, watching]);
  useEffect(() => {
    if (rfb.current !== undefined) {
      rfb.current.qualityLevel = quality;
      rfb.current.compressionLevel = compression;
    }
  }, [quality, compression, socket]);
  useImperativeHandle(ref, () => ({
    key: (keysym, down) => rfb.current?.sendKey(keysym, null, down),
    ctrlAltDel: () => rfb.current?.sendCtrlAltDel(),
    paste: (text) => rfb.current?.clipboardPasteFrom(text),
    focus: () => rfb.current?.focus(),
  }));
  return <div ref={place} role="application" aria-label={desktops.view.screen(title)} style={{ width: "100%", height: "100%" }} data-screen />;
}
