/** The job history: what ended, on which machine. Filter and page stand in the address. */
import { Anchor, Button, Group, Stack, Switch, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { may, useUser } from "../../app/user";
import { API } from "../../api/client";
import { runsQuery } from "../../api/queries";
import type { Run } from "../../api/types";
import { useAddress } from "../../lib/address";
import { duration, exact, memory, percent } from "../../lib/format";
import { text as common } from "../../text/common";
import { runs as text } from "../../text/runs";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { FilterHelp } from "../jobs/Views";

const PAGE = 50;
/** The server counts no further. */
const COUNTED = 10_000;

export default function RunsPage(): ReactElement {
  const user = useUser();
  const admin = may(user, "pool-admin") || may(user, "administrator");
  const [search, setSearch] = useAddress();
  const q = search.get("q") ?? "";
  const all = admin && search.get("owner") !== "me";
  const before = Number(search.get("before") ?? 0);
  const owner = all ? "all" : "me";
  const runs = useQuery({
    ...runsQuery({ q, owner, limit: PAGE, ...(Number.isInteger(before) && before > 0 ? { before } : {}) }),
    placeholderData: keepPreviousData,
  });
  const [typed, setTyped] = useState(q);
  const set = (key: string, value: string) =>
    setSearch(
      (now) => {
        if (key !== "before") {
          now.delete("before");
        }
        if (value === "") {
          now.delete(key);
        } else {
          now.set(key, value);
        }
        return now;
      },
      { replace: key !== "before" },
    );
  const setFilter = useDebouncedCallback((value: string) => set("q", value.trim()), 250);
  const list = runs.data?.runs ?? [];
  const next = runs.data?.next ?? undefined;
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/pool" size="sm">
        {text.back}
      </Anchor>
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <Button
          component="a"
          href={`${API}/pool/runs.csv?${new URLSearchParams({ q, owner }).toString()}`}
          download
          variant="default"
          leftSection={<Icon name="download" size={16} />}
        >
          {text.csv}
        </Button>
      </Group>
      <Text c="dimmed" size="sm">
        {text.intro} {runs.data !== undefined && text.kept(runs.data.keptDays, runs.data.keptRuns)}
      </Text>
      <Group gap="sm">
        <TextInput
          data-filter
          aria-label={common.filter}
          placeholder={text.filter}
          leftSection={<Icon name="search" size={16} />}
          value={typed}
          maxLength={1000}
          spellCheck={false}
          onChange={(e) => {
            setTyped(e.currentTarget.value);
            setFilter(e.currentTarget.value);
          }}
          w={{ base: "100%", xs: 380 }}
        />
        <FilterHelp help={text.help} />
        {admin && <Switch label={text.everybody} checked={all} onChange={(e) => set("owner", e.currentTarget.checked ? "" : "me")} />}
        {runs.data !== undefined && (
          <Text size="sm" c="dimmed" ml="auto" role="status">
            {runs.data.count > COUNTED ? text.many : text.count(runs.data.count)}
          </Text>
        )}
      </Group>
      {runs.isPending && <Loading lines={8} />}
      {runs.isError && <ErrorBox error={runs.error} retry={() => void runs.refetch()} />}
      {runs.isSuccess && list.length === 0 && (
        <Empty
          icon="jobs"
          {...(q === ""
            ? text.none
            : {
                ...text.noMatch,
                action: {
                  label: text.noMatch.action,
                  onClick: () => {
                    setFilter.cancel();
                    setTyped("");
                    set("q", "");
                  },
                },
              })}
        />
      )}
      {list.length > 0 && <RunTable runs={list} owners={all} />}
      {(next !== undefined || before > 0) && (
        <Group justify="flex-end" gap="sm">
          {before > 0 && (
            <Button variant="default" leftSection={<Icon name="left" size={16} />} onClick={() => set("before", "")}>
              {common.newer}
            </Button>
          )}
          {next !== undefined && (
            <Button
              variant="default"
              rightSection={<Icon name="right" size={16} />}
              onClick={() => {
                set("before", String(next));
                window.scrollTo(0, 0);
              }}
            >
              {common.older}
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}

function RunTable({ runs, owners }: { runs: readonly Run[]; owners: boolean }): ReactElement {
  const c = text.columns;
  return (
    <Table.ScrollContainer minWidth={owners ? 980 : 880} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={132}>{c.state}</Table.Th>
            <Table.Th>{c.job}</Table.Th>
            {owners && <Table.Th>{c.owner}</Table.Th>}
            <Table.Th>{c.machine}</Table.Th>
            <Table.Th>{c.ended}</Table.Th>
            <Table.Th ta="right">{c.took}</Table.Th>
            <Table.Th ta="right">{c.cpu}</Table.Th>
            <Table.Th ta="right">{c.memory}</Table.Th>
            <Table.Th ta="right">{c.exit}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Td>
                <StateChip state={run.state} />
              </Table.Td>
              <Table.Td>
                <Link to={`/jobs/${run.job}`} className="quiet-link wrap" style={{ fontWeight: 500 }}>
                  {run.name}
                </Link>
                <Text size="xs" c="dimmed" className="wrap">
                  {run.app} · {typeof run.index === "number" ? text.subjob(run.index) : text.merge}
                  {run.attempt > 1 && ` · ${text.tries(run.attempt)}`}
                </Text>
                {typeof run.reason === "string" && (
                  <Text size="xs" c="dimmed" className="wrap">
                    {run.reason}
                  </Text>
                )}
              </Table.Td>
              {owners && <Table.Td className="wrap">{run.owner}</Table.Td>}
              <Table.Td className="wrap">{run.machine}</Table.Td>
              <Table.Td title={text.started(exact(run.startedAt))}>
                <Ago at={run.endedAt} />
              </Table.Td>
              <Table.Td ta="right">{duration(run.wallSeconds)}</Table.Td>
              <Table.Td ta="right" title={text.asked(run.cpus, memory(run.memoryBytes))}>
                {cpu(run)}
              </Table.Td>
              <Table.Td ta="right">
                {typeof run.peakMemoryBytes === "number" ? text.memory(memory(run.peakMemoryBytes), memory(run.memoryBytes)) : "–"}
              </Table.Td>
              <Table.Td ta="right">{run.signal ?? run.exitCode ?? "–"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** How much of the cores asked for was used. */
function cpu(run: Run): string {
  const asked = run.wallSeconds * run.cpus;
  return typeof run.cpuSeconds !== "number" || asked <= 0 ? "–" : text.cpu(`${percent(Math.min(run.cpuSeconds, asked), asked)} %`, run.cpus);
}
