import { describe, expect, it } from "vitest";
import { bars, byGroup, hours, share, sum, type Named } from "./sums";

function use(name: string, coreHours: number, cpuHours: number): Named {
  return {
    name,
    runs: 1,
    completed: 1,
    coreHours,
    lostCoreHours: 0,
    measuredCoreHours: coreHours,
    cpuHours,
    memoryAskedGiBHours: 4,
    memoryUsedGiBHours: 1,
    timeUsedHours: 1,
    timeExpectedHours: 2,
    timeAllowedHours: 4,
  };
}

describe("usage", () => {
  it("tells the few seconds of a first run too", () => {
    expect([0, 0.000123, 0.0123, 1.5, 12.34, 1234].map(hours)).toEqual(["0.00", "0.00012", "0.01", "1.50", "12.3", "1234"]);
  });

  it("sums nothing to nothing", () => {
    expect(sum([]).runs).toBe(0);
  });

  it("counts who is in two groups in both, and who is in none at the end", () => {
    const people = [use("ann", 8, 4), use("bob", 2, 2), use("cleo", 1, 0)];
    const groups = [
      { name: "chemists", members: ["ann", "bob"] },
      { name: "night", members: ["bob"] },
      { name: "empty", members: ["dan"] },
    ];
    const rows = byGroup(people, groups, "none");
    expect(rows.map((row) => [row.name, row.coreHours, row.runs])).toEqual([
      ["chemists", 10, 2],
      ["night", 2, 1],
      ["none", 1, 1],
    ]);
  });

  it("says nothing of what was not measured and never more than all", () => {
    expect(share(1, 0)).toBeUndefined();
    expect(share(5, 4)).toBe(100);
    expect(share(1, 3)).toBe(33);
  });

  it("draws a bar for each bucket, over a month's end", () => {
    const points = [
      { day: "2026-11-29", person: "ann", coreHours: 2, cpuHours: 1 },
      { day: "2026-11-29", person: "bob", coreHours: 1, cpuHours: 3 },
      { day: "1999-01-01", person: "bob", coreHours: 1, cpuHours: 3 },
    ];
    expect(bars({ from: "2026-11-22", bucketDays: 7, points }, 21)).toEqual([
      { day: "2026-11-22", used: 0, unused: 0 },
      { day: "2026-11-29", used: 2, unused: 1 },
      { day: "2026-12-06", used: 0, unused: 0 },
    ]);
  });
});
