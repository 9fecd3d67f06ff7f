/** The grid is the filter of the list below it; both stand in the address. */
import { Anchor, Button, Group, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { keys, sessionQuery, statesQuery } from "../../api/queries";
import type { JobDetail, Subjob } from "../../api/types";
import { useAddress } from "../../lib/address";
import { count, duration, memory } from "../../lib/format";
import { stateOf, tally, type SubjobState } from "../../lib/subjobStates";
import { states as stateWords } from "../../text/common";
import { text } from "../../text/jobs";
import { took } from "../../ui/progress";
import { StateChip } from "../../ui/StateChip";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago, useNow } from "../../ui/time";
import { MOST_SQUARES, SubjobGrid } from "./SubjobGrid";

const PAGE = 100;
const ORDER: readonly SubjobState[] = ["Running", "Failed", "Held", "Idle", "Suspended", "Completed", "Removed"];

export default function SubjobsTab({ job }: { job: JobDetail }): ReactElement {
  const [search, setSearch] = useAddress();
  const only = ORDER.find((s) => s === search.get("state"));
  const chosenText = search.get("subjob");
  const chosen = chosenText === null || !/^\d+$/.test(chosenText) ? undefined : Number(chosenText);
  const states = useQuery(statesQuery(job.id));
  const set = (name: "state" | "subjob", value: string | undefined) =>
    setSearch(
      (before) => {
        before.set("tab", "subjobs");
        before.delete("subjob");
        if (value === undefined) {
          before.delete(name);
        } else {
          before.set(name, value);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  if (states.isError) {
    return <ErrorBox error={states.error} retry={() => void states.refetch()} />;
  }
  if (states.data === undefined) {
    return <Loading />;
  }
  const sums = tally(states.data);
  return (
    <Stack gap="md">
      <Group gap={6}>
        <Button size="compact-sm" variant={only === undefined ? "light" : "default"} aria-pressed={only === undefined} onClick={() => set("state", undefined)}>
          {text.subjobs.all} {count(states.data.length)}
        </Button>
        {ORDER.filter((s) => sums[s] > 0 || s === only).map((s) => (
          <Button
            key={s}
            size="compact-sm"
            variant={only === s ? "light" : "default"}
            aria-pressed={only === s}
            onClick={() => set("state", only === s ? undefined : s)}
          >
            {stateWords[s]} {count(sums[s])}
          </Button>
        ))}
      </Group>
      <SubjobGrid states={states.data} only={only} chosen={chosen} choose={(index) => set("subjob", index === undefined ? undefined : String(index))} />
      {states.data.length > MOST_SQUARES && (
        <Text size="xs" c="dimmed">
          {text.subjobs.cut(count(MOST_SQUARES))}
        </Text>
      )}
      {chosen !== undefined && states.data[chosen] !== undefined && (
        <Group gap="sm">
          <Text size="sm" fw={600}>
            {text.subjobs.square(chosen, stateWords[stateOf(states.data.charAt(chosen))])}
          </Text>
          <Button size="compact-sm" variant="subtle" onClick={() => set("subjob", undefined)}>
            {text.subjobs.clear}
          </Button>
        </Group>
      )}
      <SubjobList job={job} only={chosen === undefined ? only : undefined} chosen={chosen} all={chosen === undefined ? (only === undefined ? states.data.length : sums[only]) : 1} />
    </Stack>
  );
}

function SubjobList({ job, only, chosen, all }: { job: JobDetail; only: SubjobState | undefined; chosen: number | undefined; all: number }): ReactElement {
  const pages = useInfiniteQuery({
    queryKey: [...keys.subjobs(job.id), only ?? "", chosen ?? -1],
    queryFn: ({ pageParam, signal }) =>
      call("get", "/jobs/{job}/subjobs", {
        path: { job: job.id },
        query: { state: only, from: pageParam, limit: chosen === undefined ? PAGE : 1 },
        signal,
      }),
    initialPageParam: chosen ?? 0,
    getNextPageParam: (last) => (chosen === undefined && last.subjobs.length === PAGE ? (last.subjobs.at(-1)?.index ?? 0) + 1 : undefined),
    placeholderData: keepPreviousData,
    maxPages: 20,
  });
  const now = useNow(job.state === "Running" ? 1_000 : 0);
  const session = useQuery(sessionQuery);
  if (pages.isError) {
    return <ErrorBox error={pages.error} retry={() => void pages.refetch()} />;
  }
  if (pages.data === undefined) {
    return <Loading lines={6} />;
  }
  const rows = pages.data.pages.flatMap((p) => p.subjobs);
  const c = text.subjobs.columns;
  if (rows.length === 0) {
    return <Text c="dimmed">{text.subjobs.none}</Text>;
  }
  return (
    <Stack gap="sm">
      <Table verticalSpacing={6} fz="sm" style={{ tableLayout: "fixed" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={64}>{c.index}</Table.Th>
            <Table.Th w={124}>{c.state}</Table.Th>
            <Table.Th>{c.label}</Table.Th>
            <Table.Th visibleFrom="sm" w="14%">
              {c.node}
            </Table.Th>
            <Table.Th visibleFrom="md" w={110}>
              {c.started}
            </Table.Th>
            <Table.Th visibleFrom="sm" w={104} ta="right">
              {c.took}
            </Table.Th>
            <Table.Th visibleFrom="md" w={110} ta="right">
              {c.memory}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((s) => (
            <SubjobRow key={s.index} job={job.id} subjob={s} now={now} terminal={session.data?.user?.name === job.owner} />
          ))}
        </Table.Tbody>
      </Table>
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()} mx="auto">
          {text.subjobs.more(count(Math.max(0, all - rows.length)))}
        </Button>
      )}
    </Stack>
  );
}

function SubjobRow({ job, subjob: s, now, terminal }: { job: number; subjob: Subjob; now: number; terminal: boolean }): ReactElement {
  const seconds = took(s, now);
  return (
    <Table.Tr>
      <Table.Td style={{ verticalAlign: "top" }}>
        <Anchor component={Link} to={`/jobs/${job}?tab=output&subjob=${s.index}`} size="sm" aria-label={`${text.subjobs.one(s.index)}: ${text.subjobs.output}`}>
          {s.index}
        </Anchor>
      </Table.Td>
      <Table.Td style={{ verticalAlign: "top" }}>
        <StateChip state={s.state} />
      </Table.Td>
      <Table.Td className="wrap">
        {s.label}
        {s.attempt > 1 && (
          <Text size="xs" c="dimmed" component="span">
            {" "}
            · {text.subjobs.attempt(s.attempt)}
          </Text>
        )}
        {typeof s.percent === "number" && s.state === "Running" && (
          <Text size="xs" c="dimmed" component="span">
            {" "}
            · {Math.floor(s.percent)} %{typeof s.message === "string" && ` · ${s.message}`}
          </Text>
        )}
        {s.failure !== null && s.failure !== undefined && (
          <Text size="sm" c="var(--mantine-color-error)">
            {s.failure.message}
          </Text>
        )}
        {terminal && s.state === "Running" && (
          <div>
            <Anchor component={Link} to={`/desktops/job-${job}-${s.index}-terminal`} size="xs">
              {text.subjobs.terminal}
            </Anchor>
          </div>
        )}
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {s.node ?? ""} {seconds === undefined ? "" : duration(seconds)}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ verticalAlign: "top" }}>
        <Text size="sm" truncate>
          {s.node ?? "–"}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="md" style={{ verticalAlign: "top" }}>
        <Ago at={s.startedAt} />
      </Table.Td>
      <Table.Td visibleFrom="sm" ta="right" style={{ verticalAlign: "top" }}>
        {seconds === undefined ? "–" : duration(seconds)}
      </Table.Td>
      <Table.Td visibleFrom="md" ta="right" style={{ verticalAlign: "top" }}>
        {typeof s.peakMemoryBytes === "number" ? memory(s.peakMemoryBytes) : "–"}
      </Table.Td>
    </Table.Tr>
  );
}
