/** One desktop or terminal, connected: bar of actions above, the screen below. */
import { Button, Loader, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useRef, useState, type DragEvent, type ReactElement } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { call, words } from "../../api/client";
import { desktopQuery } from "../../api/queries";
import { upload } from "../../api/upload";
import { useAddress } from "../../lib/address";
import { desktops } from "../../text/desktops";
import { PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { Bar, type JobPlace } from "./Bar";
import type { Target } from "./connection";
import { EndsSoon } from "./EndsSoon";
import { levels, rememberedQuality, rememberQuality, type Quality } from "./quality";
import type { ScreenHandle } from "./Screen";
import type { TerminalHandle } from "./Terminal";
import { useRelay, type RelayState } from "./useRelay";
import styles from "./view.module.css";

const Screen = lazy(() => import("./Screen"));
const Terminal = lazy(() => import("./Terminal"));
const text = desktops.view;

/** Where the job stands whose windows or terminal this is. */
function jobOf(desktop: string): JobPlace | undefined {
  const [, id, index, terminal] = /^job-(\d+)-(\d+)(-terminal)?$/.exec(desktop) ?? [];
  if (id === undefined || index === undefined) {
    return undefined;
  }
  return { desktop, address: terminal === undefined ? `/jobs/${id}` : `/jobs/${id}?tab=subjobs&subjob=${index}`, terminal: terminal !== undefined };
}

export default function ViewPage(): ReactElement {
  const { desktop = "" } = useParams();
  const { hash } = useLocation();
  const [search] = useAddress();
  const watch = search.has("watch");
  const job = jobOf(desktop);
  const target = useMemo<Target>(
    () => (desktop === "shared" ? { kind: "link", secret: hash.slice(1) } : { kind: "own", id: desktop, viewOnly: watch }),
    [desktop, hash, watch],
  );
  const { state, again } = useRelay(target);
  const [quality, setQuality] = useState<Quality>(rememberedQuality);
  const [clipboard, setClipboard] = useState("");
  const screen = useRef<ScreenHandle>(null);
  const terminal = useRef<TerminalHandle>(null);
  const whole = useRef<HTMLDivElement>(null);
  const open = state.kind === "open" ? state : undefined;
  const title = open?.ticket.title ?? desktops.title;
  const watching = open?.ticket.viewOnly ?? watch;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (target.kind === "link") {
      return; // that desktop shows another person's home
    }
    for (const file of event.dataTransfer.files) {
      upload(file.name, file, () => undefined).done.then(
        () => toast.done(text.dropped(file.name)),
        (e: unknown) => toast.failed(words(e)),
      );
    }
  };
  return (
    <div className={styles["view"]} ref={whole} onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <PageTitle title={title} hidden />
      <Bar
        title={title}
        ended={state.kind === "ended"}
        graphic={open?.ticket.kind !== "terminal"}
        watching={watching}
        screen={screen}
        terminal={terminal}
        clipboard={clipboard}
        quality={quality}
        setQuality={(q) => {
          setQuality(q);
          rememberQuality(q);
        }}
        job={job}
        full={() => {
          void whole.current?.requestFullscreen().then(lockKeys, (e: unknown) => toast.failed(words(e)));
        }}
      />
      {target.kind === "own" && <Ending desktop={target.id} />}
      <div className={styles["place"]} data-state={state.kind}>
        <Suspense fallback={null}>
          {open !== undefined && open.ticket.kind === "terminal" && (
            <div className={styles["pad"]}>
              <Terminal ref={terminal} socket={open.socket} handOver={open.handOver} title={title} watching={watching} />
            </div>
          )}
          {open !== undefined && open.ticket.kind !== "terminal" && (
            <Screen
              ref={screen}
              socket={open.socket}
              handOver={open.handOver}
              title={title}
              watching={watching}
              {...levels(quality, open.answerMillis)}
              onClipboard={setClipboard}
            />
          )}
        </Suspense>
        {open === undefined && <Over state={state} again={again} job={job} own={job === undefined && target.kind === "own" ? target.id : undefined} />}
      </div>
    </div>
  );
}

/** In full screen Alt-Tab, Ctrl-W and the like go to the desktop, in browsers that can. */
function lockKeys(): void {
  void (navigator as { keyboard?: { lock: () => Promise<void> } }).keyboard?.lock().catch(() => undefined);
}

function Ending({ desktop }: { desktop: string }): ReactElement | null {
  const known = useQuery(desktopQuery(desktop));
  return known.data === undefined ? null : <EndsSoon desktop={known.data} />;
}

/** What stands over the screen while there is none. */
function Over({ state, again, job, own }: { state: RelayState; again: () => void; job: JobPlace | undefined; own: string | undefined }): ReactElement {
  if (state.kind === "ended") {
    return (
      <div className={styles["over"]} role="status">
        <Text className="wrap">{state.reason}</Text>
        <Button onClick={again} variant="default">
          {text.retry}
        </Button>
        {own !== undefined && <Anew desktop={own} />}
        <Button variant={own === undefined ? "filled" : "default"} component={Link} to={job === undefined ? "/desktops" : job.address}>
          {job === undefined ? text.back : text.job}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles["over"]} role="status">
      <Loader size="sm" />
      <Text className="wrap">{(state.kind === "open" ? undefined : state.waiting) ?? (state.kind === "lost" ? text.reconnecting : text.connecting)}</Text>
    </div>
  );
}

/** Opens another of the same kind in place of one that has ended. */
function Anew({ desktop }: { desktop: string }): ReactElement | null {
  const navigate = useNavigate();
  const ended = useQuery({ ...desktopQuery(desktop), staleTime: 0 });
  const kind = ended.data?.kind;
  const open = useMutation({
    mutationFn: () => call("post", "/desktops", { body: { kind: kind ?? "desktop" } }),
    onSuccess: (made) => navigate(`/desktops/${made.id}`, { replace: true }),
    onError: (e) => toast.failed(words(e)),
  });
  if (kind === undefined || kind === "application" || typeof ended.data?.endedAt !== "string") {
    return null; // what opened an application is not known any more
  }
  return (
    <Button loading={open.isPending} onClick={() => open.mutate()}>
      {text.another}
    </Button>
  );
}
