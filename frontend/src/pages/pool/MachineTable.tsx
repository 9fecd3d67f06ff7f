/** The machines of HTCondor's pool, each with the slots in use. */
import { Anchor, Button, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState, type ReactElement } from "react";
import { Link } from "react-router";
import { machinesQuery } from "../../api/queries";
import type { Machine } from "../../api/types";
import { bytes, count } from "../../lib/format";
import { machines as text, pool } from "../../text/pool";
import { StateChip } from "../../ui/StateChip";
import { Ago } from "../../ui/time";

const SHOWN = 50;

export function MachineTable(): ReactElement | null {
  const machines = useQuery(machinesQuery);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState<string>();
  const [most, setMost] = useState(SHOWN);
  const all = machines.data ?? [];
  if (all.length === 0) {
    return null;
  }
  const matching = all.filter((one) => `${one.name} ${one.state} ${one.version}`.toLowerCase().includes(typed.trim().toLowerCase()));
  const shown = matching.slice(0, most);
  return (
    <Stack gap="sm" component="section" aria-labelledby="machines">
      <Title order={2} size="h4" id="machines">
        {text.title}
      </Title>
      {all.length > 8 && (
        <TextInput aria-label={text.filter} placeholder={text.filter} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} maw={320} />
      )}
      <Table.ScrollContainer minWidth={560}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.machine}</Table.Th>
              <Table.Th>{pool.columns.state}</Table.Th>
              <Table.Th>{pool.columns.slots}</Table.Th>
              <Table.Th>{pool.columns.memory}</Table.Th>
              <Table.Th>{text.load}</Table.Th>
              <Table.Th>{text.version}</Table.Th>
              <Table.Th>{pool.columns.seen}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((one) => (
              <Fragment key={one.name}>
                <Table.Tr>
                  <Table.Td>
                    <Anchor component="button" type="button" aria-expanded={open === one.name} onClick={() => setOpen(open === one.name ? undefined : one.name)}>
                      {one.name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <StateChip state={one.state} />
                  </Table.Td>
                  <Table.Td>{pool.slots(one.cpus - one.freeCpus, one.cpus)}</Table.Td>
                  <Table.Td>{bytes(one.memoryBytes)}</Table.Td>
                  <Table.Td>{one.load.toFixed(1)}</Table.Td>
                  <Table.Td>{one.version}</Table.Td>
                  <Table.Td>{one.lastSeenAt == null ? "" : <Ago at={one.lastSeenAt} />}</Table.Td>
                </Table.Tr>
                {open === one.name && (
                  <Table.Tr>
                    <Table.Td colSpan={7}>
                      <Slots machine={one} />
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {matching.length > most && (
        <Button variant="default" size="xs" onClick={() => setMost(most + SHOWN)} w="fit-content">
          {pool.more(Math.min(SHOWN, matching.length - most))}
        </Button>
      )}
    </Stack>
  );
}

function Slots({ machine }: { machine: Machine }): ReactElement {
  if (machine.slots.length === 0) {
    return <Text size="sm">{text.free}</Text>;
  }
  return (
    <Stack gap={4} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {machine.slots.map((slot) => (
        <Text key={slot.name} size="sm" component="li">
          {slot.name}: {slot.state}, {text.cores(count(slot.cpus))}, {bytes(slot.memoryBytes)}
          {slot.since != null && (
            <>
              , {text.since} <Ago at={slot.since} />
            </>
          )}
          {slot.job !== undefined && (
            <>
              , <Link to={`/jobs/${slot.job}?tab=subjobs`}>{text.job(slot.job, slot.index ?? 0)}</Link>
            </>
          )}
        </Text>
      ))}
    </Stack>
  );
}
