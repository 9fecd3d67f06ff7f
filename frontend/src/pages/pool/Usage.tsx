/** Who used what this month, and whose turn it is; earlier months as a file. */
import { Button, Group, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { poolUsageQuery } from "../../api/queries";
import { count } from "../../lib/format";
import { pool } from "../../text/pool";
import { Icon } from "../../ui/icons";
import { save } from "../../ui/save";
import { cores, usageCsv } from "./use";

const text = pool.usage;

export function Usage(): ReactElement | null {
  const usage = useQuery(poolUsageQuery);
  const months = usage.data?.months ?? [];
  const turns = usage.data?.turns ?? [];
  const month = months[0]?.month;
  if (month === undefined) {
    return null;
  }
  const now = months.filter((one) => one.month === month);
  const turnOf = new Map(turns.map((turn) => [turn.person, turn]));
  return (
    <section className="card" aria-label={text.title}>
      <Group justify="space-between" gap="sm" mb="xs">
        <Title order={2}>{text.titleOf(month)}</Title>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<Icon name="download" size={14} />}
          onClick={() => save(new Blob([usageCsv(months)], { type: "text/csv" }), "usage.csv")}
        >
          {text.csv}
        </Button>
      </Group>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.person}</Table.Th>
              <Table.Th ta="right">{text.hours}</Table.Th>
              <Table.Th ta="right">{text.jobs}</Table.Th>
              {turns.length > 0 && <Table.Th ta="right">{text.turn}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {now.map((one) => (
              <Table.Tr key={one.person}>
                <Table.Td className="wrap">{one.person}</Table.Td>
                <Table.Td ta="right">{cores(one.coreHours)}</Table.Td>
                <Table.Td ta="right">{count(one.jobs)}</Table.Td>
                {turns.length > 0 && <Table.Td ta="right">{turnOf.get(one.person)?.place ?? "–"}</Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {turns.length > 0 && (
        <Text size="sm" c="dimmed">
          {text.turnHelp}
        </Text>
      )}
    </section>
  );
}
