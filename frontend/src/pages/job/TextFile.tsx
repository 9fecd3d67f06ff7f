/** A text of any length: a page of its lines at a time, and a search that the server does. The line stands in the address. */
import { ActionIcon, Anchor, Group, NumberInput, Switch, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { Link, useLocation } from "react-router";
import { call } from "../../api/client";
import { useAddress } from "../../lib/address";
import { text as jobs } from "../../text/jobs";
import { reader as text } from "../../text/results";
import { Icon, type IconName } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { resultUrl } from "./resultUrl";
import { columnOf, PAGE, pageOf, placeOf, split, stepFrom, WIDE } from "./lines";
import { useMatches } from "./useMatches";

const MOVES = ["wheel", "touchstart", "pointerdown", "keydown"];

/** Who follows a link to a line sees it, also while plots above it are still being drawn; until he moves himself. */
function keepInView(element: HTMLElement): () => void {
  const watch = new ResizeObserver(() => element.scrollIntoView({ block: "center" }));
  const stop = () => {
    watch.disconnect();
    MOVES.forEach((move) => window.removeEventListener(move, stop));
  };
  watch.observe(document.body);
  MOVES.forEach((move) => window.addEventListener(move, stop, { passive: true }));
  return stop;
}

export function TextFile({ job, title, path }: { job: number; title: string; path: string }): ReactElement {
  const [search, setSearch] = useAddress();
  const { pathname } = useLocation();
  const key = (name: string) => `${path}.${name}`;
  const number = (name: string, address = search) => {
    const value = address.get(key(name)) ?? "";
    return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  };
  const change = (changes: (now: URLSearchParams) => Record<string, string>) =>
    setSearch(
      (now) => {
        for (const [name, value] of Object.entries(changes(now))) {
          if (value === "") {
            now.delete(key(name));
          } else {
            now.set(key(name), value);
          }
        }
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const set = (changes: Record<string, string>) => change(() => changes);
  const words = search.get(key("find")) ?? "";
  const exact = search.get(key("exact")) === "1";
  /** From 1, as people count lines. */
  const line = number("line");
  const column = number("column") ?? 0;
  const from = pageOf(Math.max(0, (line ?? 1) - 1));
  const [typed, setTyped] = useState(words);
  const find = useDebouncedCallback((value: string) => set({ find: value, column: "" }), 400);
  const matches = useMatches(job, path, words, exact);
  const page = useQuery({
    queryKey: ["text", job, path, from, column],
    queryFn: ({ signal }) => call("get", "/jobs/{job}/text", { path: { job }, query: { file: path, from, limit: PAGE, column }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const shown = page.data?.lines ?? [];
  const first = page.data?.from ?? 0;
  const all = page.data?.count ?? 0;
  const box = useRef<HTMLDivElement>(null);
  const [linked] = useState(line !== undefined);
  const drawn = shown.length > 0;
  useEffect(() => (drawn && linked && box.current !== null ? keepInView(box.current) : undefined), [drawn, linked]);
  useEffect(() => {
    const row = line === undefined || page.isPlaceholderData ? null : box.current?.querySelector<HTMLElement>(`[data-line="${line}"]`);
    if (box.current !== null && row !== null && row !== undefined) {
      box.current.scrollTop = row.offsetTop - box.current.clientHeight / 3;
    }
  }, [line, column, page.data, page.isPlaceholderData]);
  const go = (to: number) => set({ line: String(Math.min(Math.max(1, to), Math.max(1, all))), at: "", column: "" });
  /** From where the address says, not the page: keys can come faster than it is drawn. */
  const step = (by: 1 | -1) =>
    change((now): Record<string, string> => {
      const next = matches.places[stepFrom(matches.places, number("line", now), number("at", now), by)];
      if (next === undefined) {
        return {};
      }
      const start = columnOf(next.column);
      return { line: String(next.line + 1), at: String(next.column), column: start === 0 ? "" : String(start) };
    });
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (typed === words) {
        step(event.shiftKey ? -1 : 1);
      } else {
        find.flush();
      }
    }
  };
  const place = placeOf(matches.places, line, number("at"));
  const here = matches.places[place];
  const button = (name: IconName, label: string, press: () => void, off: boolean) => (
    <ActionIcon variant="default" aria-label={label} title={label} disabled={off} onClick={press}>
      <Icon name={name} size={16} />
    </ActionIcon>
  );
  // not among the tab stops: the keyboard has the box beside the pages
  const linkTo = (n: number) => {
    const to = new URLSearchParams(search);
    to.set("tab", search.get("tab") ?? "results");
    to.set(key("line"), String(n));
    to.delete(key("at"));
    return `${pathname}?${to.toString()}`;
  };
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb="xs" gap="sm">
        <Title order={2}>{title}</Title>
        <Anchor href={resultUrl(job, path)} download size="sm" className="wrap">
          {jobs.results.downloadFile(path)}
        </Anchor>
      </Group>
      <Group gap="sm" mb="xs">
        <TextInput
          size="xs"
          w={240}
          aria-label={text.find(title)}
          placeholder={text.find(title)}
          leftSection={<Icon name="search" size={14} />}
          value={typed}
          maxLength={200}
          onKeyDown={keys}
          onChange={(e) => {
            setTyped(e.currentTarget.value);
            find(e.currentTarget.value);
          }}
        />
        <Switch size="xs" label={text.exact} checked={exact} onChange={(e) => set({ exact: e.currentTarget.checked ? "1" : "" })} />
        {words !== "" && (
          <Group gap={6}>
            {button("up", text.previous, () => step(-1), matches.places.length === 0)}
            {button("down", text.next, () => step(1), matches.places.length === 0)}
            <Text size="sm" className="nums" role="status">
              {matches.error ??
                (here !== undefined && here.line + 1 === line
                  ? text.at(place + 1, matches.count)
                  : matches.done < 1
                    ? text.looking(Math.round(100 * matches.done), matches.count)
                    : text.found(matches.count))}
            </Text>
            {matches.count > matches.places.length && matches.done === 1 && (
              <Text size="xs" c="dimmed">
                {text.stepped(matches.places.length)}
              </Text>
            )}
          </Group>
        )}
      </Group>
      {page.isError && <ErrorBox error={page.error} retry={() => void page.refetch()} />}
      {page.isPending && <Loading lines={6} />}
      {page.data !== undefined && all === 0 && <Text c="dimmed">{text.empty}</Text>}
      {shown.length > 0 && (
        <>
          <div ref={box} className="text-lines mono" tabIndex={0} role="region" aria-label={text.lines(title)}>
            {shown.map((one, i) => {
              const n = first + i + 1;
              const parts = split(one.text, words, exact);
              return (
                <div key={n} data-line={n} data-current={n === line || undefined}>
                  <Link to={linkTo(n)} tabIndex={-1} replace preventScrollReset aria-label={text.linkTo(n)}>
                    {n}
                  </Link>
                  <span>
                    {column > 0 && <i>… </i>}
                    {parts.map((part, p) => (p % 2 === 1 ? <mark key={p}>{part}</mark> : part))}
                    {one.more && <i> …</i>}
                  </span>
                </div>
              );
            })}
          </div>
          <Group justify="space-between" gap="xs" mt="xs">
            <Group gap="xs">
              {(column > 0 || shown.some((one) => one.more)) && (
                <>
                  <Text size="xs" c="dimmed">
                    {text.letters(column + 1)}
                  </Text>
                  {button("left", text.before, () => set({ column: column <= WIDE ? "" : String(column - WIDE) }), column === 0)}
                  {button("right", text.behind, () => set({ column: String(column + WIDE) }), !shown.some((one) => one.more))}
                </>
              )}
            </Group>
            <Group gap="xs">
              <NumberInput
                size="xs"
                w={130}
                aria-label={text.goTo}
                placeholder={text.goTo}
                min={1}
                max={all}
                allowDecimal={false}
                hideControls
                onKeyDown={(e) => {
                  const to = Number(e.currentTarget.value.replace(/\D/g, ""));
                  if (e.key === "Enter" && to > 0) {
                    go(to);
                  }
                }}
              />
              <Text size="sm" c="dimmed" className="nums">
                {text.page(first + 1, first + shown.length, all)}
              </Text>
              {button("first", text.first, () => go(1), first === 0)}
              {button("left", text.pageBefore, () => go(first + 1 - PAGE), first === 0)}
              {button("right", text.pageBehind, () => go(first + shown.length + 1), first + shown.length >= all)}
              {button("last", text.last, () => go(all), first + shown.length >= all)}
            </Group>
          </Group>
        </>
      )}
    </section>
  );
}
