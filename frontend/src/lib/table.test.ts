import { describe, expect, it } from "vitest";
import { numbers, numeric, parseTable } from "./table";

describe("parseTable", () => {
  it("reads quotes, doubled quotes and line ends within them (RFC 4180 §2)", () => {
    const table = parseTable('a,b\r\n"x, ""y""\nz",2\r\n');
    expect(table.columns).toEqual(["a", "b"]);
    expect(table.rows).toEqual([['x, "y"\nz', "2"]]);
  });
  it("finds the separator and leaves out empty lines", () => {
    expect(parseTable("a;b\n\n1;2").rows).toEqual([["1", "2"]]);
    expect(parseTable("a\tb,c\n1\t2").columns).toEqual(["a", "b,c"]);
  });
  it("knows columns of numbers", () => {
    const table = parseTable("name,score,n\nx,1.5,\ny,2e3,4\nz,-1,5\nw,0,6\nv,1,7");
    expect(numeric(table)).toEqual([1, 2]);
    expect(numbers(table, 1)).toEqual([1.5, 2000, -1, 0, 1]);
  });
  it("reads at most 10,000 rows", () => {
    expect(parseTable("a\n" + "1\n".repeat(20_000)).rows.length).toBeLessThanOrEqual(10_000);
  });
});
