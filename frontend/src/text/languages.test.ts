import { afterEach, describe, expect, it } from "vitest";
import { ago, bytes, count, duration, exact, fixed, measured, plural } from "../lib/format";
import { choose, speak } from "../lib/language";
import { catalogue as german } from "./de";
import { catalogue as english } from "./index";

type Leaf = string | ((...given: unknown[]) => unknown);

/** Every word and sentence under the name of its place. */
function leaves(of: unknown, at = ""): [string, Leaf][] {
  return typeof of === "object" && of !== null
    ? Object.entries(of).flatMap(([key, inner]) => leaves(inner, at === "" ? key : `${at}.${key}`))
    : [[at, of as Leaf]];
}

const NUMBERS = [311, 422, 533, 644, 755];
/** What a sentence is given, until one set is of the kinds it wants. */
const GIVEN: unknown[][] = [NUMBERS, NUMBERS.map((n) => `<${n}>`), [["<311>", "<411>"], 422, 533]];

/** Which of the given values a sentence tells; undefined when it cannot take such values. */
function tells(say: (...given: unknown[]) => unknown, given: unknown[]): number[] | undefined {
  try {
    const said = String(say(...given));
    return [311, 411, 422, 533, 644, 755].filter((n) => said.includes(String(n)));
  } catch {
    return undefined;
  }
}

/** Names, key caps, signs and words that are the same in both languages. */
const SAME = new Set(
  ("Grid Appliance|optional|Apps|Jobs|Desktops|Pool|Name|System|Esc|Tab|Super|Alt|Text|Person|Link|Links|Desktop|Terminal|Start|Home|F2|?|/|#|j · k|↑ ↓|m · c|Workflow|Workflows|Job|App|Overlay|HOST|Echo|API|openapi.yaml|Schema|" +
    "HTCondor|Manager|Token|Tokens|Passphrase|Version|Slots|Windows|macOS|GNOME|KDE|davfs2|rclone|Samba|Webhooks|Test|Code|RO-Crate|SVG|PNG|log x|log y|SHA-256|ECDSA P-384|Ed25519|Exit").split("|"),
);
/** Places whose text is a value or a filter, which every language writes alike. */
const VALUES = /\.(query|example)$|\.rows\.\d+\.0$|^runs\.runs\.filter$/;

describe("languages", () => {
  it("everyGroupOfWordsIsInTheCatalogue", () => {
    const files = Object.keys(import.meta.glob(["./*.ts", "!./*.test.ts"])).map((file) => file.slice(2, -3));
    expect(files.filter((file) => file !== "index" && file !== "words").sort()).toEqual(Object.keys(english).sort());
  });

  it("germanHasTheSamePlaces", () => {
    expect(leaves(german).map(([at]) => at).sort()).toEqual(leaves(english).map(([at]) => at).sort());
  });

  it("germanSentencesTellTheSameValues", () => {
    const theirs = new Map(leaves(german));
    for (const [at, say] of leaves(english)) {
      if (typeof say !== "function" || at === "sharing.sharing.bounds.list") {
        continue;
      }
      const other = theirs.get(at) as typeof say;
      const given = GIVEN.find((values) => tells(say, values) !== undefined);
      expect(given, at).toBeDefined();
      for (const values of [given ?? [], [...(given ?? []).slice(0, say.length - 1), false]]) {
        expect(tells(other, values), at).toEqual(tells(say, values));
      }
    }
  });

  it("aPolicyIsToldWholeInBoth", () => {
    const bounds = {
      level: "GENTLE",
      idleMinutes: 311,
      cpuPercent: 422,
      inUsePercent: 533,
      foreignCpuPercent: 644,
      fromHour: 7,
      toHour: 19,
      days: ["MONDAY"],
      onBattery: true,
      exclusive: ["firefox"],
      longestPauseMinutes: 755,
    } as unknown as Parameters<typeof english.sharing.sharing.bounds.list>[0];
    for (const words of [english, german]) {
      const said = words.sharing.sharing.bounds.list(bounds);
      for (const value of [...NUMBERS, "7:00", "19:00", "firefox"]) {
        expect(said).toContain(String(value));
      }
    }
    expect(german.sharing.sharing.bounds.list(bounds)).toContain("am Mo");
  });

  it("noEnglishSentenceIsLeftInGerman", () => {
    const theirs = new Map(leaves(german));
    const left = leaves(english).filter(([at, words]) => typeof words === "string" && words !== "" && words === theirs.get(at) && !SAME.has(words) && !VALUES.test(at));
    expect(left).toEqual([]);
  });

  it("valuesAndFiltersAreWrittenAlike", () => {
    const theirs = new Map(leaves(german));
    for (const [at, words] of leaves(english)) {
      if (/^(jobs|runs)\..*\.rows\.\d+\.0$|\.query$/.test(at)) {
        expect(theirs.get(at), at).toBe(words);
      }
    }
  });

  it("germanKeepsItsOwnQuotesAndDots", () => {
    for (const [at, words] of leaves(german)) {
      if (typeof words === "string" && !VALUES.test(at)) {
        expect(words, at).not.toMatch(/["“][^“]*["”]|\.\.\.|\S…(?!\S)| {2}/);
      }
    }
  });
});

describe("the language of a browser", () => {
  it("isTheOneKept_elseItsOwnFirst_elseEnglish", () => {
    expect(choose("de", ["en-GB"])).toBe("de");
    expect(choose("en", ["de-DE"])).toBe("en");
    expect(choose(null, ["de-AT", "en"])).toBe("de");
    expect(choose(null, ["fr", "de", "en"])).toBe("de");
    expect(choose(null, ["en-US", "de"])).toBe("en");
    expect(choose(null, ["fr"])).toBe("en");
    expect(choose("toString", [])).toBe("en");
  });
});

describe("german formats", () => {
  afterEach(() => speak("en"));

  it("writesNumbersAsGermansDo", () => {
    speak("de");
    expect([count(1_234_567), bytes(1536), bytes(12_345_678), duration(0.44), duration(7_500), fixed(2, 1)]).toEqual([
      "1.234.567",
      "1,54 kB",
      "12,3 MB",
      "0,4 s",
      "2 h 5 min",
      "2,0",
    ]);
    expect([plural(1, "Teiljob", "Teiljobs"), plural(1_200, "Teiljob", "Teiljobs")]).toEqual(["1 Teiljob", "1.200 Teiljobs"]);
  });

  it("writesMomentsAsGermansDo", () => {
    speak("de");
    const now = Date.UTC(2026, 10, 21);
    expect([ago(now, now), ago(now - 12_000, now), ago(now - 3 * 3_600_000, now), ago(now - 86_400_000, now), ago(now + 3 * 86_400_000, now)]).toEqual([
      "gerade eben",
      "vor 12 Sek.",
      "vor 3 Std.",
      "vor 1 Tag",
      "in 3 Tagen",
    ]);
    expect(exact("2026-11-21T10:03:12")).toBe("21. Nov. 2026, 10:03:12");
  });

  it("leavesMeasuredValuesAsFilesHaveThem", () => {
    speak("de");
    expect(measured(1536.25)).toBe("1536.25");
  });
});
