/** What starts by itself: each trigger with its state, what it did last, and its log. */
import { ActionIcon, Box, Button, Group, Menu, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import { keys, triggerRunsQuery, triggersQuery } from "../../api/queries";
import type { Trigger, TriggerRun } from "../../api/types";
import { useAddress } from "../../lib/address";
import { text } from "../../text/triggers";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { whenOf } from "../app/trigger";
import { removeLater, useRemovals } from "./removals";

const tones = { active: "good", waiting: "running", paused: "paused" } as const;

export default function TriggersPage(): ReactElement {
  const triggers = useQuery(triggersQuery);
  const removed = useRemovals();
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useAddress();
  const open = Number(search.get("log") ?? 0);
  const all = (triggers.data ?? []).filter((t) => !removed.has(t.id));
  const shown = all.filter((t) => `${t.name} ${t.appTitle} ${whenOf(t.request)}`.toLowerCase().includes(typed.trim().toLowerCase()));
  const toggle = (id: number) => setSearch(open === id ? {} : { log: String(id) }, { replace: true });
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box flex="1 1 260px">
          <PageTitle title={text.title} />
          <Text c="dimmed" mt={4}>
            {text.lead}
          </Text>
        </Box>
        <Button component={Link} to="/apps" leftSection={<Icon name="plus" size={16} />}>
          {text.add}
        </Button>
      </Group>
      {triggers.isPending && <Loading />}
      {triggers.isError && <ErrorBox error={triggers.error} retry={() => void triggers.refetch()} />}
      {triggers.isSuccess && all.length === 0 && (
        <Empty icon="bolt" title={text.none.title} body={text.none.body} action={{ label: text.none.action, to: "/apps" }} />
      )}
      {all.length > 0 && (
        <>
          <Group gap="md">
            <TextInput
              data-filter
              aria-label={text.filter}
              placeholder={text.filter}
              leftSection={<Icon name="search" size={16} />}
              value={typed}
              onChange={(e) => setTyped(e.currentTarget.value)}
              flex="1 1 200px"
              maw={320}
            />
            <Text size="sm" c="dimmed" role="status">
              {text.count(shown.length)}
            </Text>
          </Group>
          <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {shown.map((trigger) => (
              <TriggerRow key={trigger.id} trigger={trigger} open={open === trigger.id} toggle={() => toggle(trigger.id)} />
            ))}
          </Stack>
        </>
      )}
    </Stack>
  );
}

function TriggerRow({ trigger, open, toggle }: { trigger: Trigger; open: boolean; toggle: () => void }): ReactElement {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (action: "pause" | "resume" | "run") => call("post", "/triggers/{trigger}/{action}", { path: { trigger: trigger.id, action } }),
    onSuccess: (_, action) => {
      toast.done(text.did[action]);
      void client.invalidateQueries({ queryKey: keys.triggers });
      void client.invalidateQueries({ queryKey: keys.triggerRuns(trigger.id) });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const other = trigger.state === "paused" ? "resume" : "pause";
  return (
    <Box component="li" py="sm" style={{ borderTop: "1px solid var(--line)" }}>
      <Group gap="sm" align="flex-start">
        <Box flex="1 1 240px" miw={0}>
          <Group gap="xs">
            <Title order={2} size="h4" className="wrap">
              {trigger.name}
            </Title>
            <TriggerChip state={trigger.state} />
          </Group>
          <Text size="sm" c="dimmed" className="wrap" mt={2}>
            <Link to={`/apps/${trigger.request.job.app}`} className="quiet-link">
              {trigger.appTitle}
            </Link>
            {" · "}
            {whenOf(trigger.request)}
            {trigger.nextAt != null && (
              <>
                {" · "}
                {text.next} <Ago at={trigger.nextAt} />
              </>
            )}
          </Text>
          {trigger.reason != null && (
            <Text size="sm" mt={4} className="wrap" role="status">
              {trigger.reason}
            </Text>
          )}
          <Text size="sm" mt={4} className="wrap" component="div">
            {trigger.lastRun == null ? <span style={{ color: "var(--mantine-color-dimmed)" }}>{text.never}</span> : <RunLine run={trigger.lastRun} />}
          </Text>
        </Box>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={toggle} aria-expanded={open} aria-label={text.logOf(trigger.name)}>
            {text.log}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate(other)}
            leftSection={<Icon name={other === "pause" ? "pause" : "play"} size={14} />}
          >
            {text[other]}
          </Button>
          <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label={text.more(trigger.name)}>
                <Icon name="more" />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {trigger.request.schedule !== undefined && (
                <Menu.Item leftSection={<Icon name="play" size={16} />} onClick={() => act.mutate("run")}>
                  {text.run}
                </Menu.Item>
              )}
              <Menu.Item component={Link} to={`/apps/${trigger.request.job.app}?trigger=${trigger.id}`} leftSection={<Icon name="file" size={16} />}>
                {text.edit}
              </Menu.Item>
              <Menu.Item
                c="var(--mantine-color-error)"
                leftSection={<Icon name="trash" size={16} />}
                onClick={() => removeLater(trigger.id, trigger.name, () => client.invalidateQueries({ queryKey: keys.triggers }))}
              >
                {text.remove}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {open && <Log id={trigger.id} />}
    </Box>
  );
}

function TriggerChip({ state }: { state: Trigger["state"] }): ReactElement {
  return (
    <span className="chip" style={{ color: `var(--state-${tones[state]})`, background: `var(--state-${tones[state]}-bg)` }}>
      <Icon name={state === "active" ? "check" : state === "waiting" ? "clock" : "pause"} size={12} />
      {text.states[state]}
    </span>
  );
}

function Log({ id }: { id: number }): ReactElement {
  const runs = useQuery(triggerRunsQuery(id));
  if (runs.isError) {
    return <ErrorBox error={runs.error} retry={() => void runs.refetch()} />;
  }
  return (
    <Box mt="sm" pl="md" style={{ borderLeft: "2px solid var(--line)" }}>
      {runs.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {text.logEmpty}
        </Text>
      )}
      {(runs.data ?? []).map((run) => (
        <Text key={run.id} size="sm" py={4} className="wrap" component="div">
          <RunLine run={run} />
        </Text>
      ))}
    </Box>
  );
}

/** As `5 minutes ago · inbox/x.fa · started job 12`. */
function RunLine({ run }: { run: TriggerRun }): ReactElement {
  return (
    <>
      <Ago at={run.at} />
      {" · "}
      {run.cause}
      {" · "}
      {run.job != null ? <Link to={`/jobs/${run.job}`}>{`${text.outcome.submitted} ${run.job}`}</Link> : text.outcome[run.outcome]}
      {run.message != null && `: ${run.message}`}
    </>
  );
}
