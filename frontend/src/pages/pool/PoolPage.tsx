/** The computers that do the work: where they are, what they did, and each of them. */
import { Alert, Button, Group, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState, type ReactElement } from "react";
import { Link } from "react-router";
import { may, useUser } from "../../app/user";
import { nodesMatching, nodesQuery, poolQuery, spans, watchedMatching, watchedQuery } from "../../api/queries";
import type { Pool, WatchedPool } from "../../api/types";
import { useAddress } from "../../lib/address";
import { count } from "../../lib/format";
import { overlay } from "../../text/overlay";
import { pool as text } from "../../text/pool";
import { condor } from "../../text/condor";
import { runs } from "../../text/runs";
import { sharing } from "../../text/sharing";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { AddComputer } from "./AddComputer";
import { NodeMap, type Chosen } from "./NodeMap";
import { NodeSheet } from "./NodeSheet";
import { NodeTable } from "./NodeTable";
import { OtherPools } from "./OtherPools";
import { Usage } from "./Usage";
import { Utilisation } from "./Utilisation";
import { inPool, keyOf, ofKey, rowsOf, type Row } from "./watched";
import { WatchedSheet } from "./WatchedSheet";

const NO_POOLS: readonly WatchedPool[] = [];
const NO_NODES: readonly Row[] = [];

/** Map, time, filter and the open node stand in the address, so that a link shows the same. */
export default function PoolPage(): ReactElement {
  const user = useUser();
  const admin = may(user, "pool-admin");
  const nodes = useQuery(nodesQuery);
  const pool = useQuery(poolQuery);
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<Chosen>();
  const [address, setAddress] = useAddress();
  const set = useCallback(
    (key: string, value: string) =>
      setAddress(
        (now) => {
          if (value === "") {
            now.delete(key);
          } else {
            now.set(key, value);
          }
          return now;
        },
        { replace: key !== "node" && key !== "machine" },
      ),
    [setAddress],
  );
  const watched = useQuery(watchedQuery);
  const others = watched.data ?? NO_POOLS;
  const which = address.get("pool") ?? "";
  const ours = which === "" || which === "own"; // of others only the machines are read
  const known = nodes.data ?? NO_NODES;
  const all = useMemo(() => inPool([...known, ...rowsOf(others)], which), [known, others, which]);
  const filter = (address.get("filter") ?? "").trim();
  const filtering = filter !== "";
  const few = useQuery({ ...nodesMatching(filter), enabled: filtering, placeholderData: keepPreviousData });
  const fewElsewhere = useQuery({ ...watchedMatching(filter), enabled: filtering && others.length > 0, placeholderData: keepPreviousData });
  const matching = useMemo(() => {
    if (!filtering) {
      return all;
    }
    // numbers of the rows are those of the whole list, whatever the filter leaves
    const left = new Set([...(few.data ?? NO_NODES).map((one) => `/${one.id}`), ...(fewElsewhere.data ?? NO_POOLS).flatMap((one) => one.machines.map((m) => `${one.address}/${m.name}`))]);
    return all.filter((row) => left.has(row.pool === undefined ? `/${row.id}` : `${row.pool}/${row.name}`));
  }, [all, few.data, fewElsewhere.data, filtering]);
  const open = useCallback(
    (id: number) => {
      const row = all.find((one) => one.id === id);
      if (row?.pool === undefined) {
        set("node", String(id));
      } else {
        set("machine", keyOf({ pool: row.pool, name: row.name }));
      }
    },
    [all, set],
  );
  const opened = Number(address.get("node") ?? Number.NaN);
  const elsewhere = ofKey(address.get("machine"));
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <Group gap="sm">
          <Button variant="default" component={Link} to="/pool/history">
            {runs.open}
          </Button>
          {admin && (
            <>
            <Button variant="default" component={Link} to="/pool/condor">
              {condor.open}
            </Button>
            <Button variant="default" component={Link} to="/pool/share">
              {sharing.open}
            </Button>
            <Button variant="default" component={Link} to="/pool/policy">
              {sharing.policy.open}
            </Button>
            <Button variant="default" component={Link} to="/pool/overlay">
              {overlay.open}
            </Button>
            <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
              {text.add}
            </Button>
            </>
          )}
        </Group>
      </Group>
      {ours && pool.data !== undefined && <Glance pool={pool.data} />}
      {nodes.isPending && <Loading lines={6} />}
      {nodes.isError && <ErrorBox error={nodes.error} retry={() => void nodes.refetch()} />}
      <OtherPools pools={others} />
      {others.length > 0 && (
        <Group>
          <NativeSelect
            label={text.pools.which}
            value={which}
            data={[
              { value: "", label: text.pools.all },
              { value: "own", label: text.pools.own },
              ...others.map((one) => ({ value: one.address, label: one.name })),
            ]}
            onChange={(e) => {
              setChosen(undefined);
              set("pool", e.currentTarget.value);
            }}
          />
        </Group>
      )}
      {nodes.isSuccess && known.length === 0 && others.length === 0 && (
        <Empty icon="pool" {...text.none} action={admin ? { label: text.add, onClick: () => setAdding(true) } : undefined} />
      )}
      {(known.length > 0 || others.length > 0) && (
        <>
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <NodeMap
              nodes={all}
              admin={admin}
              view={address.get("map") === "us" ? "us" : "world"}
              setView={(view) => set("map", view === "us" ? "us" : "")}
              choose={(mark) => {
                const [only] = mark.ids;
                if (mark.ids.length === 1 && only !== undefined) {
                  open(only);
                } else {
                  setChosen(mark);
                }
              }}
            />
            {ours && (
              <Utilisation
                span={spans.find((s) => s === address.get("span")) ?? "day"}
                setSpan={(span) => set("span", span === "day" ? "" : span)}
                by={address.get("by") === "user" ? "user" : "state"}
                setBy={(by) => set("by", by === "user" ? by : "")}
              />
            )}
          </SimpleGrid>
          <NodeTable
            nodes={matching}
            known={all.length}
            filter={filter}
            setFilter={(wanted) => set("filter", wanted)}
            error={filtering ? (few.error ?? fewElsewhere.error) : null}
            pending={filtering && few.isPending}
            chosen={chosen}
            unchoose={() => setChosen(undefined)}
            open={open}
          />
          {ours && <Usage />}
        </>
      )}
      {adding && <AddComputer close={() => setAdding(false)} known={known.length} />}
      {elsewhere !== undefined && (
        <WatchedSheet machine={elsewhere} pool={others.find((one) => one.address === elsewhere.pool)?.name ?? elsewhere.pool} close={() => set("machine", "")} />
      )}
      {Number.isInteger(opened) && (
        <NodeSheet id={opened} name={known.find((n) => n.id === opened)?.name ?? text.columns.node} admin={admin} close={() => set("node", "")} />
      )}
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
