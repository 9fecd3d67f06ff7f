/** What moves now; on the first day the three steps to a plot. */
import { Alert, Anchor, Badge, Button, Grid, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { appsQuery, jobsQuery, poolQuery, useAnnouncement } from "../../api/queries";
import type { AppSummary, Job, Pool } from "../../api/types";
import { text } from "../../text/home";
import { Icon } from "../../ui/icons";
import { JobProgress } from "../../ui/progress";
import { StateChip } from "../../ui/StateChip";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";

const moving: readonly Job["state"][] = ["Idle", "Running", "Suspended", "Held"];

export function HomePage(): ReactElement {
  const jobs = useQuery(jobsQuery({ limit: 20 }));
  const apps = useQuery(appsQuery);
  const pool = useQuery(poolQuery);
  const announcement = useAnnouncement();
  const list = jobs.data?.jobs ?? [];
  const now = list.filter((j) => moving.includes(j.state));
  const ended = list.filter((j) => !moving.includes(j.state)).slice(0, 5);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <Button component={Link} to="/apps" leftSection={<Icon name="plus" size={16} />}>
          {text.newJob}
        </Button>
      </Group>
      {announcement !== null && announcement !== "" && (
        <Alert icon={<Icon name="horn" />} title={text.announcement} className="wrap">
          <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
            {announcement}
          </Text>
        </Alert>
      )}
      {jobs.isError && <ErrorBox error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isPending ? (
        <Loading />
      ) : (
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, md: 8 }}>
            {list.length === 0 && !jobs.isError ? (
              <FirstDay apps={apps.data ?? []} known={apps.isSuccess} />
            ) : (
              <Stack gap="lg">
                <section aria-labelledby="now">
                  <Title order={2} id="now" mb="xs">
                    {text.running}
                  </Title>
                  {now.length === 0 ? <Text c="dimmed">{text.noneRunning}</Text> : now.map((j) => <JobLine key={j.id} job={j} />)}
                </section>
                {ended.length > 0 && (
                  <section aria-labelledby="ended">
                    <Group justify="space-between" mb="xs">
                      <Title order={2} id="ended">
                        {text.ended}
                      </Title>
                      <Anchor component={Link} to="/jobs" size="sm">
                        {text.allJobs}
                      </Anchor>
                    </Group>
                    {ended.map((j) => (
                      <JobLine key={j.id} job={j} />
                    ))}
                  </section>
                )}
              </Stack>
            )}
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Stack gap="lg">
              {pool.data !== undefined && <PoolGlance pool={pool.data} />}
              <RecentApps apps={apps.data ?? []} jobs={list} />
            </Stack>
          </Grid.Col>
        </Grid>
      )}
    </Stack>
  );
}

function JobLine({ job }: { job: Job }): ReactElement {
  const live = moving.includes(job.state);
  return (
    <Link to={`/jobs/${job.id}`} className="quiet-link" style={{ display: "block", textDecoration: "none" }}>
      <Stack gap={6} py="sm" style={{ borderTop: "1px solid var(--line)" }}>
        <Group gap="sm" wrap="nowrap">
          <StateChip state={job.state} />
          <Text fw={500} truncate>
            {job.name}
          </Text>
          <Text size="sm" c="dimmed" ml="auto" style={{ whiteSpace: "nowrap" }}>
            <Ago at={job.endedAt ?? job.submittedAt} />
          </Text>
        </Group>
        {live && <JobProgress job={job} />}
      </Stack>
    </Link>
  );
}

/** The sample to begin with: the search when it can run, else the first application that has an example. */
function FirstDay({ apps, known }: { apps: readonly AppSummary[]; known: boolean }): ReactElement {
  const sample = apps.find((a) => a.id === "hmmsearch" && a.runnable) ?? apps.find((a) => a.runnable);
  const steps = [
    { ...text.steps.run, body: text.steps.run.body(sample?.title ?? "") },
    text.steps.watch,
    text.steps.read,
  ];
  return (
    <section className="card" aria-labelledby="welcome" style={{ padding: 24 }}>
      <Title order={2} id="welcome">
        {text.welcome}
      </Title>
      <Text c="dimmed" mt={4} mb="lg">
        {text.welcomeBody}
      </Text>
      {sample === undefined ? (
        known && <Alert color="yellow">{text.noApp}</Alert>
      ) : (
        <>
          <Stack component="ol" gap="md" m={0} p={0} style={{ listStyle: "none" }}>
            {steps.map((step, i) => (
              <Group component="li" key={step.title} gap="md" wrap="nowrap" align="flex-start">
                <Badge circle size="lg" variant="light" aria-hidden>
                  {i + 1}
                </Badge>
                <div>
                  <Text fw={600}>{step.title}</Text>
                  <Text size="sm" c="dimmed">
                    {step.body}
                  </Text>
                </div>
              </Group>
            ))}
          </Stack>
          <Button component={Link} to={`/apps/${sample.id}?example=0`} mt="lg" leftSection={<Icon name="play" size={16} />}>
            {text.runSample}
          </Button>
        </>
      )}
    </section>
  );
}

function PoolGlance({ pool }: { pool: Pool }): ReactElement {
  const used = pool.slots - pool.freeSlots;
  return (
    <section className="card" aria-labelledby="pool">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="pool">
          {text.pool}
        </Title>
        <Anchor component={Link} to="/pool" size="sm">
          {text.nodes(pool.nodes)}
        </Anchor>
      </Group>
      {!pool.accepting && (
        <Alert color="red" variant="light" mb="sm" title={text.notAccepting} className="wrap">
          {pool.reason}
        </Alert>
      )}
      <Text>{text.freeSlots(pool.freeSlots, pool.slots)}</Text>
      <Progress.Root size={8} my="xs" aria-hidden>
        <Progress.Section value={pool.slots === 0 ? 0 : (100 * used) / pool.slots} color="var(--square-running)" />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {text.runningSubjobs(pool.running)} · {text.waiting(pool.idle)}
      </Text>
    </section>
  );
}

function RecentApps({ apps, jobs }: { apps: readonly AppSummary[]; jobs: readonly Job[] }): ReactElement | null {
  const recent = [...new Set(jobs.map((j) => j.app))]
    .map((id) => apps.find((a) => a.id === id))
    .filter((a) => a !== undefined);
  const shown = [...recent, ...apps.filter((a) => a.runnable && !recent.includes(a))].slice(0, 5);
  if (shown.length === 0) {
    return null;
  }
  return (
    <section className="card" aria-labelledby="apps">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="apps">
          {text.recentApps}
        </Title>
        <Anchor component={Link} to="/apps" size="sm">
          {text.allApps}
        </Anchor>
      </Group>
      {shown.map((a) => (
        <Anchor key={a.id} component={Link} to={`/apps/${a.id}`} display="block" py={4}>
          {a.title}
        </Anchor>
      ))}
    </section>
  );
}
