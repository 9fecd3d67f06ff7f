/** One node: what it does now, what happened to it, and what a pool admin may do with it. */
import { Anchor, Button, Divider, Drawer, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type ReactNode } from "react";
import { Link } from "react-router";
import { ApiError, call, words } from "../../api/client";
import { keys, nodeQuery } from "../../api/queries";
import type { NodeDetail } from "../../api/types";
import { fixed, memory } from "../../lib/format";
import { text as common } from "../../text/common";
import { pool } from "../../text/pool";
import { confirm } from "../../ui/confirm";
import { Facts } from "../../ui/facts";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { NodeOwner } from "./NodeOwner";
import { History, Jobs, Slots } from "./NodePast";
import { PlaceDialog } from "./PlaceDialog";
import { placeWords } from "./spots";

const text = pool.node;

export function NodeSheet({ id, name, admin, close }: { id: number; name: string; admin: boolean; close: () => void }): ReactElement {
  const node = useQuery({ ...nodeQuery(id), retry: false });
  const gone = node.error instanceof ApiError && node.error.status === 404;
  return (
    <Drawer opened onClose={close} position="right" size="md" title={node.data?.name ?? name} closeButtonProps={{ "aria-label": common.close }}>
      {node.isPending && <Loading lines={6} />}
      {node.isError && (gone ? <Text c="dimmed">{text.gone}</Text> : <ErrorBox error={node.error} retry={() => void node.refetch()} />)}
      {node.data !== undefined && !gone && (
        <Stack gap="md">
          <Now node={node.data} />
          {admin && <Care node={node.data} close={close} />}
          {((node.data.kind === "executor" && (admin || node.data.mine === true)) || (node.data.kind === "machine" && admin)) && (
            <NodeOwner key={`${node.data.group}/${node.data.owner}`} node={node.data} admin={admin} saved={() => void node.refetch()} />
          )}
          <Divider />
          {node.data.kind === "machine" && <Slots slots={node.data.slots ?? []} />}
          <Jobs node={node.data} admin={admin} />
          <History node={node.data} />
        </Stack>
      )}
    </Drawer>
  );
}

function Now({ node }: { node: NodeDetail }): ReactElement {
  const running = node.running ?? [];
  const facts: [string, ReactNode][] = [
    [text.slots, pool.slots(Math.max(0, node.cpus - node.freeCpus), node.cpus)],
    [text.memory, memory(node.memoryBytes)],
    [text.place, placeWords(node) ?? text.noPlace],
    [text.seen, <Ago key="seen" at={node.lastSeenAt} />],
    [text.joinedAt, <Ago key="joined" at={node.enrolledAt} />],
    [text.version, node.version ?? "–"],
    ...(typeof node.load === "number" ? ([[text.load, fixed(node.load, 1)]] satisfies [string, ReactNode][]) : []),
  ];
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <StateChip state={node.state} />
        {typeof node.reason === "string" && (
          <Text size="sm" className="wrap">
            {node.reason}
          </Text>
        )}
      </Group>
      <Facts facts={facts} />
      <div>
        <Text size="xs" c="dimmed">
          {text.yours}
        </Text>
        <Group gap={8}>
          {running.slice(0, 40).map((r) => (
            <Anchor key={`${r.job}/${r.index}`} component={Link} to={`/jobs/${r.job}?tab=output&subjob=${r.index}`} size="sm">
              {r.job}/{r.index}
            </Anchor>
          ))}
          {running.length > 40 && <Text size="sm">+{running.length - 40}</Text>}
          {running.length === 0 && <Text size="sm">{text.noneOfYours}</Text>}
        </Group>
      </div>
    </Stack>
  );
}

type Standing = NodeDetail["standing"];

function Care({ node, close }: { node: NodeDetail; close: () => void }): ReactElement {
  const client = useQueryClient();
  const [placing, setPlacing] = useState(false);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.nodes });
    void client.invalidateQueries({ queryKey: keys.pool });
  };
  const stand = useMutation({
    mutationFn: (standing: Standing) => call("patch", "/nodes/{node}", { path: { node: node.id }, body: { standing } }),
    onSuccess: (_, standing) => {
      const said = { open: text.opened, draining: text.drained, banned: text.banned }[standing];
      toast.done(said(node.name));
      refresh();
    },
    onError: (e) => toast.failed(words(e)),
  });
  const remove = useMutation({
    mutationFn: () => call("delete", "/nodes/{node}", { path: { node: node.id } }),
    onSuccess: () => {
      toast.done(pool.removed(node.name));
      close();
      refresh();
    },
    onError: (e) => toast.failed(words(e)),
  });
  const ban = async () => {
    if (await confirm((node.kind === "machine" ? text.sureBanMachine : text.sureBan)(node.name), text.ban)) {
      stand.mutate("banned");
    }
  };
  const drop = async () => {
    if (await confirm(pool.sureRemove(node.name), pool.remove)) {
      remove.mutate();
    }
  };
  return (
    <Stack gap={6}>
      <Group gap="xs">
        {node.standing === "open" ? (
          <Button size="xs" variant="default" loading={stand.isPending} onClick={() => stand.mutate("draining")}>
            {text.drain}
          </Button>
        ) : (
          <Button size="xs" loading={stand.isPending} onClick={() => stand.mutate("open")}>
            {text.open}
          </Button>
        )}
        {node.standing !== "banned" && (
          <Button size="xs" variant="default" onClick={() => void ban()}>
            {text.ban}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setPlacing(true)}>
          {text.setPlace}
        </Button>
        <Button size="xs" variant="default" leftSection={<Icon name="trash" size={14} />} onClick={() => void drop()}>
          {pool.remove}
        </Button>
      </Group>
      {node.standing === "open" && (
        <Text size="xs" c="dimmed">
          {text.drain}: {text.drainHelp}
        </Text>
      )}
      {placing && <PlaceDialog node={node} close={() => setPlacing(false)} saved={refresh} />}
    </Stack>
  );
}
