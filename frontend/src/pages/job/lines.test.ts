import { describe, expect, it } from "vitest";
import { columnOf, pageOf, placeOf, split, stepFrom } from "./lines";

describe("a line with what was looked for", () => {
  it("isCutAtEachMatch", () => {
    expect(split("Step one, step two", "step", false)).toEqual(["", "Step", " one, ", "step", " two"]);
    expect(split("Step one, step two", "step", true)).toEqual(["Step one, ", "step", " two"]);
    expect(split("aaaa", "aa", true)).toEqual(["", "aa", "", "aa", ""]);
    expect(split("plain", "", true)).toEqual(["plain"]);
  });

  it("keepsItsPlacesWhereALetterGrowsWhenItIsMadeSmall", () => {
    expect(split("İİ X y", "x", false)).toEqual(["İİ ", "X", " y"]);
  });

  it("isOnThePageOfItsNumber", () => {
    expect([0, 199, 200, 1234].map(pageOf)).toEqual([0, 0, 200, 1200]);
    expect([0, 1_799, 5_000].map(columnOf)).toEqual([0, 0, 4_900]);
  });
});

describe("the places where words stand", () => {
  const places = [
    { line: 3, column: 5 },
    { line: 3, column: 9 },
    { line: 8, column: 0 },
  ];
  const steps = (by: 1 | -1, count: number) => {
    let here: { line: number; column: number } | undefined;
    return Array.from({ length: count }, () => {
      const next = stepFrom(places, here && here.line + 1, here?.column, by);
      here = places[next];
      return next;
    });
  };

  it("areSteppedThroughBothWaysAndRoundTheEnds", () => {
    expect(steps(1, 5)).toEqual([0, 1, 2, 0, 1]);
    expect(steps(-1, 5)).toEqual([2, 1, 0, 2, 1]);
  });

  it("areTheNextToALineThatHasNone", () => {
    expect([stepFrom(places, 6, undefined, 1), stepFrom(places, 6, undefined, -1)]).toEqual([2, 1]);
    expect([stepFrom(places, 1, undefined, 1), stepFrom(places, 1, undefined, -1)]).toEqual([0, 2]);
  });

  it("areNoneWhereNothingWasFound", () => {
    expect([placeOf([], 7, 0), placeOf(places, undefined)]).toEqual([-1, -1]);
    expect(stepFrom([], 7, 0, -1)).toBe(-1);
  });
});
