import { describe, expect, it } from "vitest";
import { isArchive, isWithin, kindOf, last, parent, stem, under } from "./paths";

describe("paths", () => {
  it("join and come apart", () => {
    expect(under("", "a")).toBe("a");
    expect(under("a/b", "c")).toBe("a/b/c");
    expect(parent("a/b/c")).toBe("a/b");
    expect(parent("a")).toBe("");
    expect(last("a/b.txt")).toBe("b.txt");
    expect(isWithin("ab", "a")).toBe(false);
    expect(isWithin("a/b", "a")).toBe(true);
  });
  it("know archives and what is left of their names", () => {
    expect(isArchive("run.TAR.GZ")).toBe(true);
    expect(isArchive("run.gz")).toBe(false);
    expect(stem("run.tar.gz")).toBe("run");
    expect(stem(".zip")).toBe(".zip");
  });
  it("show web pages and drawings as text", () => {
    expect(kindOf("evil.html")).toBe("text");
    expect(kindOf("evil.svg")).toBe("text");
    expect(kindOf("plot.PNG")).toBe("image");
    expect(kindOf("hits.tsv")).toBe("table");
    expect(kindOf("core.bin")).toBe("other");
  });
});
