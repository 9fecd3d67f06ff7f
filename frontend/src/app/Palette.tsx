/** Ctrl-K: type a part of a name, arrows choose, Enter opens. A combobox in the sense of ARIA 1.2. */
import { Box, Modal, Text, TextInput, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent, type ReactElement } from "react";
import { useNavigate } from "react-router";
import { appsQuery, jobsQuery } from "../api/queries";
import { text } from "../text/common";
import { reference } from "../text/reference";
import { Icon, type IconName } from "../ui/icons";
import type { PageEntry } from "./pages";
import styles from "./Palette.module.css";

interface Entry {
  group: string;
  label: string;
  hint?: string;
  icon: IconName;
  run: () => void;
}

const LIMIT = 6;

export default function Palette({ pages, close, shortcuts }: { pages: readonly PageEntry[]; close: () => void; shortcuts: () => void }): ReactElement {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const apps = useQuery(appsQuery);
  const jobs = useQuery(jobsQuery({ limit: 20 }));
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);

  const go = (to: string) => () => {
    close();
    void navigate(to);
  };
  const scheme = (name: "light" | "dark" | "auto", label: string): Entry => ({
    group: text.palette.actions,
    label: `${text.top.scheme}: ${label}`,
    icon: "sun",
    run: () => {
      setColorScheme(name);
      close();
    },
  });
  const all: Entry[] = [
    ...pages.map((p) => ({ group: text.palette.pages, label: p.label, hint: `g ${p.key}`, icon: p.icon, run: go(p.to) })),
    { group: text.palette.pages, label: text.nav.triggers, icon: "bolt" as const, run: go("/triggers") },
    { group: text.palette.pages, label: text.nav.profile, icon: "person" as const, run: go("/profile") },
    { group: text.palette.pages, label: reference.open, icon: "link" as const, run: go("/reference") },
    ...(apps.data ?? []).map((a) => ({ group: text.palette.apps, label: a.title, hint: a.category, icon: "apps" as const, run: go(`/apps/${a.id}`) })),
    ...(jobs.data?.jobs ?? []).map((j) => ({ group: text.palette.jobs, label: j.name, hint: `${j.id} · ${j.state}`, icon: "jobs" as const, run: go(`/jobs/${j.id}`) })),
    { group: text.palette.actions, label: text.top.shortcuts, hint: "?", icon: "keyboard", run: shortcuts },
    scheme("light", text.top.light),
    scheme("dark", text.top.dark),
    scheme("auto", text.top.auto),
  ];
  const wanted = words.trim().toLowerCase();
  const perGroup = new Map<string, number>();
  const shown = all.filter((e) => {
    const hit = wanted === "" || `${e.label} ${e.hint ?? ""}`.toLowerCase().includes(wanted);
    const n = perGroup.get(e.group) ?? 0;
    if (!hit || n >= LIMIT + (e.group === text.palette.pages ? 2 : 0)) {
      return false;
    }
    perGroup.set(e.group, n + 1);
    return true;
  });
  const current = Math.min(chosen, shown.length - 1);

  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = (current + step + shown.length) % Math.max(1, shown.length);
      setChosen(next);
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      shown[current]?.run();
    }
  };

  return (
    <Modal.Root opened onClose={close} padding={0} size={560} yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={text.top.searchLabel}>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        px="md"
        className={styles.input}
        leftSection={<Icon name="search" />}
        placeholder={text.palette.placeholder}
        aria-label={text.top.searchLabel}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={shown.length > 0 ? `palette-${current}` : undefined}
        value={words}
        onChange={(e) => {
          setWords(e.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
        <div role="listbox" id="palette-list" aria-label={text.top.searchLabel} className={styles.list} tabIndex={0}>
          {shown.map((e, i) => (
            <Box key={`${e.group}/${e.label}/${e.hint ?? ""}`}>
              {e.group !== shown[i - 1]?.group && (
                <Text size="xs" c="dimmed" px="sm" pt={i === 0 ? 4 : 12} pb={4} aria-hidden>
                  {e.group}
                </Text>
              )}
              <div
                id={`palette-${i}`}
                role="option"
                aria-selected={i === current}
                className={styles.entry}
                onClick={e.run}
                onMouseMove={() => setChosen(i)}
              >
                <Icon name={e.icon} size={16} />
                <span className={styles.label}>{e.label}</span>
                <Text size="xs" c="dimmed" component="span">
                  {e.hint}
                </Text>
              </div>
            </Box>
          ))}
        </div>
        {shown.length === 0 && (
          <Text c="dimmed" size="sm" p="md">
            {text.palette.empty}
          </Text>
        )}
      </Modal.Content>
    </Modal.Root>
  );
}
