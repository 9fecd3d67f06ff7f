/** What was asked for and what was used: over time, by person, group and application, and the largest jobs. */
import { Box, Button, Group, SegmentedControl, Stack, Table, Text, Title, useComputedColorScheme } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ReactElement } from "react";
import { Link } from "react-router";
import { may, useUser } from "../../app/user";
import { API } from "../../api/client";
import { efficiencyQuery, groupsQuery, periods, type Period } from "../../api/queries";
import type { Efficiency, JobUse } from "../../api/types";
import { useAddress } from "../../lib/address";
import { count, memory } from "../../lib/format";
import { usage as text } from "../../text/usage";
import { Icon } from "../../ui/icons";
import { Contained, Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { scoped, Whose } from "../../ui/Whose";
import { bars, byGroup, hours, largestFirst, share, sum, type Named } from "./sums";

const UsageChart = lazy(() => import("./UsageChart"));
const DAYS: Record<Period, number> = { week: 7, month: 30, quarter: 91, year: 364 };
const BYS = ["person", "group", "app"] as const;
type By = (typeof BYS)[number];

export default function UsagePage(): ReactElement {
  const user = useUser();
  const admin = may(user, "pool-admin") || may(user, "administrator");
  const [search, setSearch] = useAddress();
  const span = periods.find((one) => one === search.get("span")) ?? "month";
  const all = admin && search.get("owner") === "all";
  const group = all ? undefined : (search.get("group") ?? undefined);
  const scope: { owner: "all" | "me" } | { group: string } = group === undefined ? { owner: all ? "all" : "me" } : { group };
  const data = useQuery({ ...efficiencyQuery({ span, ...scope }), placeholderData: keepPreviousData });
  // a group that shows no jobs tells one sum under its own name
  const oneSum = data.data?.group?.byPerson === false;
  const bys = BYS.filter((one) => all || one === "app" || (group !== undefined && one === "person"));
  const by: By = oneSum ? "group" : (bys.find((one) => one === search.get("by")) ?? (all || group !== undefined ? "person" : "app"));
  const groups = useQuery({ ...groupsQuery, enabled: all && by === "group" });
  const set = (key: string, value: string) =>
    setSearch(
      (now) => {
        now.set(key, value);
        return now;
      },
      { replace: true },
    );
  const people = data.data?.people ?? [];
  const rows: readonly Named[] = by === "app" ? (data.data?.apps ?? []) : by === "group" && !oneSum ? byGroup(people, groups.data ?? [], text.withoutGroup) : people;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        {data.data !== undefined && (
          <Button
            component="a"
            href={`${API}/pool/efficiency.csv?${new URLSearchParams({ span, ...scope }).toString()}`}
            download
            variant="default"
            leftSection={<Icon name="download" size={16} />}
          >
            {oneSum ? text.csvSum : text.csv}
          </Button>
        )}
      </Group>
      <Text c="dimmed" size="sm">
        {text.intro}
      </Text>
      <Group gap="sm">
        <SegmentedControl
          size="xs"
          aria-label={text.span}
          value={span}
          onChange={(value) => set("span", value)}
          data={periods.map((value) => ({ value, label: text.spans[value] }))}
        />
        {!oneSum && (
          <SegmentedControl
            size="xs"
            aria-label={text.by}
            value={by}
            onChange={(value) => set("by", value)}
            data={bys.map((value) => ({ value, label: text.bys[value] }))}
          />
        )}
        <Whose
          size="xs"
          scope={all ? { owner: "all" } : group === undefined ? {} : { group }}
          everybody={admin}
          groups={user.groups}
          choose={(wanted) => setSearch(scoped(wanted), { replace: true })}
        />
      </Group>
      {oneSum && (
        <Text size="sm" className="wrap">
          {text.oneSum(group ?? "")}
        </Text>
      )}
      {data.isPending && <Loading lines={8} />}
      {data.isError && <ErrorBox error={data.error} retry={() => void data.refetch()} />}
      {data.data !== undefined && people.length === 0 && (
        <Empty icon="plot" title={text.none.title} body={text.none.body} action={{ label: text.none.action, to: "/apps" }} />
      )}
      {data.data !== undefined && people.length > 0 && (
        <>
          <Picture data={data.data} days={DAYS[data.data.span]} />
          <Sums rows={largestFirst(rows)} head={text.bys[by]} all={sum(people)} note={by === "group" && !oneSum ? text.groupsHelp : undefined} />
          {data.data.jobs.length > 0 && <Jobs data={data.data} owners={all || group !== undefined} links={group === undefined} />}
        </>
      )}
    </Stack>
  );
}

function Picture({ data, days }: { data: Efficiency; days: number }): ReactElement {
  const scheme = useComputedColorScheme("light");
  const list = bars(data, days);
  const used = list.reduce((total, bar) => total + bar.used, 0);
  const unused = list.reduce((total, bar) => total + bar.unused, 0);
  return (
    <section className="card" aria-label={text.picture} style={{ minWidth: 0 }}>
      <Group gap="md" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {[
          [text.used, used, "var(--square-running)"],
          [text.unused, unused, "var(--line)"],
        ].map(([name, value]) => (
          <Group key={String(name)} gap={6} component="li" wrap="nowrap">
            <Box w={12} h={12} style={{ background: name === text.used ? (scheme === "light" ? "#0072b2" : "#56b4e9") : scheme === "light" ? "#c3cad0" : "#56606a", borderRadius: 2 }} aria-hidden="true" />
            <Text size="sm">
              {name}: {hours(Number(value))}
            </Text>
          </Group>
        ))}
      </Group>
      <Contained words={text.none.title}>
        <Suspense fallback={<Box h={240} />}>
          <UsageChart list={list} scheme={scheme} label={text.label(hours(used + unused), hours(used))} />
        </Suspense>
      </Contained>
    </section>
  );
}

function part(used: number, asked: number): string {
  const n = share(used, asked);
  return n === undefined ? "–" : text.percent(n);
}

/** How much of the time that completed runs might have taken they took; on hover also what was expected. */
function TimeCell({ use }: { use: JobUse }): ReactElement {
  const known = use.timeAllowedHours > 0;
  return (
    <Table.Td ta="right" title={known ? text.timeOf(hours(use.timeUsedHours), hours(use.timeExpectedHours), hours(use.timeAllowedHours)) : undefined}>
      {part(use.timeUsedHours, use.timeAllowedHours)}
    </Table.Td>
  );
}

function Cells({ use }: { use: JobUse }): ReactElement {
  return (
    <>
      <Table.Td ta="right">{count(use.runs)}</Table.Td>
      <Table.Td ta="right">{part(use.completed, use.runs)}</Table.Td>
      <Table.Td ta="right">{hours(use.coreHours)}</Table.Td>
      <Table.Td ta="right">{part(use.cpuHours, use.measuredCoreHours)}</Table.Td>
      <Table.Td ta="right">{part(use.memoryUsedGiBHours, use.memoryAskedGiBHours)}</Table.Td>
      <TimeCell use={use} />
      <Table.Td ta="right">{hours(use.lostCoreHours)}</Table.Td>
    </>
  );
}

function Sums({ rows, head, all, note }: { rows: readonly Named[]; head: string; all: JobUse; note: string | undefined }): ReactElement {
  const c = text.columns;
  return (
    <section className="card" aria-label={head}>
      <Table.ScrollContainer minWidth={700} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{head}</Table.Th>
              <Table.Th ta="right">{c.runs}</Table.Th>
              <Table.Th ta="right">{c.completed}</Table.Th>
              <Table.Th ta="right">{c.hours}</Table.Th>
              <Table.Th ta="right" title={text.cpuHelp}>
                {c.cpu}
              </Table.Th>
              <Table.Th ta="right" title={text.memoryHelp}>
                {c.memory}
              </Table.Th>
              <Table.Th ta="right" title={text.timeHelp}>
                {c.time}
              </Table.Th>
              <Table.Th ta="right" title={text.lostHelp}>
                {c.lost}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.name}>
                <Table.Td className="wrap">{row.name}</Table.Td>
                <Cells use={row} />
              </Table.Tr>
            ))}
          </Table.Tbody>
          {rows.length > 1 && (
            <Table.Tfoot>
              <Table.Tr fw={600}>
                <Table.Td>{text.all}</Table.Td>
                <Cells use={all} />
              </Table.Tr>
            </Table.Tfoot>
          )}
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        {text.explained} {note}
      </Text>
    </section>
  );
}

function Jobs({ data, owners, links }: { data: Efficiency; owners: boolean; links: boolean }): ReactElement {
  const c = text.columns;
  return (
    <section className="card" aria-label={text.jobs}>
      <Title order={2} mb="xs">
        {text.jobs}
      </Title>
      <Table.ScrollContainer minWidth={700} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{c.job}</Table.Th>
              {owners && <Table.Th>{c.owner}</Table.Th>}
              <Table.Th ta="right">{c.hours}</Table.Th>
              <Table.Th ta="right">{c.cpu}</Table.Th>
              <Table.Th ta="right">{c.memory}</Table.Th>
              <Table.Th ta="right" title={text.timeHelp}>
                {c.time}
              </Table.Th>
              <Table.Th ta="right">{c.lost}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.jobs.map((job) => (
              <Table.Tr key={job.job}>
                <Table.Td>
                  {links ? (
                    <Link to={`/jobs/${job.job}`} className="quiet-link wrap">
                      {job.name}
                    </Link>
                  ) : (
                    <span className="wrap">{job.name}</span>
                  )}
                  <Text size="xs" c="dimmed">
                    {job.app} · {text.runs(job.runs)}
                  </Text>
                </Table.Td>
                {owners && <Table.Td className="wrap">{job.owner}</Table.Td>}
                <Table.Td ta="right">{hours(job.coreHours)}</Table.Td>
                <Table.Td ta="right">{part(job.cpuHours, job.measuredCoreHours)}</Table.Td>
                <Table.Td ta="right">
                  {typeof job.peakMemoryBytes === "number" ? text.peak(memory(job.peakMemoryBytes), memory(job.memoryBytes)) : "–"}
                </Table.Td>
                <TimeCell use={job} />
                <Table.Td ta="right">{hours(job.lostCoreHours)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
