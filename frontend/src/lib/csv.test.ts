import { describe, expect, it } from "vitest";
import { csvOf } from "./csv";
import { parseTable } from "./table";

describe("comma-separated values", () => {
  it("areReadBackAsTheyWere", () => {
    const rows = [
      ['a "b", c', "1"],
      ["two\nlines", ""],
    ];
    expect(parseTable(csvOf(["x", "y"], rows), ",").rows).toEqual(rows);
  });
  it("keepNumbersAndDisarmFormulas", () => {
    expect(csvOf(["n", "t"], [[-1.5, "=SUM(A1)"], [null, "-x"]])).toBe("n,t\r\n-1.5,'=SUM(A1)\r\n,'-x\r\n");
  });
});
