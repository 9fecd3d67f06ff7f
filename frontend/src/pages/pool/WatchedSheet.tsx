/** One machine of a pool that is only looked at: what its collector tells to whom may read. */
import { Alert, Drawer, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { ApiError } from "../../api/client";
import { watchedMachineQuery } from "../../api/queries";
import { fixed, memory } from "../../lib/format";
import { text as common } from "../../text/common";
import { pool as words } from "../../text/pool";
import { Facts } from "../../ui/facts";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { Slots } from "./NodePast";
import { placeWords } from "./spots";
import type { Watched } from "./watched";

const text = words.node;

export function WatchedSheet({ machine, pool, close }: { machine: Watched; pool: string; close: () => void }): ReactElement {
  const found = useQuery({ ...watchedMachineQuery(machine.pool, machine.name), retry: false });
  const gone = found.error instanceof ApiError && found.error.status === 404;
  const now = gone ? undefined : found.data;
  const facts: [string, ReactNode][] =
    now === undefined
      ? []
      : [
          [words.pools.column, pool],
          [text.slots, words.slots(Math.max(0, now.cpus - now.freeCpus), now.cpus)],
          [text.memory, memory(now.memoryBytes)],
          [text.load, fixed(now.load, 1)],
          [text.version, now.version],
          ...(now.country === undefined ? [] : ([[text.place, placeWords(now)]] satisfies [string, ReactNode][])),
          [text.seen, <Ago key="seen" at={now.lastSeenAt} />],
        ];
  return (
    <Drawer opened onClose={close} position="right" size="md" title={machine.name} closeButtonProps={{ "aria-label": common.close }}>
      {found.isPending && <Loading lines={6} />}
      {found.isError && (gone ? <Text c="dimmed">{words.pools.gone}</Text> : <ErrorBox error={found.error} retry={() => void found.refetch()} />)}
      {now !== undefined && (
        <Stack gap="md">
          {typeof now.reason === "string" && (
            <Alert color="yellow" variant="light" icon={<Icon name="warn" />} title={words.pools.away(pool)} className="wrap">
              {now.reason}
            </Alert>
          )}
          <Group>
            <StateChip state={now.state} />
          </Group>
          <Facts facts={facts} />
          <Slots slots={now.slots} />
          <Text size="sm" c="dimmed">
            {words.pools.readOnly}
          </Text>
        </Stack>
      )}
    </Drawer>
  );
}
