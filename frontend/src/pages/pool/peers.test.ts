import { describe, expect, it } from "vitest";
import { hostName, nodeName, spot, wayOf } from "./peers";

describe("peers", () => {
  it("puts addresses around the circle clockwise from the top", () => {
    const quarter = spot(`40${"0".repeat(38)}`);
    expect(spot("0".repeat(40))).toEqual({ x: 0, y: -1 });
    expect(quarter.x).toBeCloseTo(1);
    expect(quarter.y).toBeCloseTo(0);
  });

  it("names a node as the thesis does", () => {
    expect(hostName("10.128.0.1")).toBe("C128000001");
    expect(nodeName({ address: "abcdef0123", addresses: [] })).toBe("abcdef01");
    expect(nodeName({ address: "abcdef0123", addresses: ["10.200.3.44"] })).toBe("C200003044");
  });

  it("reads the ways the node tells", () => {
    expect(wayOf("direct 192.0.2.1:4800")).toEqual({ kind: "direct", at: "192.0.2.1:4800" });
    expect(wayOf("relay aabb")).toEqual({ kind: "relay", by: "aabb" });
    expect(wayOf("ring")).toEqual({ kind: "ring" });
  });
});
