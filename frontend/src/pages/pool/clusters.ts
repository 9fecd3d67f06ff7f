/** Nodes on a map: those too close to be told apart become one mark. Pure. */
import type { PoolNode } from "../../api/types";
import { spotOf } from "./spots";

export type View = "world" | "us";

export type Project = (point: [number, number]) => [number, number] | null;

export interface Cluster {
  key: string;
  x: number;
  y: number;
  /** The place most of them have. */
  name: string;
  nodes: PoolNode[];
}

/** Half the width of a mark for so many nodes, in pixels: it grows with their number of digits. */
export function markRadius(nodes: number): number {
  return 9 + Math.min(14, 6.4 * Math.log10(nodes));
}

/**
 * Groups nodes whose places are drawn within `radius` of the first of a group; then a group whose mark would lie on
 * that of a larger one joins it. Off the map they are left out.
 */
export function clusters(nodes: readonly PoolNode[], project: Project, radius: number): Cluster[] {
  const found: Cluster[] = [];
  const cells = new Map<string, Cluster[]>();
  const cell = (n: number) => Math.floor(n / radius);
  for (const node of nodes) {
    const spot = spotOf(node);
    const at = spot === undefined ? null : project([spot.longitude, spot.latitude]);
    if (at === null) {
      continue;
    }
    const [x, y] = at;
    let home: Cluster | undefined;
    for (let dx = -1; dx <= 1 && home === undefined; dx++) {
      for (let dy = -1; dy <= 1 && home === undefined; dy++) {
        home = cells.get(`${cell(x) + dx}/${cell(y) + dy}`)?.find((c) => Math.hypot(c.x - x, c.y - y) <= radius);
      }
    }
    if (home === undefined) {
      home = { key: `${x.toFixed(1)},${y.toFixed(1)}`, x, y, name: "", nodes: [] };
      found.push(home);
      const key = `${cell(x)}/${cell(y)}`;
      cells.set(key, [...(cells.get(key) ?? []), home]);
    }
    home.nodes.push(node);
  }
  const apart = separate(found);
  for (const cluster of apart) {
    cluster.name = commonest(cluster.nodes.map((n) => spotOf(n)?.name ?? ""));
  }
  return apart;
}

/** Marks that do not lie on one another, the largest first; those that would have joined the larger one. */
function separate(clusters: readonly Cluster[]): Cluster[] {
  let before = [...clusters];
  for (;;) {
    const kept: Cluster[] = [];
    for (const one of before.sort((a, b) => b.nodes.length - a.nodes.length)) {
      const size = markRadius(one.nodes.length);
      const over = kept.find((k) => Math.hypot(k.x - one.x, k.y - one.y) < markRadius(k.nodes.length) + size);
      if (over === undefined) {
        kept.push(one);
      } else {
        over.nodes.push(...one.nodes);
      }
    }
    if (kept.length === before.length) {
      return kept;
    }
    before = kept; // a mark that grew may lie on another now
  }
}

function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1]);
  const others = counts.size - 1;
  return first === undefined ? "" : others === 0 ? first[0] : `${first[0]} +${others}`;
}

/** How many nodes are in each state, the commonest first. */
export function tally(nodes: readonly PoolNode[]): [PoolNode["state"], number][] {
  const counts = new Map<PoolNode["state"], number>();
  for (const node of nodes) {
    counts.set(node.state, (counts.get(node.state) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
