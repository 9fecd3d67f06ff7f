import { describe, expect, it } from "vitest";
import { changer, type ChangeAddress } from "./address";

/** An address as the browser has it, written at once; what the page drew last lags behind. */
function address(search: string): { now: () => string; change: ChangeAddress } {
  const at = { search };
  const change = changer(
    () => at.search,
    (next) => {
      at.search = `?${next.toString()}`;
    },
  );
  return { now: () => at.search, change };
}

const put = (key: string, value: string) => (now: URLSearchParams) => {
  now.set(key, value);
  return now;
};

describe("changes of the address", () => {
  it("keeps all that come in one tick", () => {
    const { now, change } = address("?tab=results");
    change(put("counts.sort", "-n"), { replace: true });
    change(put("counts.rows", "3-5"), { replace: true });
    change((before) => {
      before.delete("tab");
      return before;
    });
    expect(now()).toBe("?counts.sort=-n&counts.rows=3-5");
  });

  it("replaces all where it is given all", () => {
    const { now, change } = address("?tab=results&state=Failed");
    change({ view: "trash" });
    expect(now()).toBe("?view=trash");
    change({});
    expect(now()).toBe("?");
  });

  it("gives each change its own copy", () => {
    const { now, change } = address("?a=1");
    const taken: URLSearchParams[] = [];
    change((before) => {
      taken.push(before);
      return new URLSearchParams("b=2");
    });
    taken[0]?.set("a", "9");
    expect(now()).toBe("?b=2");
  });
});
