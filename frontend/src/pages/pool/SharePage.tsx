/** What a machine's owner allows jobs to do on it: this computer's rules, or a joined one's. */
import { Alert, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link, useParams } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { NodeSharing, Sharing, SharingState } from "../../api/types";
import { duration } from "../../lib/format";
import { sharing as text } from "../../text/sharing";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { SharingForm } from "./SharingForm";

const LOOK_MILLIS = 2_000;
const QUIET_MINUTES = 60;

export default function SharePage(): ReactElement {
  const node = Number(useParams()["node"]);
  return Number.isInteger(node) ? <Joined key={node} node={node} /> : <ThisComputer />;
}

function ThisComputer(): ReactElement {
  const client = useQueryClient();
  const state = useQuery({
    queryKey: keys.sharing,
    queryFn: ({ signal }) => call("get", "/sharing", { signal }),
    refetchInterval: LOOK_MILLIS,
  });
  const put = async (body: Sharing) => {
    const next = await call("put", "/sharing", { body });
    client.setQueryData(keys.sharing, next);
    toast.done(text.saved);
    return next.sharing;
  };
  return (
    <Stack gap="lg" maw={760}>
      <Back />
      <PageTitle title={text.title} />
      <Text c="dimmed">{text.intro}</Text>
      {state.isPending && <Loading lines={6} />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && (
        <>
          <Now state={state.data}>
            <Quiet left={state.data.snoozeSeconds ?? 0} />
          </Now>
          <Bounds group={state.data.group ?? ""} bounds={state.data.bounds} />
          <SharingForm given={state.data.sharing} title={text.level.title} put={put} button={text.save} />
        </>
      )}
    </Stack>
  );
}

function Joined({ node }: { node: number }): ReactElement {
  const client = useQueryClient();
  const state = useQuery({
    queryKey: keys.nodeSharing(node),
    queryFn: ({ signal }) => call("get", "/nodes/{node}/sharing", { path: { node }, signal }),
    refetchInterval: LOOK_MILLIS,
  });
  const put = async (body: Sharing) => {
    const next = await call("put", "/nodes/{node}/sharing", { path: { node }, body });
    client.setQueryData(keys.nodeSharing(node), next);
    toast.done(text.savedThere(next.name));
    return next.sharing;
  };
  return (
    <Stack gap="lg" maw={760}>
      <Back />
      <PageTitle title={state.data === undefined ? text.title : text.titleOf(state.data.name)} />
      <Text c="dimmed">{text.introOf}</Text>
      {state.isPending && <Loading lines={6} />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && (
        <>
          {state.data.told ? <Now state={state.data} /> : <Text>{text.notTold}</Text>}
          <Delivery state={state.data} />
          <Bounds group={state.data.group} bounds={state.data.bounds} />
          {/* before the machine has told its rules, saving would put the usual ones in their place */}
          {(state.data.told || state.data.waiting) && <SharingForm given={state.data.sharing} title={text.level.title} put={put} button={text.save} />}
        </>
      )}
    </Stack>
  );
}

function Back(): ReactElement {
  return (
    <Anchor component={Link} to="/pool" size="sm">
      {text.back}
    </Anchor>
  );
}

/** Whether the rules set here have reached the machine, and what it said to them. */
function Delivery({ state }: { state: NodeSharing }): ReactElement | null {
  if (state.waiting) {
    return (
      <Text role="status" size="sm" c="dimmed">
        {text.onItsWay(state.name)}
      </Text>
    );
  }
  if (typeof state.refused === "string") {
    return (
      <Alert color="red" role="alert" className="wrap">
        {text.refused(state.name, state.refused)}
      </Alert>
    );
  }
  return null;
}

/** What the pool's policy says; it holds where it is stricter than the rules below. */
function Bounds({ group, bounds }: { group: string; bounds: Sharing | null | undefined }): ReactElement | null {
  if (bounds === null || bounds === undefined) {
    return null;
  }
  return (
    <Alert variant="light" title={text.bounds.title(group)} className="wrap" icon={<Icon name="pool" />}>
      {text.bounds.list(bounds)}
    </Alert>
  );
}

function Now({ state, children }: { state: SharingState | NodeSharing; children?: ReactElement }): ReactElement {
  const why = state.paused ?? undefined;
  const facts = [
    state.idleSeconds === null || state.idleSeconds === undefined ? text.now.noIdle : text.now.idle(duration(state.idleSeconds), state.idleSource ?? ""),
    text.now.foreign(state.foreignCpuPercent ?? 0),
    ...(state.onBattery === true ? [text.now.battery] : []),
  ];
  return (
    <section className="card" aria-labelledby="now" style={{ padding: 16 }}>
      <Title order={2} id="now" size="h4" mb="xs">
        {text.now.title}
      </Title>
      <Group justify="space-between" align="flex-start" gap="md">
        <Stack gap={4} flex={1} miw={240}>
          <Text fw={600} role="status" className="wrap">
            {why === undefined ? text.now.running(state.percent ?? 0) : text.now.paused(why)}
            {why !== undefined && (state.pausedSeconds ?? 0) > 0 && ` · ${text.now.since(duration(state.pausedSeconds ?? 0))}`}
          </Text>
          <Text size="sm" c="dimmed" className="wrap">
            {facts.join(" · ")}
          </Text>
        </Stack>
        {children}
      </Group>
    </section>
  );
}

function Quiet({ left }: { left: number }): ReactElement {
  const client = useQueryClient();
  const quiet = useMutation({
    mutationFn: (minutes: number) => call("post", "/sharing/snooze", { body: { minutes } }),
    onSuccess: (next) => client.setQueryData(keys.sharing, next),
    onError: (e) => toast.failed(words(e)),
  });
  return left > 0 ? (
    <Button variant="default" loading={quiet.isPending} onClick={() => quiet.mutate(0)}>
      {text.resume}
    </Button>
  ) : (
    <Button variant="default" leftSection={<Icon name="pause" size={16} />} loading={quiet.isPending} onClick={() => quiet.mutate(QUIET_MINUTES)}>
      {text.quiet}
    </Button>
  );
}
