/** The actions above a screen: keys, clipboard, picture, full screen. */
import { ActionIcon, Button, Group, Popover, Select, Stack, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement, type RefObject } from "react";
import { Link, useNavigate } from "react-router";
import { call, words } from "../../api/client";
import { desktops } from "../../text/desktops";
import { text as jobs } from "../../text/jobs";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { KEYSYM, keysymOf, TERMINAL_KEYS, type KeyName, type TerminalKey } from "./keys";
import type { Quality } from "./quality";
import type { ScreenHandle } from "./Screen";
import type { TerminalHandle } from "./Terminal";

const text = desktops.view;
const PRESSED: readonly KeyName[] = ["esc", "tab", "enter", "up", "down", "left", "right"];
const HELD = ["ctrl", "alt", "super"] as const;
const IN_TERMINAL: readonly TerminalKey[] = ["esc", "tab", "interrupt", "end", "suspend", "up", "down", "left", "right"];
const QUALITIES: readonly Quality[] = ["auto", "high", "middle", "low"];

/** The job that what is shown belongs to. */
export interface JobPlace {
  desktop: string;
  address: string;
  terminal: boolean;
}

export interface BarProps {
  job: JobPlace | undefined;
  title: string;
  /** Nothing is shown any more, and nothing can be done with it. */
  ended: boolean;
  graphic: boolean;
  watching: boolean;
  screen: RefObject<ScreenHandle | null>;
  terminal: RefObject<TerminalHandle | null>;
  clipboard: string;
  quality: Quality;
  setQuality: (quality: Quality) => void;
  full: () => void;
}

export function Bar({ job, title, ended, graphic, watching, screen, terminal, clipboard, quality, setQuality, full }: BarProps): ReactElement {
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon component={Link} to={job?.address ?? "/desktops"} variant="default" size={30} aria-label={job === undefined ? text.back : text.job}>
        <Icon name="left" size={16} />
      </ActionIcon>
      <Text fw={600} truncate flex={1} miw={0}>
        {title}
      </Text>
      {!ended && (
        <>
          {watching && (
            <Text size="sm" c="dimmed" truncate visibleFrom="sm">
              {text.watching}
            </Text>
          )}
          {graphic && !watching && (
            <>
              <Keys screen={screen} />
              <Clipboard screen={screen} clipboard={clipboard} />
            </>
          )}
          {!graphic && !watching && <TerminalKeys terminal={terminal} />}
          {graphic && (
            <Select
              size="xs"
              w={130}
              visibleFrom="sm"
              aria-label={text.quality}
              allowDeselect={false}
              data={QUALITIES.map((q) => ({ value: q, label: text.qualities[q] }))}
              value={quality}
              onChange={(value) => setQuality(QUALITIES.find((q) => q === value) ?? "auto")}
            />
          )}
          {job !== undefined && !job.terminal && !watching && <StopProgram job={job} />}
          <Tooltip label={text.full}>
            <ActionIcon variant="default" size={30} aria-label={text.full} onClick={full}>
              <Icon name="full" size={16} />
            </ActionIcon>
          </Tooltip>
        </>
      )}
    </Group>
  );
}

/** Ends an interactive program; what it wrote is its result. */
function StopProgram({ job }: { job: JobPlace }): ReactElement {
  const navigate = useNavigate();
  const stop = useMutation({
    mutationFn: () => call("delete", "/desktops/{desktop}", { path: { desktop: job.desktop } }),
    onSuccess: () => {
      toast.done(jobs.job.did.finish);
      void navigate(job.address);
    },
    onError: (e) => toast.failed(words(e)),
  });
  const ask = async () => {
    if (await confirm(jobs.job.sureFinish, jobs.job.finish)) {
      stop.mutate();
    }
  };
  return (
    <>
      <Button visibleFrom="sm" size="xs" variant="default" loading={stop.isPending} leftSection={<Icon name="stop" size={14} />} onClick={() => void ask()}>
        {jobs.job.finish}
      </Button>
      <ActionIcon hiddenFrom="sm" variant="default" size={30} loading={stop.isPending} aria-label={jobs.job.finish} onClick={() => void ask()}>
        <Icon name="stop" size={14} />
      </ActionIcon>
    </>
  );
}

/** Keys that a browser keeps for itself, or that a phone has not got. */
function Keys({ screen }: { screen: RefObject<ScreenHandle | null> }): ReactElement {
  const [held, setHeld] = useState<readonly (typeof HELD)[number][]>([]);
  const [typed, setTyped] = useState("");
  const press = (keysym: number) => {
    screen.current?.key(keysym);
    held.forEach((name) => screen.current?.key(KEYSYM[name], false));
    setHeld([]);
  };
  const toggle = (name: (typeof HELD)[number]) => {
    const down = !held.includes(name);
    screen.current?.key(KEYSYM[name], down);
    setHeld(down ? [...held, name] : held.filter((n) => n !== name));
  };
  // a phone's keyboard tells what was written, not which key was pressed
  const write = (value: string) => {
    if (value.length < typed.length) {
      press(KEYSYM.backspace);
    } else {
      Array.from(value.slice(typed.length)).forEach((character) => press(keysymOf(character)));
    }
    setTyped(value.length > 200 ? "" : value);
  };
  return (
    <Popover position="bottom-end" withinPortal={false} width={280} transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<Icon name="keyboard" size={16} />}>
          {text.keys}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Button size="xs" variant="default" onClick={() => screen.current?.ctrlAltDel()}>
            {text.keyNames.cad}
          </Button>
          <Group gap={4}>
            {HELD.map((name) => (
              <Button
                key={name}
                size="compact-sm"
                variant={held.includes(name) ? "filled" : "default"}
                aria-pressed={held.includes(name)}
                onClick={() => toggle(name)}
              >
                {text.keyNames[name]}
              </Button>
            ))}
            {PRESSED.map((name) => (
              <Button key={name} size="compact-sm" variant="default" onClick={() => press(KEYSYM[name])}>
                {text.keyNames[name as Exclude<KeyName, "backspace">]}
              </Button>
            ))}
          </Group>
          <TextInput
            size="xs"
            label={text.type}
            autoCapitalize="off"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(e) => write(e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key === "Enter") {
                press(KEYSYM.enter);
                setTyped("");
              } else if (e.key === "Backspace" && typed === "") {
                press(KEYSYM.backspace);
              }
            }}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Keys of a terminal that a phone has not got. */
function TerminalKeys({ terminal }: { terminal: RefObject<TerminalHandle | null> }): ReactElement {
  return (
    <Popover position="bottom-end" withinPortal={false} width={280} trapFocus={false} transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button hiddenFrom="sm" size="xs" variant="default" leftSection={<Icon name="keyboard" size={16} />}>
          {text.keys}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Group gap={4}>
          {IN_TERMINAL.map((name) => (
            <Button key={name} size="compact-sm" variant="default" onClick={() => terminal.current?.type(TERMINAL_KEYS[name])}>
              {text.terminalKeys[name]}
            </Button>
          ))}
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}

function Clipboard({ screen, clipboard }: { screen: RefObject<ScreenHandle | null>; clipboard: string }): ReactElement {
  const [written, setWritten] = useState<{ over: string; value: string }>();
  const value = written?.over === clipboard ? written.value : clipboard; // a newer copy on the desktop wins
  return (
    <Popover position="bottom-end" withinPortal={false} width={320} transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<Icon name="copy" size={16} />}>
          {text.clipboard}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Textarea
            label={text.clipboardText}
            description={text.clipboardHelp}
            minRows={3}
            rows={4}
            value={value}
            onChange={(e) => setWritten({ over: clipboard, value: e.currentTarget.value })}
          />
          <Button
            size="xs"
            onClick={() => {
              screen.current?.paste(value);
              toast.done(text.clipboardSent);
            }}
          >
            {text.clipboardSend}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
