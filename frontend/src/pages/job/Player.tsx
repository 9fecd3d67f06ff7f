/** Shows things one after the other: play, step, slide, how fast. It never starts by itself. */
import { ActionIcon, Box, Group, NativeSelect, Slider, Switch, Text } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { film as text } from "../../text/results";
import { Icon, type IconName } from "../../ui/icons";

const SPEEDS = [0.5, 1, 2, 5, 10, 20] as const;

interface Props {
  title: string;
  /** How many there are, at least 1. */
  length: number;
  at: number;
  go: (at: number) => void;
  /** What is shown at a place. */
  words: (at: number) => string;
  /** Whether what is shown is there to be seen; the next is not shown before. */
  ready?: boolean;
  children: ReactNode;
}

export function Player({ title, length, at, go, words, ready = true, children }: Props): ReactElement {
  const still = useReducedMotion();
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>();
  const [loop, setLoop] = useState(false);
  const perSecond = speed ?? (still ? 1 : 5);
  const last = length - 1;
  useEffect(() => {
    if (!playing || !ready) {
      return undefined;
    }
    const timer = setTimeout(() => {
      if (at >= last && !loop) {
        setPlaying(false);
      } else {
        go(at >= last ? 0 : at + 1);
      }
    }, 1000 / perSecond);
    return () => clearTimeout(timer);
  }, [playing, ready, at, last, loop, perSecond, go]);
  const toggle = () => {
    if (!playing && at >= last) {
      go(0);
    }
    setPlaying(!playing);
  };
  const stepTo = (place: number) => {
    setPlaying(false);
    go(Math.min(last, Math.max(0, place)));
  };
  const key = (event: KeyboardEvent) => {
    const places: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    const place = places[event.key];
    if (event.key === " ") {
      toggle();
    } else if (place !== undefined) {
      stepTo(place);
    } else {
      return;
    }
    event.preventDefault();
  };
  const button = (name: IconName, label: string, press: () => void, off = false) => (
    <ActionIcon variant="default" size="lg" aria-label={`${label}: ${title}`} title={label} disabled={off} onClick={press}>
      <Icon name={name} size={16} />
    </ActionIcon>
  );
  return (
    <Box>
      <div role="group" aria-label={title} tabIndex={0} className="stage" title={text.keys} onKeyDown={(e) => e.target === e.currentTarget && key(e)}>
        {children}
      </div>
      <Slider
        mt="sm"
        min={0}
        max={last}
        value={at}
        thumbLabel={text.place(title)}
        thumbProps={{ "aria-valuetext": words(at) }}
        label={words}
        onChange={stepTo}
      />
      <Group justify="space-between" gap="sm" mt="xs">
        <Group gap={6}>
          {button("first", text.first, () => stepTo(0), at === 0)}
          {button("left", text.back, () => stepTo(at - 1), at === 0)}
          {button(playing ? "pause" : "play", playing ? text.pause : text.play, toggle, length < 2)}
          {button("right", text.step, () => stepTo(at + 1), at === last)}
          {button("last", text.last, () => stepTo(last), at === last)}
        </Group>
        <Text size="sm" className="nums" role={playing ? undefined : "status"}>
          {words(at) === "" ? text.of(at + 1, length) : `${words(at)} · ${text.of(at + 1, length)}`}
        </Text>
        <Group gap="sm">
          <Switch size="xs" label={text.loop} checked={loop} onChange={(e) => setLoop(e.currentTarget.checked)} />
          <NativeSelect
            size="xs"
            aria-label={text.speed}
            value={String(perSecond)}
            onChange={(e) => setSpeed(Number(e.currentTarget.value))}
            data={SPEEDS.map((n) => ({ value: String(n), label: text.perSecond(n) }))}
          />
        </Group>
      </Group>
    </Box>
  );
}
