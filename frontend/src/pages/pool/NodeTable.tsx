/** The nodes, a row each; the twin of the map for who reads or uses the keyboard. */
import { Anchor, Button, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useCallback, useState, type ReactElement } from "react";
import { words } from "../../api/client";
import { fixed, memory } from "../../lib/format";
import { pool as text } from "../../text/pool";
import { Icon } from "../../ui/icons";
import { useListKeys } from "../../ui/listKeys";
import { StateChip } from "../../ui/StateChip";
import { Ago } from "../../ui/time";
import { FilterHelp } from "../jobs/Views";
import type { Chosen } from "./NodeMap";
import { placeWords } from "./spots";
import type { Row } from "./watched";

/* Widths are so that the name keeps at least 100 px at every width of the page. */

/** So many rows are shown at first, and more at a time. */
const PAGE = 100;

export interface TableProps {
  /** Those that the filter leaves. */
  nodes: readonly Row[];
  /** How many there are without it. */
  known: number;
  filter: string;
  setFilter: (filter: string) => void;
  /** Why the server cannot take the filter. */
  error: Error | null;
  /** Its first answer is awaited. */
  pending: boolean;
  chosen: Chosen | undefined;
  unchoose: () => void;
  open: (id: number) => void;
}

export function NodeTable({ nodes, known, filter, setFilter, error, pending, chosen, unchoose, open }: TableProps): ReactElement {
  const [most, setMost] = useState(PAGE);
  const [typed, setTyped] = useState(filter);
  const change = useDebouncedCallback((value: string) => setFilter(value.trim()), 250);
  const here = chosen === undefined ? undefined : new Set(chosen.ids);
  const matching = here === undefined ? nodes : nodes.filter((n) => here.has(n.id));
  const shown = matching.slice(0, most);
  const loads = nodes.some((n) => typeof n.load === "number");
  const pools = nodes.some((n) => n.pool !== undefined);
  const openAt = useCallback((i: number) => shown[i] !== undefined && open(shown[i].id), [shown, open]);
  const current = useListKeys(shown.length, openAt);
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <TextInput
          data-filter
          aria-label={text.filter}
          placeholder={text.filterHint}
          value={typed}
          maxLength={1000}
          spellCheck={false}
          error={error === null ? undefined : words(error)}
          onChange={(e) => {
            setTyped(e.currentTarget.value);
            change(e.currentTarget.value);
          }}
          w={{ base: "calc(100% - 52px)", xs: 320 }}
        />
        <FilterHelp help={text.filterHelp} />
        {chosen !== undefined && (
          <Button size="xs" variant="light" rightSection={<Icon name="cross" size={12} />} onClick={unchoose} aria-label={text.map.all}>
            {text.map.chosen(chosen.ids.length, chosen.name)}
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status">
          {text.shown(matching.length, known)}
        </Text>
      </Group>
      {matching.length === 0 && error === null && !pending && (
        <Text c="dimmed" py="md">
          {text.noMatch(filter)}
        </Text>
      )}
      {matching.length > 0 && (
        <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.columns.node}</Table.Th>
              {pools && (
                <Table.Th w="14%" visibleFrom="md">
                  {text.pools.column}
                </Table.Th>
              )}
              <Table.Th w={120}>{text.columns.state}</Table.Th>
              <Table.Th w={132} visibleFrom="sm">
                {text.columns.slots}
              </Table.Th>
              <Table.Th w={100} visibleFrom="lg" ta="right">
                {text.columns.memory}
              </Table.Th>
              {loads && (
                <Table.Th w={72} visibleFrom="lg" ta="right">
                  {text.columns.load}
                </Table.Th>
              )}
              {loads && (
                <Table.Th w={140} visibleFrom="xl">
                  {text.columns.version}
                </Table.Th>
              )}
              <Table.Th w={pools ? "12%" : "20%"} visibleFrom="md">
                {text.node.place}
              </Table.Th>
              <Table.Th w={120} visibleFrom="sm">
                {text.columns.seen}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((node, i) => (
              <NodeRow key={node.id} node={node} current={i === current} loads={loads} pools={pools} open={open} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {matching.length > shown.length && (
        <Button variant="default" onClick={() => setMost(most + PAGE)} style={{ alignSelf: "center" }}>
          {text.more(Math.min(PAGE, matching.length - shown.length))}
        </Button>
      )}
    </Stack>
  );
}

interface RowProps {
  node: Row;
  current: boolean;
  /** Whether some node tells its load. */
  loads: boolean;
  /** Whether some node is of another pool. */
  pools: boolean;
  open: (id: number) => void;
}

function NodeRow({ node, current, loads, pools, open }: RowProps): ReactElement {
  return (
    <Table.Tr className="row" data-current={current} onClick={() => open(node.id)}>
      <Table.Td>
        <Anchor
          component="button"
          type="button"
          className="wrap quiet-link"
          fw={500}
          ta="left"
          aria-label={text.open(node.name)}
          onClick={(e) => {
            e.stopPropagation();
            open(node.id);
          }}
        >
          {node.name}
        </Anchor>
        {typeof node.reason === "string" && (
          <Text size="sm" c={node.state === "Problem" ? "var(--mantine-color-error)" : "dimmed"} className="wrap">
            {node.reason}
          </Text>
        )}
      </Table.Td>
      {pools && (
        <Table.Td visibleFrom="md" className="wrap">
          {node.poolName ?? text.pools.own}
        </Table.Td>
      )}
      <Table.Td>
        <StateChip state={node.state} />
      </Table.Td>
      <Table.Td visibleFrom="sm">{text.slots(Math.max(0, node.cpus - node.freeCpus), node.cpus)}</Table.Td>
      <Table.Td visibleFrom="lg" ta="right">
        {memory(node.memoryBytes)}
      </Table.Td>
      {loads && (
        <Table.Td visibleFrom="lg" ta="right">
          {typeof node.load === "number" ? fixed(node.load, 1) : "–"}
        </Table.Td>
      )}
      {loads && (
        <Table.Td visibleFrom="xl" className="wrap">
          {node.version ?? "–"}
        </Table.Td>
      )}
      <Table.Td visibleFrom="md" className="wrap">
        {placeWords(node) ?? "–"}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Ago at={node.lastSeenAt} />
      </Table.Td>
    </Table.Tr>
  );
}
