/** One picture as large as the window, or larger. */
import { ActionIcon, Button, Group, Modal, Text } from "@mantine/core";
import { useState, type KeyboardEvent, type ReactElement } from "react";
import { text as common } from "../../text/common";
import { pictures as text } from "../../text/results";
import { Icon, type IconName } from "../../ui/icons";
import { resultUrl } from "./resultUrl";
import type { Series } from "./frames";
import { Download } from "./Pictures";

const STEP = 1.5;
const [LEAST, MOST] = [0.05, 20];

export default function PictureView({
  job,
  series,
  at,
  go,
  close,
}: {
  job: number;
  series: Series;
  at: number;
  go: (at: number) => void;
  close: () => void;
}): ReactElement {
  const { title, frames } = series;
  const frame = frames[at];
  /** Times its own size; undefined fits it into the window. */
  const [zoom, setZoom] = useState<number>();
  const [wide, setWide] = useState(0);
  const [shownWide, setShownWide] = useState(0);
  const words = text.alt(title, frame?.words ?? "");
  const scale = (by: number) => {
    const now = zoom ?? (wide > 0 ? shownWide / wide : 1);
    setZoom(Math.min(MOST, Math.max(LEAST, now * by)));
  };
  const key = (event: KeyboardEvent) => {
    const keys: Record<string, () => void> = {
      "+": () => scale(STEP),
      "=": () => scale(STEP),
      "-": () => scale(1 / STEP),
      "0": () => setZoom(undefined),
      "1": () => setZoom(1),
      // with a picture that is larger than the window they move it
      ...(zoom === undefined && { ArrowLeft: () => go(Math.max(0, at - 1)), ArrowRight: () => go(Math.min(frames.length - 1, at + 1)) }),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act !== undefined) {
      event.preventDefault();
      act();
    }
  };
  const button = (name: IconName, label: string, press: () => void, off = false) => (
    <ActionIcon variant="default" aria-label={label} title={label} disabled={off} onClick={press}>
      <Icon name={name} size={16} />
    </ActionIcon>
  );
  return (
    <Modal
      opened
      fullScreen
      onClose={close}
      onKeyDown={key}
      title={words}
      closeButtonProps={{ "aria-label": common.close }}
      transitionProps={{ duration: 0 }}
      styles={{ content: { display: "flex", flexDirection: "column" }, body: { flex: 1, minHeight: 0, display: "flex", flexDirection: "column" } }}
    >
      <Group gap="xs" mb="xs">
        {frames.length > 1 && button("left", text.previous, () => go(at - 1), at === 0)}
        {frames.length > 1 && button("right", text.next, () => go(at + 1), at === frames.length - 1)}
        {button("minus", text.smaller, () => scale(1 / STEP))}
        {button("plus", text.bigger, () => scale(STEP))}
        <Button size="compact-sm" variant={zoom === undefined ? "light" : "default"} aria-pressed={zoom === undefined} onClick={() => setZoom(undefined)}>
          {text.fit}
        </Button>
        <Button size="compact-sm" variant={zoom === 1 ? "light" : "default"} aria-pressed={zoom === 1} onClick={() => setZoom(1)}>
          {text.actual}
        </Button>
        <Download job={job} file={frame?.file ?? ""} />
        <Text size="xs" c="dimmed" role="status">
          {zoom === undefined ? "" : text.zoom(Math.round(zoom * 100))}
        </Text>
        <Text size="xs" c="dimmed" visibleFrom="sm">
          {text.keys}
        </Text>
      </Group>
      <div className="large-picture" tabIndex={0} role="region" aria-label={words} data-autofocus>
        <img
          src={resultUrl(job, frame?.file ?? "")}
          alt={words}
          className={zoom === undefined ? "drawn-picture" : undefined}
          style={zoom === undefined ? undefined : { width: wide * zoom, background: "#fff" }}
          onLoad={(e) => {
            const { naturalWidth, naturalHeight, clientWidth, clientHeight } = e.currentTarget;
            setWide(naturalWidth);
            setShownWide(Math.min(clientWidth, (clientHeight * naturalWidth) / (naturalHeight || 1)));
          }}
        />
      </div>
    </Modal>
  );
}
