import { expect, test } from "vitest";
import type { PoolNode, WatchedPool } from "../../api/types";
import { inPool, keyOf, ofKey, rowsOf } from "./watched";

const machine = { name: "10.77.0.11", state: "Ready" as const, cpus: 8, freeCpus: 2, memoryBytes: 1, load: 0, version: "HTCondor 23.9.6", lastSeenAt: "2026-11-22T10:00:00Z" };
const pool = (address: string): WatchedPool => ({ address, name: `pool ${address}`, cpus: 8, freeCpus: 2, machines: [machine, { ...machine, name: "10.77.0.12" }] });

test("machines of equal names in two pools are two rows", () => {
  const rows = rowsOf([pool("10.0.0.1"), pool("10.0.0.2")]);
  expect(rows.map((row) => row.name)).toEqual(["10.77.0.11", "10.77.0.12", "10.77.0.11", "10.77.0.12"]);
  expect(new Set(rows.map((row) => row.id)).size).toBe(4);
  expect(rows.every((row) => row.id < 0)).toBe(true);
  expect(inPool(rows, "10.0.0.2").map((row) => row.poolName)).toEqual(["pool 10.0.0.2", "pool 10.0.0.2"]);
});

test("a pool is chosen by its address, ours by a word", () => {
  const own: PoolNode = { ...machine, id: 3, kind: "machine", enrolledAt: machine.lastSeenAt, standing: "open" };
  const rows = [own, ...rowsOf([pool("10.0.0.1")])];
  expect(inPool(rows, "own")).toEqual([own]);
  expect(inPool(rows, "")).toHaveLength(3);
});

test("a machine of another pool stands in the address", () => {
  const one = { pool: "10.0.0.1:9620", name: "10.77.0.11" };
  expect(ofKey(keyOf(one))).toEqual(one);
  expect(ofKey("x")).toBeUndefined();
  expect(ofKey(null)).toBeUndefined();
});
