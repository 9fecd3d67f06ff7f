/** Where nodes stand on the picture of the ring, and what they are called. */

/** A point in the unit circle. */
export interface Spot {
  x: number;
  y: number;
}

const DIGITS = 8;

/** A node's address as a spot on the circle: 0 on top, clockwise. */
export function spot(address: string): Spot {
  const turn = (Number.parseInt(address.slice(0, DIGITS), 16) / 2 ** (4 * DIGITS)) * 2 * Math.PI;
  return { x: Math.sin(turn), y: -Math.cos(turn) };
}

/** The host name of a virtual address (thesis Table 3-1): C and its last three bytes. */
export function hostName(address: string): string {
  const bytes = address.split(".");
  return bytes.length === 4
    ? `C${bytes
        .slice(1)
        .map((byte) => byte.padStart(3, "0"))
        .join("")}`
    : address;
}

/** What a person reads for a node: its host name where it is known, else the beginning of its address. */
export function nodeName(node: { address: string; addresses: readonly string[] }): string {
  const [first] = node.addresses;
  return first === undefined ? node.address.slice(0, DIGITS) : hostName(first);
}

export type Way = { kind: "direct"; at: string } | { kind: "relay"; by: string } | { kind: "ring" };

/** Reads `direct ENDPOINT`, `relay ADDRESS` or `ring`. */
export function wayOf(path: string): Way {
  const [kind = "", rest = ""] = path.split(" ", 2);
  if (kind === "direct") {
    return { kind, at: rest };
  }
  return kind === "relay" ? { kind, by: rest } : { kind: "ring" };
}
