/** All jobs of the person; filters and page stand in the address. */
import { Badge, Button, Group, NativeSelect, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState, type ReactElement } from "react";
import { Link, useNavigate } from "react-router";
import { useUser } from "../../app/user";
import { appsQuery, groupsQuery, jobsQuery, type JobFilter } from "../../api/queries";
import type { Job, JobState } from "../../api/types";
import { useAddress } from "../../lib/address";
import { count, duration, exact } from "../../lib/format";
import { states, text as common } from "../../text/common";
import { text } from "../../text/jobs";
import { usage } from "../../text/usage";
import { text as workflows } from "../../text/workflows";
import { Icon } from "../../ui/icons";
import { useListKeys } from "../../ui/listKeys";
import { JobProgress, took } from "../../ui/progress";
import { StateChip } from "../../ui/StateChip";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago, useNow } from "../../ui/time";
import { scoped, Whose } from "../../ui/Whose";
import { GroupsTold } from "./GroupsTold";
import { FilterHelp, Views } from "./Views";

const STATES: readonly JobState[] = ["Idle", "Running", "Suspended", "Held", "Completed", "Failed", "Removed"];
const PAGE = 50;
const LOOK_AGAIN_MILLIS = 10_000;
const NO_JOBS: readonly Job[] = [];

function filterOf(search: URLSearchParams): JobFilter {
  const state = STATES.find((s) => s === search.get("state"));
  const before = Number(search.get("before") ?? 0);
  return {
    state,
    app: search.get("app") ?? undefined,
    q: search.get("q") ?? undefined,
    owner: search.get("owner") === "all" ? "all" : undefined,
    group: search.get("owner") === "all" ? undefined : (search.get("group") ?? undefined),
    before: Number.isInteger(before) && before > 0 ? before : undefined,
    limit: PAGE,
  };
}

export default function JobsPage(): ReactElement {
  const user = useUser();
  const admin = user.roles.includes("administrator");
  const groups = useQuery({ ...groupsQuery, enabled: admin || user.groups.length > 0 });
  const navigate = useNavigate();
  const [search, setSearch] = useAddress();
  const filter = filterOf(search);
  // events tell of one's own jobs only
  const others = filter.owner === "all" || filter.group !== undefined;
  const jobs = useQuery({ ...jobsQuery(filter), placeholderData: keepPreviousData, refetchInterval: others ? LOOK_AGAIN_MILLIS : false });
  const apps = useQuery(appsQuery);
  const [typed, setTyped] = useState(filter.q ?? "");
  const list = jobs.data?.jobs ?? NO_JOBS;
  const set = (key: string, value: string) =>
    setSearch(
      (before) => {
        before.delete("before");
        if (value === "") {
          before.delete(key);
        } else {
          before.set(key, value);
        }
        return before;
      },
      { replace: true },
    );
  const setText = useDebouncedCallback((value: string) => set("q", value.trim()), 250);
  const open = useCallback(
    (row: number) => {
      const job = list[row];
      if (job !== undefined && job.access !== "listed") {
        void navigate(`/jobs/${job.id}`);
      }
    },
    [list, navigate],
  );
  const current = useListKeys(list.length, open);
  const filtered = ["state", "app", "q", "owner", "group"].some((k) => search.has(k));
  const total = jobs.data?.count ?? 0;
  const next = jobs.data?.next ?? undefined;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <Group gap="xs">
          <Button component={Link} to="/usage" variant="default" leftSection={<Icon name="plot" size={16} />}>
            {usage.open}
          </Button>
          <Button component={Link} to="/workflows" variant="default" leftSection={<Icon name="share" size={16} />}>
            {workflows.nav}
          </Button>
          <Button component={Link} to="/triggers" variant="default" leftSection={<Icon name="bolt" size={16} />}>
            {common.nav.triggers}
          </Button>
          <Button component={Link} to="/apps" leftSection={<Icon name="plus" size={16} />}>
            {text.newJob}
          </Button>
        </Group>
      </Group>
      <Group gap="sm">
        <TextInput
          data-filter
          aria-label={text.filterText}
          placeholder={text.filterText}
          leftSection={<Icon name="search" size={16} />}
          value={typed}
          maxLength={1000}
          spellCheck={false}
          onChange={(e) => {
            setTyped(e.currentTarget.value);
            setText(e.currentTarget.value);
          }}
          w={{ base: "100%", xs: 300 }}
        />
        <FilterHelp />
        <Views
          query={filter.q ?? ""}
          choose={(query) => {
            setText.cancel();
            setTyped(query);
            set("q", query);
          }}
        />
        <NativeSelect
          aria-label={text.columns.state}
          value={filter.state ?? ""}
          data={[{ value: "", label: text.anyState }, ...STATES.map((s) => ({ value: s, label: states[s] }))]}
          onChange={(e) => set("state", e.currentTarget.value)}
        />
        <NativeSelect
          aria-label={text.columns.app}
          value={filter.app ?? ""}
          maw={220}
          data={[{ value: "", label: text.anyApp }, ...(apps.data ?? []).map((a) => ({ value: a.id, label: a.title }))]}
          onChange={(e) => set("app", e.currentTarget.value)}
        />
        <Whose
          scope={filter.owner === "all" ? { owner: "all" } : filter.group === undefined ? {} : { group: filter.group }}
          groups={(groups.data ?? []).filter((g) => admin || g.jobs !== "none").map((g) => g.name)}
          everybody={admin}
          choose={(scope) => setSearch(scoped(scope), { replace: true })}
        />
        {jobs.data !== undefined && (
          <Text size="sm" c="dimmed" ml="auto" role="status">
            {total > 10_000 ? text.many : text.count(count(total), total === 1)}
          </Text>
        )}
      </Group>
      {filter.group === undefined ? filter.owner === undefined && <GroupsTold /> : <GroupHelp group={filter.group} />}
      {jobs.isPending && <Loading lines={8} />}
      {jobs.isError && <ErrorBox error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isSuccess && list.length === 0 && (
        <Empty
          icon="jobs"
          {...(filtered
            ? {
                ...text.noMatch,
                action: {
                  label: text.noMatch.action,
                  onClick: () => {
                    setTyped("");
                    setSearch({});
                  },
                },
              }
            : { ...text.none, action: { label: text.none.action, to: "/apps" } })}
        />
      )}
      {list.length > 0 && <JobsTable jobs={list} current={current} owners={others} />}
      {(next !== undefined || filter.before !== undefined) && (
        <Group justify="flex-end" gap="sm">
          {filter.before !== undefined && (
            <Button
              variant="default"
              leftSection={<Icon name="left" size={16} />}
              onClick={() =>
                setSearch((before) => {
                  before.delete("before");
                  return before;
                })
              }
            >
              {common.newer}
            </Button>
          )}
          {next !== undefined && (
            <Button
              variant="default"
              rightSection={<Icon name="right" size={16} />}
              onClick={() => {
                setSearch((before) => {
                  before.set("before", String(next));
                  return before;
                });
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

/** What the list of a group holds. */
function GroupHelp({ group }: { group: string }): ReactElement | null {
  const user = useUser();
  const groups = useQuery(groupsQuery);
  const found = groups.data?.find((g) => g.name === group);
  if (found === undefined) {
    return null;
  }
  const words = user.roles.includes("administrator") ? text.group.all(group) : text.group[found.jobs](group, exact(found.jobsSince ?? ""), exact(found.resultsSince ?? ""));
  return (
    <Text size="sm" c="dimmed" className="wrap">
      {words}
    </Text>
  );
}

function JobsTable({ jobs, current, owners }: { jobs: readonly Job[]; current: number; owners: boolean }): ReactElement {
  const navigate = useNavigate();
  const now = useNow(jobs.some((j) => j.state === "Running") ? 1_000 : 0);
  const c = text.columns;
  return (
    <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={132}>{c.state}</Table.Th>
          <Table.Th>{c.name}</Table.Th>
          <Table.Th visibleFrom="sm" w="18%">
            {c.app}
          </Table.Th>
          {owners && (
            <Table.Th visibleFrom="sm" w={110}>
              {c.owner}
            </Table.Th>
          )}
          <Table.Th visibleFrom="md" w="22%">
            {c.progress}
          </Table.Th>
          <Table.Th visibleFrom="sm" w={110}>
            {c.submitted}
          </Table.Th>
          <Table.Th visibleFrom="md" w={120} ta="right">
            {c.took}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {jobs.map((job, i) => {
          const seconds = took(job, now);
          return (
            <Table.Tr
              key={job.id}
              className={job.access === "listed" ? undefined : "row"}
              data-current={i === current}
              onClick={(e) => {
                if (job.access !== "listed" && !(e.target as HTMLElement).closest("a") && window.getSelection()?.toString() === "") {
                  void navigate(`/jobs/${job.id}`);
                }
              }}
            >
              <Table.Td>
                <StateChip state={job.state} />
              </Table.Td>
              <Table.Td>
                {job.access === "listed" ? (
                  <span className="wrap">{job.name}</span>
                ) : (
                  <Link to={`/jobs/${job.id}`} className="quiet-link wrap" style={{ fontWeight: 500 }}>
                    {job.name}
                  </Link>
                )}
                {(job.tags ?? []).length > 0 && (
                  <Group gap={4} mt={2}>
                    {(job.tags ?? []).map((tag) => (
                      <Badge key={tag} size="sm" variant="light" tt="none">
                        {tag}
                      </Badge>
                    ))}
                  </Group>
                )}
                <Text size="xs" c="dimmed" hiddenFrom="sm">
                  {owners && `${job.owner} · `}
                  {job.appTitle} · <Ago at={job.submittedAt} />
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Text size="sm" truncate>
                  {job.appTitle}
                </Text>
              </Table.Td>
              {owners && <Table.Td visibleFrom="sm">{job.owner}</Table.Td>}
              <Table.Td visibleFrom="md">
                <JobProgress job={job} left={false} />
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Ago at={job.submittedAt} />
              </Table.Td>
              <Table.Td visibleFrom="md" ta="right">
                {seconds === undefined ? "–" : duration(seconds)}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
