import { describe, expect, it } from "vitest";
import { all, NOTHING, only, range, step, toggle } from "./selection";

const names = ["a", "b", "c", "d"];

describe("selection", () => {
  it("toggles", () => {
    const one = toggle(NOTHING, "b");
    expect([...one.chosen]).toEqual(["b"]);
    expect([...toggle(one, "b").chosen]).toEqual([]);
  });
  it("spans a range from where it began, in either direction", () => {
    const begun = only("c");
    expect([...range(begun, names, "a").chosen]).toEqual(["a", "b", "c"]);
    expect([...range(range(begun, names, "a"), names, "d").chosen]).toEqual(["c", "d"]);
  });
  it("begins anew when the beginning is no longer listed", () => {
    expect([...range(only("x"), names, "b").chosen]).toEqual(["b"]);
  });
  it("steps within the rows", () => {
    expect(step(NOTHING, names, 1).current).toBe("a");
    expect(step(only("d"), names, 1).current).toBe("d");
    expect(step(only("b"), names, -1).current).toBe("a");
    expect(all(NOTHING, names).chosen.size).toBe(4);
  });
});
