/** Machines of other pools as rows of the list and marks of the map. Pure. */
import type { PoolNode, WatchedPool } from "../../api/types";

/** A row: a node of ours, or a machine of a pool that is only looked at. */
export interface Row extends PoolNode {
  /** The address of its pool; of ours undefined. */
  pool?: string;
  poolName?: string;
}

/** A machine of another pool, as it stands in the page's address. */
export interface Watched {
  pool: string;
  name: string;
}

export function keyOf(machine: Watched): string {
  return `${machine.pool}/${machine.name}`;
}

export function ofKey(key: string | null): Watched | undefined {
  const [, pool, name] = /^([0-9.:]+)\/(.+)$/.exec(key ?? "") ?? [];
  return pool === undefined || name === undefined ? undefined : { pool, name };
}

/** What the server shows of a pool at most; more would let numbers of two pools meet. */
const MOST = 10_000;

/** Rows with numbers below 0, which no node of ours has: machines of equal names stay apart. */
export function rowsOf(pools: readonly WatchedPool[]): Row[] {
  return pools.flatMap((pool, p) =>
    pool.machines.slice(0, MOST).map((machine, m) => ({
      id: -(p * MOST + m + 1),
      kind: "machine" as const,
      pool: pool.address,
      poolName: pool.name,
      ...machine,
      enrolledAt: machine.lastSeenAt,
      standing: "open" as const,
      ...(pool.place === undefined ? {} : { place: pool.place }),
    })),
  );
}

/** Rows of one pool: of ours for `own`, of all for the empty word. */
export function inPool(rows: readonly Row[], pool: string): readonly Row[] {
  return pool === "" ? rows : rows.filter((row) => (row.pool ?? "own") === pool);
}
