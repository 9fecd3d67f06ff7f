/** A result table: the server sorts, filters and pages; sort, filter and chosen rows stand in the address. */
import { ActionIcon, Checkbox, Group, Table, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef, useState, type ReactElement } from "react";
import { call } from "../../api/client";
import type { Column, ResultTable } from "../../api/types";
import { useAddress } from "../../lib/address";
import { count, measured } from "../../lib/format";
import { rangesOf } from "../../lib/rows";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { ChosenBar } from "./ChosenBar";
import type { TableChoice } from "./useChosen";

const PAGE = 25;

function cell(value: unknown, column: Column): string {
  if (value === null || value === undefined) {
    return "–";
  }
  if (column.type === "number" && typeof value === "number") {
    return measured(value);
  }
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : JSON.stringify(value);
}

interface Props {
  job: number;
  table: ResultTable;
  choice: TableChoice;
  /** Which row the pointer or the focus is on. */
  point: (row: number | undefined) => void;
}

export function DataTable({ job, table, choice, point }: Props): ReactElement {
  const [search, setSearch] = useAddress();
  const key = (name: string) => `${table.name}.${name}`;
  const sort = search.get(key("sort")) ?? "";
  const words = search.get(key("text")) ?? "";
  const from = Math.max(0, Number(search.get(key("from")) ?? 0) || 0);
  const [typed, setTyped] = useState(words);
  const set = (changes: Record<string, string>) =>
    setSearch(
      (before) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value === "" || value === "0") {
            before.delete(key(name));
          } else {
            before.set(key(name), value);
          }
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const chosen = choice.rows.size > 0 ? rangesOf([...choice.rows]) : "";
  const only = search.get(key("only")) === "1" && chosen !== "" ? chosen : "";
  const lastPressed = useRef<number>(undefined);
  const setWords = useDebouncedCallback((value: string) => set({ text: value.trim(), from: "" }), 250);
  const page = useQuery({
    queryKey: ["table", job, table.name, sort, words, from, table.rows, only],
    queryFn: ({ signal }) =>
      only === ""
        ? call("get", "/jobs/{job}/tables/{table}", {
            path: { job, table: table.name },
            query: { sort: sort || undefined, text: words || undefined, from, limit: PAGE },
            signal,
          })
        : call("post", "/jobs/{job}/tables/{table}/rows", {
            path: { job, table: table.name },
            body: { rows: only, sort, text: words, from, limit: PAGE },
            signal,
          }),
    placeholderData: keepPreviousData,
  });
  const columns = page.data?.columns ?? table.columns;
  const rows = page.data?.rows ?? [];
  const numbers = page.data?.numbers ?? [];
  const all = page.data?.count ?? 0;
  /** With Shift: all rows of the page between this one and the one pressed before. */
  const mark = (i: number, shift: boolean) => {
    const [a, b] = [lastPressed.current ?? i, i].sort((x, y) => x - y) as [number, number];
    const range = numbers.slice(a, b + 1);
    const row = numbers[i] ?? 0;
    choice.choose(shift ? (choice.rows.has(row) ? range.filter((r) => choice.rows.has(r)) : range.filter((r) => !choice.rows.has(r))) : [row], true);
    lastPressed.current = i;
  };
  /** First press: large numbers first for numbers, A first for words; then the other way, then the file's order. */
  const press = (column: Column) => {
    const first = column.type === "string" ? column.name : `-${column.name}`;
    const second = column.type === "string" ? `-${column.name}` : column.name;
    set({ sort: sort === first ? second : sort === second ? "" : first, from: "" });
  };
  return (
    <section>
      <Group justify="space-between" mb="xs" gap="sm">
        <Title order={2}>{table.title}</Title>
        <TextInput
          data-filter
          size="xs"
          aria-label={text.results.filterRows}
          placeholder={text.results.filterRows}
          leftSection={<Icon name="search" size={14} />}
          value={typed}
          maxLength={200}
          onChange={(e) => {
            setTyped(e.currentTarget.value);
            setWords(e.currentTarget.value);
          }}
          w={240}
        />
      </Group>
      {choice.rows.size > 0 && <ChosenBar job={job} table={table} choice={choice} ranges={chosen} sort={sort} only={only !== ""} setOnly={(on) => set({ only: on ? "1" : "", from: "" })} />}
      {page.isError && <ErrorBox error={page.error} retry={() => void page.refetch()} />}
      {page.isPending && <Loading lines={6} />}
      {page.data !== undefined && rows.length === 0 && <Text c="dimmed">{words === "" ? text.results.emptyTable : text.results.noRows}</Text>}
      {rows.length > 0 && (
        <>
          <div className="scroll-x" tabIndex={0} role="region" aria-label={table.title}>
            <Table verticalSpacing={5} fz="sm" striped="even" className="nums">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={34}>
                    <Checkbox
                      size="xs"
                      aria-label={text.results.chosen.page}
                      checked={numbers.every((n) => choice.rows.has(n))}
                      indeterminate={numbers.some((n) => choice.rows.has(n)) && !numbers.every((n) => choice.rows.has(n))}
                      onChange={() => choice.choose(numbers, true)}
                    />
                  </Table.Th>
                  {columns.map((column) => {
                    const way = sort === column.name ? "ascending" : sort === `-${column.name}` ? "descending" : "none";
                    return (
                      <Table.Th key={column.name} aria-sort={way} ta={column.type === "string" ? "left" : "right"}>
                        <UnstyledButton onClick={() => press(column)} fz="sm" fw={600} aria-label={text.results.sortBy(column.title)}>
                          <Group gap={2} wrap="nowrap" component="span" display="inline-flex">
                            {column.title}
                            {typeof column.units === "string" && column.units !== "" && (
                              <Text component="span" size="xs" c="dimmed" fw={400}>
                                {` [${column.units}]`}
                              </Text>
                            )}
                            <span style={{ width: 14, display: "inline-flex", visibility: way === "none" ? "hidden" : "visible" }}>
                              <Icon name={way === "ascending" ? "up" : "down"} size={14} />
                            </span>
                          </Group>
                        </UnstyledButton>
                      </Table.Th>
                    );
                  })}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row, i) => (
                  <Table.Tr
                    key={numbers[i] ?? from + i}
                    data-chosen={choice.rows.has(numbers[i] ?? -1) || undefined}
                    onMouseEnter={() => point(numbers[i])}
                    onMouseLeave={() => point(undefined)}
                  >
                    <Table.Td>
                      <Checkbox
                        size="xs"
                        aria-label={text.results.chosen.row(count((numbers[i] ?? 0) + 1))}
                        checked={choice.rows.has(numbers[i] ?? -1)}
                        onFocus={() => point(numbers[i])}
                        onBlur={() => point(undefined)}
                        onChange={(e) => mark(i, (e.nativeEvent as MouseEvent).shiftKey)}
                      />
                    </Table.Td>
                    {columns.map((column, c) => (
                      <Table.Td key={column.name} ta={column.type === "string" ? "left" : "right"} maw={360} style={{ overflow: "hidden", textOverflow: "ellipsis" }}>
                        {cell(row[c], column)}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          <Group justify="flex-end" gap="xs" mt="xs">
            <Text size="sm" c="dimmed" role="status">
              {text.results.rows(count(from + 1), count(from + rows.length), count(all))}
            </Text>
            <ActionIcon variant="default" aria-label={text.results.previous} disabled={from === 0} onClick={() => set({ from: String(Math.max(0, from - PAGE)) })}>
              <Icon name="left" size={16} />
            </ActionIcon>
            <ActionIcon variant="default" aria-label={text.results.next} disabled={from + rows.length >= all} onClick={() => set({ from: String(from + PAGE) })}>
              <Icon name="right" size={16} />
            </ActionIcon>
          </Group>
        </>
      )}
    </section>
  );
}
