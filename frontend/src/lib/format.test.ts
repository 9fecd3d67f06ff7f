import { describe, expect, it } from "vitest";
import { ago, bytes, count, duration, measured, memory, percent, plain, plural } from "./format";

describe("sizes", () => {
  it("writesFileSizesInDecimalUnits", () => {
    expect([0, 999, 1000, 1536, 12_345_678, 999_999, 5e12].map(bytes)).toEqual(["0 B", "999 B", "1 kB", "1.54 kB", "12.3 MB", "1 MB", "5 TB"]);
  });
  it("writesMemoryInBinaryUnits", () => {
    expect([512, 2 ** 20, 1.5 * 2 ** 30].map(memory)).toEqual(["512 B", "1 MiB", "1.5 GiB"]);
  });
});

describe("spans", () => {
  it("writesSpansInTwoUnitsAtMost", () => {
    expect([0, 0.44, 12.4, 60, 200, 7_500, 273_600].map(duration)).toEqual(["0 s", "0.4 s", "12 s", "1 min", "3 min 20 s", "2 h 5 min", "3 d 4 h"]);
  });
  it("writesADashForWhatIsNoSpan", () => {
    expect([Number.NaN, -1, Number.POSITIVE_INFINITY].map(duration)).toEqual(["–", "–", "–"]);
  });
  it("writesMomentsRelativeToNow", () => {
    const now = 1_000_000_000_000;
    expect(ago(now - 2_000, now)).toBe("just now");
    expect(ago(now - 12_000, now)).toBe("12 s ago");
    expect(ago(now - 3 * 3_600_000, now)).toBe("3 h ago");
    expect(ago(now + 3 * 86_400_000, now)).toBe("in 3 d");
  });
});

describe("numbers", () => {
  it("groupsThousandsAndAgreesWithTheNoun", () => {
    expect(count(1_234_567)).toBe("1,234,567");
    expect([plural(1, "subjob"), plural(2, "subjob"), plural(0, "entry", "entries")]).toEqual(["1 subjob", "2 subjobs", "0 entries"]);
  });
  it("writesMeasuredValuesAsTheFieldDoes", () => {
    expect([0, 42, 153.2, 0.1 + 0.2, 3.2e-41, 1.5e-5, 12_345_678.9, 1e300].map(measured)).toEqual([
      "0",
      "42",
      "153.2",
      "0.3",
      "3.2e-41",
      "1.5e-5",
      "1.23457e7",
      "1e300",
    ]);
  });
  it("saysHundredPercentOnlyWhenAllIsDone", () => {
    expect([percent(0, 0), percent(1, 3), percent(9_999, 10_000), percent(10, 10)]).toEqual([0, 33, 99, 100]);
  });
  it("writesAnyJsonValueOnOneLine", () => {
    expect([plain("a"), plain(1), plain([1, "b"]), plain(undefined)]).toEqual(["a", "1", '[1,"b"]', ""]);
  });
});
