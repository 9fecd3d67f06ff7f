/** The computers that do the work. */
import { ActionIcon, Alert, Anchor, Button, Group, SimpleGrid, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState, type ReactElement } from "react";
import { Link } from "react-router";
import { may, useUser } from "../../app/user";
import { call, words } from "../../api/client";
import { keys, nodesQuery, poolQuery } from "../../api/queries";
import type { Pool, PoolNode } from "../../api/types";
import { count, memory } from "../../lib/format";
import { pool as text } from "../../text/places";
import { sharing } from "../../text/sharing";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { useListKeys } from "../../ui/listKeys";
import { StateChip } from "../../ui/StateChip";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { AddComputer } from "./AddComputer";

export default function PoolPage(): ReactElement {
  const user = useUser();
  const admin = may(user, "pool-admin");
  const nodes = useQuery(nodesQuery);
  const pool = useQuery(poolQuery);
  const [adding, setAdding] = useState(false);
  const [filter, setFilter] = useState("");
  const all = nodes.data ?? [];
  const shown = all.filter((n) => `${n.name} ${n.state}`.toLowerCase().includes(filter.trim().toLowerCase()));
  const nothing = useCallback(() => undefined, []);
  const current = useListKeys(shown.length, nothing);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        {admin && (
          <Group gap="sm">
            <Button variant="default" component={Link} to="/pool/share">
              {sharing.open}
            </Button>
            <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
              {text.add}
            </Button>
          </Group>
        )}
      </Group>
      {pool.data !== undefined && <Glance pool={pool.data} />}
      {nodes.isPending && <Loading lines={6} />}
      {nodes.isError && <ErrorBox error={nodes.error} retry={() => void nodes.refetch()} />}
      {nodes.isSuccess && all.length === 0 && (
        <Empty icon="pool" {...text.none} action={admin ? { label: text.add, onClick: () => setAdding(true) } : undefined} />
      )}
      {all.length > 0 && (
        <Stack gap="xs">
          {all.length > 8 && (
            <TextInput data-filter aria-label={text.filter} placeholder={text.filter} value={filter} onChange={(e) => setFilter(e.currentTarget.value)} w={240} />
          )}
          <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.columns.node}</Table.Th>
                <Table.Th w={112}>{text.columns.state}</Table.Th>
                <Table.Th w={132} visibleFrom="sm">
                  {text.columns.slots}
                </Table.Th>
                <Table.Th w={100} visibleFrom="md" ta="right">
                  {text.columns.memory}
                </Table.Th>
                <Table.Th w={120} visibleFrom="sm">
                  {text.columns.seen}
                </Table.Th>
                <Table.Th visibleFrom="md" w="20%">
                  {text.columns.running}
                </Table.Th>
                {admin && (
                  <Table.Th w={52}>
                    <span className="unseen">{text.remove}</span>
                  </Table.Th>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((node, i) => (
                <NodeRow key={node.id} node={node} admin={admin} current={i === current} />
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
      {adding && <AddComputer close={() => setAdding(false)} known={all.length} />}
    </Stack>
  );
}

function Glance({ pool }: { pool: Pool }): ReactElement {
  const numbers = [
    [text.glance.nodes, count(pool.nodes)],
    [text.glance.free, `${count(pool.freeSlots)} / ${count(pool.slots)}`],
    [text.glance.running, count(pool.running)],
    [text.glance.idle, count(pool.idle)],
  ] as const;
  return (
    <Stack gap="sm">
      {!pool.accepting && (
        <Alert color="red" variant="light" icon={<Icon name="warn" />} title={text.notAccepting} className="wrap" role="alert">
          {pool.reason}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" component="dl" m={0}>
        {numbers.map(([label, value]) => (
          <div key={label} className="card" style={{ padding: 12 }}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <Text component="dd" m={0} fz={22} fw={600}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function NodeRow({ node, admin, current }: { node: PoolNode; admin: boolean; current: boolean }): ReactElement {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call("delete", "/nodes/{node}", { path: { node: node.id } }),
    onSuccess: () => {
      toast.done(text.removed(node.name));
      void client.invalidateQueries({ queryKey: keys.nodes });
      void client.invalidateQueries({ queryKey: keys.pool });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const ask = async () => {
    if (await confirm(text.sureRemove(node.name), text.remove)) {
      remove.mutate();
    }
  };
  const running = node.running ?? [];
  return (
    <Table.Tr className="row" data-current={current} style={{ cursor: "default" }}>
      <Table.Td>
        <Text fw={500} className="wrap">
          {node.name}
        </Text>
        {typeof node.reason === "string" && (
          <Text size="sm" c={node.state === "Problem" ? "var(--mantine-color-error)" : "dimmed"} className="wrap">
            {node.reason}
          </Text>
        )}
        {typeof node.version === "string" && (
          <Text size="xs" c="dimmed">
            {node.version}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StateChip state={node.state} />
      </Table.Td>
      <Table.Td visibleFrom="sm">{text.slots(Math.max(0, node.cpus - node.freeCpus), node.cpus)}</Table.Td>
      <Table.Td visibleFrom="md" ta="right">
        {memory(node.memoryBytes)}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Ago at={node.lastSeenAt} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Group gap={8}>
          {running.slice(0, 6).map((r) => (
            <Anchor key={`${r.job}/${r.index}`} component={Link} to={`/jobs/${r.job}?tab=output&subjob=${r.index}`} size="sm">
              {r.job}/{r.index}
            </Anchor>
          ))}
          {running.length > 6 && <Text size="sm">+{running.length - 6}</Text>}
          {running.length === 0 && "–"}
        </Group>
      </Table.Td>
      {admin && (
        <Table.Td>
          <ActionIcon variant="subtle" color="gray" aria-label={`${text.remove} ${node.name}`} onClick={() => void ask()}>
            <Icon name="trash" size={16} />
          </ActionIcon>
        </Table.Td>
      )}
    </Table.Tr>
  );
}
