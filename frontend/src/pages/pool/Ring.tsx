/** The overlay's ring as a picture: each node where its address puts it, and the way to it from here. */
import { Group, Text } from "@mantine/core";
import type { ReactElement } from "react";
import type { OverlayNode } from "../../api/types";
import { overlay as text } from "../../text/overlay";
import { nodeName, spot, wayOf, type Spot } from "./peers";
import classes from "./Ring.module.css";

/** Small enough that names can be read on a phone. */
const WIDTH = 440;
const HEIGHT = 330;
const RADIUS = 125;
/** Names stay readable up to so many nodes; the table has them all. */
const NAMED = 24;

const WAYS = ["direct", "relay", "ring"] as const;

const at = ({ x, y }: Spot, radius = RADIUS): Spot => ({ x: WIDTH / 2 + x * radius, y: HEIGHT / 2 + y * radius });

export function Ring({ node }: { node: OverlayNode }): ReactElement {
  const self = at(spot(node.address));
  const places = new Map(node.peers.map((peer) => [peer.address, at(spot(peer.address))]));
  return (
    <>
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={text.picture(node.peers.length)} className={classes.picture}>
      <circle cx={WIDTH / 2} cy={HEIGHT / 2} r={RADIUS} className={classes.circle} />
      {node.peers.map((peer) => {
        const to = places.get(peer.address) ?? self;
        const way = wayOf(peer.path);
        const by = way.kind === "relay" ? places.get(way.by) : undefined;
        const points = [self, ...(by === undefined ? [] : [by]), to].map((p) => `${p.x},${p.y}`).join(" ");
        return <polyline key={peer.address} points={points} className={classes[way.kind]} />;
      })}
      {node.peers.map((peer) => (
        <Mark key={peer.address} name={node.peers.length <= NAMED ? nodeName(peer) : ""} address={peer.address} kind="peer" />
      ))}
      <Mark name={text.here} address={node.address} kind="self" />
    </svg>
      <Group gap="lg" justify="center">
        {WAYS.map((way) => (
          <Group key={way} gap={8}>
            <svg width={32} height={8} aria-hidden>
              <polyline points="0,4 32,4" className={classes[way]} />
            </svg>
            <Text size="sm">{text.legend[way]}</Text>
          </Group>
        ))}
      </Group>
    </>
  );
}

function Mark({ name, address, kind }: { name: string; address: string; kind: "peer" | "self" }): ReactElement {
  const on = spot(address);
  const { x, y } = at(on);
  const label = at(on, RADIUS + 16);
  const side = Math.abs(on.x) < 0.25 ? "middle" : on.x > 0 ? "start" : "end";
  return (
    <g className={classes[kind]}>
      <circle cx={x} cy={y} r={kind === "self" ? 9 : 6} />
      <text x={label.x} y={label.y} textAnchor={side} dominantBaseline="middle">
        {name}
      </text>
    </g>
  );
}
