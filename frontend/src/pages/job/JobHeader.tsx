import { ActionIcon, Alert, Box, Button, Code, Group, Menu, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link, useNavigate } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Failure, JobDetail } from "../../api/types";
import { duration, memory } from "../../lib/format";
import { text } from "../../text/jobs";
import { text as triggers } from "../../text/triggers";
import { confirm } from "../../ui/confirm";
import { Icon, type IconName } from "../../ui/icons";
import { JobProgress, took } from "../../ui/progress";
import { StateChip } from "../../ui/StateChip";
import { PageTitle } from "../../ui/states";
import { Ago, useNow } from "../../ui/time";
import { AskReason, HoldBanner } from "./Hold";
import { Labels } from "./Labels";
import { toast } from "../../ui/toasts";
import { WhyWaits } from "./WhyWaits";

type Action = "finish" | "cancel" | "suspend" | "resume" | "hold" | "release" | "resubmit" | "resubmit-with-more-memory" | "remove";

/** What may be done with a job in its state; the first is the primary one. */
export function actionsFor(job: JobDetail): readonly Action[] {
  const again: readonly Action[] = job.counts.failed > 0 ? ["resubmit"] : [];
  switch (job.state) {
    case "Idle":
    case "Running":
      return job.interactive === "vnc" ? ["finish", "cancel"] : [...again, "suspend", "hold", "cancel"];
    case "Suspended":
      return ["resume", ...again, "hold", "cancel"];
    case "Held":
      return ["release", ...again, "cancel"];
    case "Completed":
    case "Failed":
    case "Removed":
      return [...again, "remove"];
  }
}

const icons: Record<Action, IconName> = { finish: "stop", cancel: "stop", suspend: "pause", resume: "play", hold: "hold", release: "play", resubmit: "again", "resubmit-with-more-memory": "again", remove: "trash" };

interface Deed {
  action: Action;
  reason?: string;
}

function useJobAction(job: JobDetail, undo: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ action, reason }: Deed) => {
      const before = job.state; // what is shown may be newer than this once the answer is here
      if (action === "remove") {
        await call("delete", "/jobs/{job}", { path: { job: job.id } });
        return before;
      }
      const after = await call("post", "/jobs/{job}/{action}", {
        path: { job: job.id, action },
        body: action === "hold" && reason !== undefined && reason !== "" ? { reason } : undefined,
      });
      client.setQueryData(keys.job(job.id), { ...job, ...after });
      return before;
    },
    onSuccess: (before, { action }) => {
      const words = text.job.did[action === "resubmit-with-more-memory" ? "resubmit" : action];
      if (action === "hold" && before === "Held") {
        toast.done(text.job.held.changed);
      } else if (action === "hold") {
        toast.undoable(words, undo, 8_000);
      } else {
        toast.done(words);
      }
      void client.invalidateQueries({ queryKey: keys.jobLists });
      if (action === "remove") {
        void navigate("/jobs");
        client.removeQueries({ queryKey: keys.job(job.id) });
        return;
      }
      for (const key of [keys.job(job.id), keys.states(job.id), keys.subjobs(job.id)]) {
        void client.invalidateQueries({ queryKey: key });
      }
    },
    onError: (e) => toast.failed(words(e)),
  });
}

export function JobHeader({ job }: { job: JobDetail }): ReactElement {
  const act = useJobAction(job, () => act.mutate({ action: "release" }));
  const [asking, setAsking] = useState(false);
  const now = useNow(job.state === "Running" ? 1_000 : 0);
  const seconds = took(job, now);
  const read = job.access === "read"; // a group lets the person read it: nothing can be done with it
  const actions = read ? [] : actionsFor(job);
  const label = (action: Action) =>
    action === "resubmit" || action === "resubmit-with-more-memory" ? text.job.resubmit(job.counts.failed) : text.job[action];
  const press = async (action: Action) => {
    if (action === "cancel" && !(await confirm(text.job.sureCancel, text.job.cancel))) {
      return;
    }
    if (action === "finish" && !(await confirm(text.job.sureFinish, text.job.finish))) {
      return;
    }
    if (action === "remove" && !(await confirm(text.job.sureRemove, text.job.remove))) {
      return;
    }
    act.mutate({ action });
  };
  const quick = actions.filter((a) => a !== "remove");
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start" gap="md">
        <Box flex="1 1 260px" miw={0}>
          <PageTitle title={job.name} />
        </Box>
        {!read && (
          <Group gap="xs">
            {actions.includes("finish") && (
              <Button component={Link} to={`/desktops/job-${job.id}-0`} leftSection={<Icon name="desktops" size={16} />}>
                {text.job.open}
              </Button>
            )}
            {quick.map((action, i) => (
              <Button
                key={action}
                variant={i === 0 && (action === "resume" || action === "release" || (action === "resubmit" && job.failure == null)) ? "filled" : "default"}
                leftSection={<Icon name={icons[action]} size={16} />}
                loading={act.isPending && act.variables.action === action}
                onClick={() => void press(action)}
              >
                {label(action)}
              </Button>
            ))}
            {quick.length === 0 && (
              <Button component={Link} to={`/apps/${job.app}?from=${job.id}`} leftSection={<Icon name="again" size={16} />}>
                {text.job.again}
              </Button>
            )}
            <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
              <Menu.Target>
                <ActionIcon variant="default" size={36} aria-label={text.job.more}>
                  <Icon name="more" />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item component={Link} to={`/apps/${job.app}?from=${job.id}`} leftSection={<Icon name="again" size={16} />}>
                  {text.job.again}
                </Menu.Item>
                <Menu.Item component={Link} to={`/apps/${job.app}?from=${job.id}&trigger=folder`} leftSection={<Icon name="bolt" size={16} />}>
                  {triggers.form.forEach}
                </Menu.Item>
                <Menu.Item component={Link} to={`/apps/${job.app}?from=${job.id}&trigger=schedule`} leftSection={<Icon name="clock" size={16} />}>
                  {triggers.form.job}
                </Menu.Item>
                {actions.includes("hold") && (
                  <Menu.Item leftSection={<Icon name="hold" size={16} />} onClick={() => setAsking(true)}>
                    {text.job.holdWhy}
                  </Menu.Item>
                )}
                {actions.includes("remove") && (
                  <Menu.Item c="var(--mantine-color-error)" leftSection={<Icon name="trash" size={16} />} onClick={() => void press("remove")}>
                    {text.job.remove}
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          </Group>
        )}
      </Group>
      <Group gap="sm">
        <StateChip state={job.state} />
        <Text size="sm" c="dimmed">
          <Link to={`/apps/${job.app}`} className="quiet-link">
            {job.appTitle}
          </Link>
          {" · "}
          {text.job.submitted.toLowerCase()} <Ago at={job.submittedAt} /> {text.job.by} {job.owner}
          {seconds !== undefined && ` · ${duration(seconds)}`}
        </Text>
      </Group>
      {read ? (
        <Text size="sm" c="dimmed">
          {text.job.readOnly(job.owner)}
        </Text>
      ) : (
        <Labels job={job} />
      )}
      <JobProgress job={job} wide />
      {typeof job.progress?.message === "string" && (
        <Text size="sm" className="wrap">
          {text.job.says(job.progress.message)}
        </Text>
      )}
      {typeof job.phase === "string" && job.phase !== "" && job.phase.toLowerCase() !== job.state.toLowerCase() && (
        <Text size="sm" c="dimmed" role="status" className="wrap">
          {job.phase}
        </Text>
      )}
      {!read && <WhyWaits job={job} />}
      {job.hold !== undefined && job.hold !== null && <HoldBanner job={job} hold={job.hold} change={read ? undefined : () => setAsking(true)} />}
      {asking && <AskReason before={job.hold == null ? undefined : (job.hold.reason ?? "")} close={() => setAsking(false)} hold={(reason) => act.mutate({ action: "hold", reason })} />}
      {job.failure !== null && job.failure !== undefined && (
        <FailureBanner failure={job.failure} job={job} resubmit={actions.includes("resubmit") ? () => void press("resubmit") : undefined} moreMemory={read ? undefined : () => void press("resubmit-with-more-memory")} />
      )}
    </Stack>
  );
}

/** A sentence, its remedy, and the last lines of the program's own words. */
export function FailureBanner({
  failure,
  job,
  resubmit,
  moreMemory,
}: {
  failure: Failure;
  job: JobDetail;
  resubmit?: () => void;
  moreMemory?: () => void;
}): ReactElement {
  const lines = failure.lines ?? [];
  const short = moreMemory !== undefined && job.state === "Failed" && failure.kind === "limit" && /memory|speicher/i.test(failure.message); // the sentence may be German
  return (
    <Alert color="red" variant="light" icon={<Icon name="warn" />} title={failure.message} className="wrap" role="alert">
      {typeof failure.remedy === "string" && <Text size="sm">{failure.remedy}</Text>}
      {lines.length > 0 && (
        <>
          <Text size="xs" mt="xs" c="dimmed">
            {text.job.lastLines}
          </Text>
          <Code block mt={4} className="wrap" style={{ whiteSpace: "pre-wrap" }} tabIndex={0}>
            {lines.join("\n")}
          </Code>
        </>
      )}
      <Group gap="xs" mt="sm">
        {short && (
          <Button size="xs" onClick={moreMemory}>
            {text.job.moreMemory(memory(1.5 * (job.memoryBytes ?? 0)))}
          </Button>
        )}
        {failure.kind === "input" && job.access !== "read" ? (
          <Button size="xs" component={Link} to={`/apps/${job.app}?from=${job.id}`}>
            {text.job.again}
          </Button>
        ) : (
          resubmit !== undefined && (
            <Button size="xs" variant={short ? "default" : "filled"} onClick={resubmit}>
              {text.job.resubmit(job.counts.failed)}
            </Button>
          )
        )}
        {job.counts.failed > 0 && (
          <Button size="xs" variant="default" component={Link} to={`/jobs/${job.id}?tab=subjobs&state=Failed`}>
            {text.job.showFailed}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
