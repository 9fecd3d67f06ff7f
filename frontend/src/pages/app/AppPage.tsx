/** An application: its form, what a run would become, and the last runs. */
import { Alert, Box, Button, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link, useParams } from "react-router";
import { ApiError } from "../../api/client";
import { appQuery, jobQuery, jobsQuery, triggersQuery } from "../../api/queries";
import type { App } from "../../api/types";
import { useAddress } from "../../lib/address";
import { text } from "../../text/apps";
import { access, authoring } from "../../text/authoring";
import { text as words } from "../../text/triggers";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { RemoveApp } from "../apps/RemoveApp";
import { AccessSheet, StageBadge } from "./AccessSheet";
import { AppForm } from "./AppForm";
import { emptyForm, fromExample, fromJob, fromRequest } from "./form";
import { isInteractive } from "./Summary";
import { draftOf, fileInputs, newDraft } from "./trigger";

export default function AppPage(): ReactElement {
  const { app: id = "" } = useParams();
  const [search] = useAddress();
  const app = useQuery(appQuery(id));
  const from = Number(search.get("from") ?? 0);
  const job = useQuery({ ...jobQuery(from), enabled: from > 0 });
  const triggers = useQuery({ ...triggersQuery, enabled: /^\d+$/.test(search.get("trigger") ?? "") });
  if (app.isError) {
    return app.error instanceof ApiError && [404, 410].includes(app.error.status) ? (
      <Empty icon="apps" title={text.form.missing.title} body={app.error.problem.detail ?? text.form.missing.body} action={{ label: text.form.missing.action, to: "/apps" }} />
    ) : (
      <ErrorBox error={app.error} retry={() => void app.refetch()} />
    );
  }
  if (app.data === undefined || (from > 0 && job.isPending)) {
    return <Loading lines={8} />;
  }
  const example = search.get("example");
  const chosen = example === null ? undefined : app.data.examples[Number(example)];
  const asked = search.get("trigger");
  const saved = triggers.data?.find((t) => String(t.id) === asked);
  if (asked !== null && /^\d+$/.test(asked) && saved === undefined) {
    return triggers.isPending ? <Loading lines={8} /> : <Empty icon="bolt" title={words.none.title} body={words.none.body} action={{ label: words.title, to: "/triggers" }} />;
  }
  const draft =
    saved !== undefined
      ? draftOf(app.data, saved)
      : asked === "folder" || asked === "schedule"
        ? newDraft(app.data, asked)
        : undefined;
  const start =
    saved !== undefined ? fromRequest(app.data, saved.request.job) : job.data !== undefined ? fromJob(app.data, job.data) : chosen !== undefined ? fromExample(app.data, chosen) : emptyForm(app.data);
  return (
    <Stack gap="lg">
      <Box>
        <Text size="sm" c="dimmed">
          {app.data.category}
        </Text>
        <PageTitle title={app.data.title} />
        <Standing app={app.data} />
        {paragraphs(app.data.about).map((p) => (
          <Text key={p} mt="xs" maw={760} className="wrap">
            {p}
          </Text>
        ))}
      </Box>
      {!app.data.runnable && (
        <Alert color="red" title={text.form.notRunnable} className="wrap" icon={<Icon name="warn" />}>
          {app.data.problem}
        </Alert>
      )}
      {from > 0 && job.isError && <ErrorBox error={job.error} />}
      <Examples app={app.data} current={chosen === undefined ? -1 : Number(example)} from={job.data?.name} />
      {draft === undefined && !isInteractive(app.data) && <ByItself app={app.data} />}
      <AppForm key={`${app.data.id}/${example ?? ""}/${from}/${asked ?? ""}`} app={app.data} start={start} trigger={draft} />
      <LastRuns app={app.data} />
    </Stack>
  );
}

/** How far it is published, and for those who say so the way to it. */
function Standing({ app }: { app: App }): ReactElement | null {
  const [open, setOpen] = useState(false);
  if (app.mayChange !== true && (app.stage ?? "everyone") === "everyone") {
    return null;
  }
  return (
    <Group gap="xs" mt={6}>
      <StageBadge stage={app.stage} />
      {app.mayChange === true && (
        <Button size="xs" variant="default" leftSection={<Icon name="person" size={14} />} onClick={() => setOpen(true)}>
          {access.title}
        </Button>
      )}
      {app.editable === true && (
        <Button component={Link} to={`/apps/${app.id}/edit`} size="xs" variant="default" leftSection={<Icon name="pencil" size={14} />}>
          {authoring.edit}
        </Button>
      )}
      {app.mayChange === true && <RemoveApp app={app} />}
      {open && <AccessSheet app={app} close={() => setOpen(false)} />}
    </Group>
  );
}

/** The ways to have this run without pressing Run. */
function ByItself({ app }: { app: App }): ReactElement {
  const [search] = useAddress();
  const to = (kind: string) => {
    const next = new URLSearchParams(search);
    next.set("trigger", kind);
    return `?${next.toString()}`;
  };
  return (
    <Group gap="xs">
      {fileInputs(app).length > 0 && (
        <Button component={Link} to={to("folder")} size="xs" variant="subtle" leftSection={<Icon name="bolt" size={14} />}>
          {words.form.forEach}
        </Button>
      )}
      <Button component={Link} to={to("schedule")} size="xs" variant="subtle" leftSection={<Icon name="clock" size={14} />}>
        {words.form.schedule}
      </Button>
    </Group>
  );
}

/** Lines of a paragraph belong together; a blank line parts paragraphs. */
function paragraphs(about: string): string[] {
  return about
    .split(/\n\s*\n/)
    .map((p) => p.replace(/\s+/g, " ").trim())
    .filter((p) => p !== "");
}

function Examples({ app, current, from }: { app: App; current: number; from: string | undefined }): ReactElement | null {
  if (app.examples.length === 0 && from === undefined) {
    return null;
  }
  return (
    <Group gap="sm">
      {app.examples.length > 0 && (
        <Text size="sm" c="dimmed">
          {text.form.examples}
        </Text>
      )}
      {app.examples.map((example, i) => (
        <Button
          key={example.title}
          component={Link}
          to={`?example=${i}`}
          replace
          size="xs"
          h="auto"
          py={6}
          styles={{ label: { whiteSpace: "normal", textAlign: "left", lineHeight: 1.5 } }}
          variant={i === current ? "light" : "default"}
          aria-current={i === current}
          leftSection={<Icon name={i === current ? "check" : "file"} size={14} />}
          title={example.about}
        >
          {example.title}
        </Button>
      ))}
      {from !== undefined && (
        <Text size="sm" c="dimmed" role="status" className="wrap">
          {text.form.prefilled(from)}
        </Text>
      )}
    </Group>
  );
}

function LastRuns({ app }: { app: App }): ReactElement {
  const runs = useQuery(jobsQuery({ app: app.id, limit: 5 }));
  return (
    <section aria-labelledby="runs">
      <Title order={2} id="runs" mb="xs">
        {text.form.lastRuns}
      </Title>
      {runs.data?.jobs.length === 0 && <Text c="dimmed">{app.examples.length === 0 ? text.form.noRuns : text.form.noRunsExample}</Text>}
      <Grid gap={0}>
        {(runs.data?.jobs ?? []).map((j) => (
          <Grid.Col key={j.id} span={12} py="xs" style={{ borderTop: "1px solid var(--line)" }}>
            <Group gap="sm" wrap="wrap">
              <StateChip state={j.state} />
              <Link to={`/jobs/${j.id}`} className="quiet-link wrap" style={{ fontWeight: 500, flex: "1 1 160px" }}>
                {j.name}
              </Link>
              <Text size="sm" c="dimmed">
                <Ago at={j.submittedAt} />
              </Text>
              <Button component={Link} to={`/apps/${app.id}?from=${j.id}`} size="compact-sm" variant="subtle">
                {text.form.again}
              </Button>
            </Group>
          </Grid.Col>
        ))}
      </Grid>
    </section>
  );
}
