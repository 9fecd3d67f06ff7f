/** Where the nodes are: marks on a map, each a ring of the states behind it. */
import { Group, SegmentedControl, Text, Title } from "@mantine/core";
import { lazy, Suspense, useMemo, type ReactElement } from "react";
import type { PoolNode } from "../../api/types";
import { count } from "../../lib/format";
import { states } from "../../text/common";
import { pool as text } from "../../text/pool";
import { toneOf } from "../../ui/StateChip";
import { Contained } from "../../ui/states";
import { clusters, markRadius, tally, type Cluster, type Project, type View } from "./clusters";
import { spotOf } from "./spots";

const World = lazy(() => import("./World"));

/** Marks closer than this become one, in pixels. */
const CLOSE = 24;

export interface Chosen {
  name: string;
  ids: number[];
}

export function NodeMap({
  nodes,
  view,
  setView,
  admin,
  choose,
}: {
  nodes: readonly PoolNode[];
  /** Whether the person may set places. */
  admin: boolean;
  view: View;
  setView: (view: View) => void;
  choose: (chosen: Chosen) => void;
}): ReactElement {
  const placed = nodes.filter((n) => n.place !== undefined).length;
  const guessed = nodes.filter((n) => spotOf(n)?.guessed === true).length;
  return (
    <section className="card" aria-label={text.map.title}>
      <Group justify="space-between" gap="sm" mb="xs">
        <Title order={2}>{text.map.title}</Title>
        <SegmentedControl
          size="xs"
          aria-label={text.map.which}
          value={view}
          onChange={(v) => setView(v === "us" ? "us" : "world")}
          data={[
            { value: "world", label: text.map.world },
            { value: "us", label: text.map.us },
          ]}
        />
      </Group>
      <Contained words={text.map.failed}>
        <Suspense fallback={<div style={{ aspectRatio: "1 / 0.48" }} />}>
          <World view={view} label={text.map.label}>
            {(project) => <Marks nodes={nodes} project={project} choose={choose} />}
          </World>
        </Suspense>
      </Contained>
      <Text size="sm" c="dimmed" mt="xs">
        {text.map.counted(nodes.length, placed, guessed)}
        {placed < nodes.length && admin && `. ${text.map.set}`}
      </Text>
    </section>
  );
}

function Marks({ nodes, project, choose }: { nodes: readonly PoolNode[]; project: Project; choose: (chosen: Chosen) => void }): ReactElement {
  const found = useMemo(() => clusters(nodes, project, CLOSE), [nodes, project]);
  return (
    <>
      {found.map((cluster) => (
        <Mark key={cluster.key} cluster={cluster} choose={choose} />
      ))}
    </>
  );
}

function Mark({ cluster, choose }: { cluster: Cluster; choose: (chosen: Chosen) => void }): ReactElement {
  const counts = tally(cluster.nodes);
  const words = text.map.cluster(cluster.name, counts.map(([state, n]) => `${n} ${states[state]}`).join(", "));
  const radius = markRadius(cluster.nodes.length);
  const guessed = cluster.nodes.every((n) => spotOf(n)?.guessed === true);
  const act = () => choose({ name: cluster.name, ids: cluster.nodes.map((n) => n.id) });
  return (
    <g
      role="button"
      tabIndex={0}
      aria-label={words}
      className="mark"
      transform={`translate(${cluster.x} ${cluster.y})`}
      onClick={act}
      onKeyDown={(e) => {
        if (e.key === "Enter" || e.key === " ") {
          e.preventDefault();
          act();
        }
      }}
    >
      <title>{words}</title>
      <circle r={radius} fill="var(--mantine-color-body)" />
      {guessed && <circle r={radius + 3} fill="none" stroke="var(--mantine-color-dimmed)" strokeWidth={1.5} strokeDasharray="3 3" />}
      {arcs(counts.map(([, n]) => n)).map(([from, to], i) => (
        <circle
          key={i}
          r={radius - 2}
          fill="none"
          stroke={`var(--square-${toneOf(counts[i]?.[0] ?? "Away")})`}
          strokeWidth={4}
          pathLength={1}
          strokeDasharray={`${to - from} 1`}
          strokeDashoffset={-from}
          transform="rotate(-90)"
        />
      ))}
      <text textAnchor="middle" dy="0.35em" fontSize={radius > 14 ? 12 : 10} fontWeight={600} fill="var(--mantine-color-text)">
        {count(cluster.nodes.length)}
      </text>
    </g>
  );
}

/** Shares of a ring, as fractions from 0 to 1. */
function arcs(parts: readonly number[]): [number, number][] {
  const sum = parts.reduce((a, b) => a + b, 0);
  let at = 0;
  return parts.map((part) => {
    const from = at;
    at += part / sum;
    return [from, at];
  });
}
