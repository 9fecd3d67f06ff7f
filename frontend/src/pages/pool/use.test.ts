import { expect, test } from "vitest";
import type { PoolLoad } from "../../api/types";
import { average, bandsOf, csv, series, usageCsv } from "./use";

const names = { cores: "Cores", running: "In use", free: "Free", off: "Not usable", others: "Others", waiting: "Waiting" };

function point(minute: number, users: Record<string, number>, free = 0): PoolLoad {
  const running = Object.values(users).reduce((a, b) => a + b, 0);
  return { at: new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString(), running, free, off: 0, waiting: 1, users };
}

const history = { bucketSeconds: 60, points: [point(0, { ann: 2, bob: 1 }, 1), point(1, { ann: 4 }), point(5, { "=cmd": 4 })] };

test("a time nobody looked is a gap", () => {
  expect(series(history, (p) => p.running).map(([, v]) => v)).toEqual([3, 4, null, 4]);
});

test("the bands add up to all cores, by state and by person", () => {
  for (const by of ["state", "user"] as const) {
    const bands = bandsOf(history, by, names, "light");
    const sums = history.points.map((p) => bands.reduce((sum, band) => sum + band.of(p), 0));
    expect(sums).toEqual([4, 4, 4]);
  }
});

test("more people than colours are shown as others", () => {
  const users = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`u${i}`, i + 1]));
  const bands = bandsOf({ bucketSeconds: 60, points: [point(0, users)] }, "user", names, "dark");
  expect(bands.map((b) => b.name)).toEqual(["u11", "u10", "u9", "u8", "u7", "u6", "Others", "Free", "Not usable"]);
  expect(bands[6]?.of(point(0, users))).toBe(21);
});

test("the average is over what was seen", () => {
  expect(average(history)).toEqual({ running: 11 / 3, all: 4 });
});

test("a name that looks like a formula is defused in the CSV", () => {
  expect(csv({ bucketSeconds: 60, points: [point(0, { '=1+"x"': 1 })] }).split("\r\n")[0]).toBe('at,running,free,off,waiting,"user =1+""x""",others');
});

test("who used what is a line for each person and month, and no name is a formula", () => {
  const months = [{ month: "2026-11", person: "=cmd", jobs: 2, completed: 5, failed: 1, coreHours: 1.23456 }];
  expect(usageCsv(months)).toBe("month,person,jobs,subjobs completed,subjobs failed,core hours\r\n2026-11,'=cmd,2,5,1,1.235\r\n");
});
