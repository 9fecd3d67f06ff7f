/** Nodes on a map: those too close to be told apart become one mark. Pure. */
import type { PoolNode } from "../../api/types";

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

/** Groups nodes whose places are drawn within `radius` of the first of a group; off the map they are left out. */
export function clusters(nodes: readonly PoolNode[], project: Project, radius: number): Cluster[] {
  const found: Cluster[] = [];
  const cells = new Map<string, Cluster[]>();
  const cell = (n: number) => Math.floor(n / radius);
  for (const node of nodes) {
    const at = node.place === undefined ? null : project([node.place.longitude, node.place.latitude]);
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
  for (const cluster of found) {
    cluster.name = commonest(cluster.nodes.map((n) => n.place?.name ?? ""));
  }
  return found;
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
