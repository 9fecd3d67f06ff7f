import { expect, test } from "vitest";
import type { PoolNode } from "../../api/types";
import { clusters, markRadius, tally, type Project } from "./clusters";

const flat: Project = ([longitude, latitude]) => (latitude < -60 ? null : [longitude, -latitude]);

function node(id: number, state: PoolNode["state"], place?: PoolNode["place"]): PoolNode {
  return { id, kind: "executor", name: `n${id}`, state, cpus: 1, freeCpus: 1, memoryBytes: 1, enrolledAt: "2026-01-01T00:00:00Z", standing: "open", place };
}

const at = (name: string, latitude: number, longitude: number) => ({ name, latitude, longitude });

test("nodes that cannot be told apart become one mark", () => {
  const found = clusters(
    [node(1, "Ready", at("Gainesville", 29.65, -82.32)), node(2, "Away", at("Gainesville", 29.66, -82.3)), node(3, "Ready", at("Paris", 48.85, 2.35))],
    flat,
    2,
  );
  expect(found.map((c) => [c.name, c.nodes.map((n) => n.id)])).toEqual([
    ["Gainesville", [1, 2]],
    ["Paris", [3]],
  ]);
});

test("every node with a place on the map is in exactly one mark", () => {
  const many = Array.from({ length: 1000 }, (_, i) => node(i, "Ready", at(`p${i % 7}`, ((i * 37) % 120) - 59, ((i * 91) % 360) - 180)));
  const ids = clusters(many, flat, 10).flatMap((c) => c.nodes.map((n) => n.id));
  expect(new Set(ids).size).toBe(1000);
  expect(ids.length).toBe(1000);
});

test("no mark lies on another", () => {
  const many = Array.from({ length: 1000 }, (_, i) => node(i, "Ready", at(`p${i % 7}`, ((i * i * 37) % 120) - 59, ((i * 91) % 360) - 180)));
  const found = clusters(many, flat, 10);
  expect(found.flatMap((c) => c.nodes).length).toBe(1000);
  for (const [i, a] of found.entries()) {
    for (const b of found.slice(i + 1)) {
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThanOrEqual(markRadius(a.nodes.length) + markRadius(b.nodes.length));
    }
  }
});

test("nodes without a place, or off the map, are left out", () => {
  expect(clusters([node(1, "Ready"), node(2, "Ready", at("Pole", -89, 0))], flat, 2)).toEqual([]);
});

test("a mark of several places says so", () => {
  const [one] = clusters([node(1, "Ready", at("A", 1, 1)), node(2, "Ready", at("B", 1, 1)), node(3, "Ready", at("A", 1, 1))], flat, 5);
  expect(one?.name).toBe("A +1");
});

test("states are counted, the commonest first", () => {
  expect(tally([node(1, "Away"), node(2, "Ready"), node(3, "Ready")])).toEqual([
    ["Ready", 2],
    ["Away", 1],
  ]);
});
