import { describe, expect, it } from "vitest";
import { ascending, rangesOf, rowsOf } from "./rows";

describe("rows in a link", () => {
  it("areRangesAndSingleRows", () => {
    expect(rangesOf([0, 1, 2, 7, 9, 10])).toBe("0-2,7,9-10");
    expect(rangesOf([])).toBe("");
  });
  it("comeBackAsTheyWere", () => {
    let seed = 3;
    for (let round = 0; round < 200; round++) {
      const rows = ascending(
        Array.from({ length: round }, () => {
          seed = (seed * 48_271) % 2_147_483_647;
          return seed % 300;
        }),
      );
      expect(rowsOf(rangesOf(rows), 1_000)).toEqual(rows);
    }
  });
  it("areNoneWhereTheLinkIsWrong", () => {
    expect(rowsOf("x,-3,5-2,1e3,4", 10)).toEqual([4]);
    expect(rowsOf("0-999999999", 3)).toEqual([0, 1, 2]);
  });
});
