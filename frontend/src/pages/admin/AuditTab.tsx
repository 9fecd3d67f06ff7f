import { Button, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call } from "../../api/client";
import { keys } from "../../api/queries";
import { useAddress } from "../../lib/address";
import { exact } from "../../lib/format";
import { text as common } from "../../text/common";
import { admin } from "../../text/places";
import { ErrorBox, Loading } from "../../ui/states";

const text = admin.audit;
const PAGE = 50;

export function AuditTab(): ReactElement {
  const [search, setSearch] = useAddress();
  const actor = search.get("actor") ?? "";
  const action = search.get("action") ?? "";
  const [typed, setTyped] = useState({ actor, action });
  const entries = useInfiniteQuery({
    queryKey: [...keys.audit, actor, action],
    queryFn: ({ pageParam, signal }) =>
      call("get", "/audit", { query: { actor: actor || undefined, action: action || undefined, before: pageParam, limit: PAGE }, signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const apply = useDebouncedCallback((next: { actor: string; action: string }) => {
    const params: Record<string, string> = { tab: "audit" };
    if (next.actor.trim() !== "") {
      params.actor = next.actor.trim();
    }
    if (next.action.trim() !== "") {
      params.action = next.action.trim();
    }
    setSearch(params, { replace: true });
  }, 300);
  const change = (part: Partial<typeof typed>) => {
    const next = { ...typed, ...part };
    setTyped(next);
    apply(next);
  };
  const rows = entries.data?.pages.flatMap((p) => p.entries) ?? [];
  return (
    <Stack gap="md">
      <Group gap="sm">
        <TextInput data-filter aria-label={text.actor} placeholder={text.actor} maxLength={64} value={typed.actor} onChange={(e) => change({ actor: e.currentTarget.value })} />
        <TextInput aria-label={text.action} placeholder={text.action} maxLength={64} value={typed.action} onChange={(e) => change({ action: e.currentTarget.value })} />
      </Group>
      {entries.isPending && <Loading lines={8} />}
      {entries.isError && <ErrorBox error={entries.error} retry={() => void entries.refetch()} />}
      {entries.isSuccess && rows.length === 0 && <Text c="dimmed">{text.none}</Text>}
      {rows.length > 0 && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={admin.tabs.audit}>
          <Table verticalSpacing={4} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.columns.at}</Table.Th>
                <Table.Th>{text.columns.actor}</Table.Th>
                <Table.Th>{text.columns.action}</Table.Th>
                <Table.Th>{text.columns.subject}</Table.Th>
                <Table.Th>{text.columns.detail}</Table.Th>
                <Table.Th>{text.columns.address}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((e) => (
                <Table.Tr key={e.id}>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>
                    <time dateTime={e.at}>{exact(e.at)}</time>
                  </Table.Td>
                  <Table.Td>{e.actor}</Table.Td>
                  <Table.Td className="mono" fz="xs">
                    {e.action}
                  </Table.Td>
                  <Table.Td className="wrap">{e.subject ?? ""}</Table.Td>
                  <Table.Td className="wrap">{e.detail ?? ""}</Table.Td>
                  <Table.Td className="mono" fz="xs">
                    {e.address ?? ""}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {entries.hasNextPage && (
        <Button variant="default" mx="auto" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
          {common.older}
        </Button>
      )}
    </Stack>
  );
}
