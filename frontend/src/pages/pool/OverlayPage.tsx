/** The overlay as this computer's node sees it: its address, the ring, each peer and the way there. */
import { Alert, Anchor, Button, Code, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { OverlayNode, OverlayPeer, OverlayState } from "../../api/types";
import { count, fixed } from "../../lib/format";
import { overlay as text } from "../../text/overlay";
import { CopyLine } from "../../ui/copy";
import { Facts } from "../../ui/facts";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ring } from "./Ring";
import { hostName, nodeName, wayOf } from "./peers";

const LOOK_MILLIS = 3_000;

export default function OverlayPage(): ReactElement {
  const state = useQuery({
    queryKey: keys.overlay,
    queryFn: ({ signal }) => call("get", "/overlay", { signal }),
    refetchInterval: LOOK_MILLIS,
  });
  return (
    <Stack gap="lg">
      <Anchor component={Link} to="/pool" size="sm">
        {text.back}
      </Anchor>
      <PageTitle title={text.title} />
      <Text c="dimmed">{text.intro}</Text>
      {state.isPending && <Loading lines={6} />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && <Shown state={state.data} />}
    </Stack>
  );
}

function Shown({ state }: { state: OverlayState }): ReactElement {
  if (state.node !== undefined) {
    return <Running state={state} node={state.node} />;
  }
  if (state.pool !== "") {
    return (
      <Alert color="red" variant="light" icon={<Icon name="warn" />} title={text.off(state.pool)} role="alert" className="wrap">
        {state.why}
      </Alert>
    );
  }
  return (
    <section className="card" aria-labelledby="none" style={{ padding: 16 }}>
      <Title order={2} id="none" size="h4" mb="xs">
        {text.none.title}
      </Title>
      <Text>{text.none.text}</Text>
      <Code block my="sm">
        {text.none.example}
      </Code>
      <Text size="sm" c="dimmed">
        {text.none.key}
      </Text>
    </section>
  );
}

function Running({ state, node }: { state: OverlayState; node: OverlayNode }): ReactElement {
  const invitation = `${node.key}@${text.facts.host}:${node.port}`;
  const [own] = node.addresses;
  const facts = [
    [text.facts.address, own === undefined ? text.facts.noAddress : `${own} (${hostName(own)}.${node.domain})`],
    [text.facts.pool, state.pool],
    [text.facts.ring, ringSize(node)],
    [text.facts.device, state.device],
  ] as const;
  return (
    <>
      <section className="card" style={{ padding: 16 }}>
        <Facts facts={facts} large />
        <Text size="sm" c="dimmed" mt="sm" mb={4}>
          {text.facts.invite}
        </Text>
        <CopyLine value={invitation} label={text.facts.invite} />
      </section>
      {node.peers.length === 0 ? (
        <Text>{text.alone}</Text>
      ) : (
        <>
          <section className="card" style={{ padding: 16 }}>
            <Ring node={node} />
          </section>
          <Peers node={node} />
        </>
      )}
    </>
  );
}

function ringSize(node: OverlayNode): string {
  if (node.peers.length === 0) {
    return text.facts.alone;
  }
  return node.settled ? text.facts.about(count(node.estimatedNodes)) : text.facts.joining;
}

function Peers({ node }: { node: OverlayNode }): ReactElement {
  const names = new Map(node.peers.map((peer) => [peer.address, nodeName(peer)]));
  return (
    <Table verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{text.columns.peer}</Table.Th>
          <Table.Th>{text.columns.way}</Table.Th>
          <Table.Th visibleFrom="md">{text.columns.why}</Table.Th>
          <Table.Th>{text.columns.trace}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {node.peers.map((peer) => (
          <PeerRow key={peer.address} peer={peer} names={names} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function PeerRow({ peer, names }: { peer: OverlayPeer; names: ReadonlyMap<string, string> }): ReactElement {
  const name = nodeName(peer);
  const way = wayOf(peer.path);
  const how =
    way.kind === "direct"
      ? text.way.direct(way.at)
      : way.kind === "relay"
        ? text.way.relay(names.get(way.by) ?? way.by.slice(0, 8))
        : text.way.ring;
  const roles = peer.roles
    .split(",")
    .map((role) => text.roles[role] ?? role)
    .filter((role) => role !== "");
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <Text fw={500}>{name}</Text>
        <Text size="sm" c="dimmed" className="wrap">
          {[...peer.addresses, ...roles].join(" · ")}
        </Text>
      </Table.Td>
      <Table.Td className="wrap">{how}</Table.Td>
      <Table.Td visibleFrom="md">
        <Text size="sm" c="dimmed">
          {text.explain[way.kind]}
        </Text>
      </Table.Td>
      <Table.Td>
        <Echo address={peer.address} name={name} />
      </Table.Td>
    </Table.Tr>
  );
}

function Echo({ address, name }: { address: string; name: string }): ReactElement {
  const echo = useMutation({ mutationFn: () => call("post", "/overlay/trace", { body: { address } }) });
  const answer = echo.data;
  return (
    <Stack gap={2} align="flex-start">
      <Button size="xs" variant="default" loading={echo.isPending} onClick={() => echo.mutate()} aria-label={text.traceOf(name)}>
        {text.trace}
      </Button>
      <Text size="sm" c="dimmed" role="status">
        {echo.isError && words(echo.error)}
        {answer !== undefined && (answer.answered ? text.answered(fixed((answer.micros ?? 0) / 1000, 1), answer.hops?.length ?? 0) : text.silent)}
      </Text>
    </Stack>
  );
}
