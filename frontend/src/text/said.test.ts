import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSentence, sentences, spoken } from "../../scripts/sentences.mjs";
import { learn, say, sayAll, saySentence, translated } from "../lib/said";
import { said } from "./de/said";
import { untold, untoldFiles } from "./de/said/untold";

describe("the server's sentences", () => {
  const all = spoken();

  it("everySentenceToPeopleHasItsGerman", () => {
    // a new sentence: give it its German in de/said; one that nobody reads in the pages is named in de/said/untold.ts
    expect(all.size).toBeGreaterThan(3_000);
    const missing = [...all].flatMap(([pattern, files]) => {
      const heard = isSentence(pattern) && said[pattern] === undefined && !untold.has(pattern);
      return heard ? files.filter((file) => !untoldFiles.test(file)).map((file) => `${file}: ${JSON.stringify(pattern)}`) : [];
    });
    expect(missing).toEqual([]);
  });

  it("noGermanIsLeftOfWhatTheServerNoLongerSays", () => {
    expect(Object.keys(said).filter((pattern) => !all.has(pattern))).toEqual([]);
    expect([...untold].filter((pattern) => !all.has(pattern) || said[pattern] !== undefined)).toEqual([]);
  });

  it("germanTellsEveryValue", () => {
    const places = (text: string) => [...text.matchAll(/\{(\d?)\}/g)].map((found, at) => (found[1] === "" ? at : Number(found[1]))).sort();
    for (const [english, german] of Object.entries(said)) {
      expect(places(german), english).toEqual(places(english));
    }
  });

  it("germanKeepsItsOwnQuotes", () => {
    for (const german of Object.values(said)) {
      expect(german).not.toMatch(/["“][^“]*["”]|'|\.\.\.|\S…(?!$)/);
    }
  });

  it("noPatternIsSoWeakThatItFitsAnything", () => {
    const weak = Object.keys(said).filter((pattern) => /^\{\}.*\{\}$/.test(pattern) && pattern.replaceAll("{}", "").length < 7);
    expect(weak).toEqual([]);
  });
});

describe("a sentence of the server in German", () => {
  beforeEach(() => learn(said));
  afterEach(() => learn({}));

  it("keepsItsValues", () => {
    expect(saySentence("the program ended with exit status 3")).toBe("Das Programm endete mit Exit-Code 3");
    expect(say("waiting for a free slot")).toBe("wartet auf einen freien Slot");
    expect(saySentence('there is no file "a is missing; b.fasta"; upload it first')).toBe("Es gibt keine Datei „a is missing; b.fasta“; laden Sie sie zuerst hoch");
  });

  it("translatesASentenceWithinASentence", () => {
    expect(saySentence("3 of 12 failed; the first: the program ended with exit status 127 (the program was not found on that node)")).toBe(
      "3 von 12 fehlgeschlagen; der erste: das Programm endete mit Exit-Code 127 (das Programm wurde auf diesem Knoten nicht gefunden)",
    );
    expect(saySentence("is missing; want a whole number in 1..500")).toBe("Fehlt; erwartet wird eine ganze Zahl von 1 bis 500");
    expect(saySentence("settings.evalue: is missing; want true or false")).toBe("settings.evalue: fehlt; erwartet wird true oder false");
    expect(saySentence("job 7 is Completed; only a held job can be released")).toBe("Job 7 ist fertig; nur ein angehaltener Job kann freigegeben werden");
    expect(saySentence("is missing; want a number ≥ 0 ≤ 5 mm that is a multiple of 0.5 mm")).toBe("Fehlt; erwartet wird eine Zahl ≥ 0 ≤ 5 mm, ein Vielfaches von 0.5 mm");
  });

  it("writesNumbersAndSizesAsGermansDo", () => {
    expect(saySentence("the sweep has more than 1,000,000 combinations: want at most 100,000; give fewer values")).toBe(
      "Die Parameterreihe hat mehr als 1.000.000 Kombinationen: Erwartet werden höchstens 100.000; geben Sie weniger Werte an",
    );
    expect(saySentence("It used 1.5 GiB of memory; at most 512 MiB are allowed.")).toBe("Er hat 1,5 GiB Arbeitsspeicher benutzt; erlaubt sind höchstens 512 MiB.");
  });

  it("stillNamesTheMemoryOfALimit_andTheHeaderOfASession", () => {
    // pages look for these words in what was said
    for (const [english, german] of Object.entries(said)) {
      if (/memory/.test(english) && /(used|reached)/.test(english)) {
        expect(german).toMatch(/speicher/i);
      }
      expect(german.includes("X-CSRF-Token")).toBe(english.includes("X-CSRF-Token"));
    }
  });

  it("everySentenceIsRecognisedWithAnyValues", () => {
    let seed = 20261123;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const value = () => Array.from({ length: 1 + random(6) }, () => "ØÅß7Æ-Þ"[random(7)]).join("");
    for (const [english, german] of Object.entries(said)) {
      const given = Array.from({ length: english.split("{}").length - 1 }, value);
      let at = 0;
      const sentence = english.replaceAll("{}", () => given[at++] ?? "");
      at = 0;
      const expected = german.replace(/\{(\d?)\}/g, (_, n: string) => given[n === "" ? at++ : Number(n)] ?? "");
      expect(say(sentence), `${english} ${given.join(" ")}`).toBe(expected);
    }
  });

  it("staysEnglishWhenUnknown", () => {
    expect(translated("the moon is full")).toBeUndefined();
    expect(say("the moon is full")).toBe("the moon is full");
  });

  it("leavesAloneWhatPeopleWrote", () => {
    const job = {
      name: "it failed",
      phase: "waiting for a free slot",
      hold: { reason: "it failed" },
      inputs: { message: "it failed" },
      failure: { kind: "EXIT", message: "its program ended", remedy: "it is tried again" },
      rows: [["it failed"]],
    };
    expect(sayAll(job)).toEqual({
      name: "it failed",
      phase: "wartet auf einen freien Slot",
      hold: { reason: "it failed" },
      inputs: { message: "it failed" },
      failure: { kind: "EXIT", message: "Sein Programm ist beendet", remedy: "Es wird erneut versucht" },
      rows: [["it failed"]],
    });
    expect(sayAll({ subjobs: [{ label: "the whole input" }], label: "the whole input" })).toEqual({ subjobs: [{ label: "die ganze Eingabe" }], label: "the whole input" });
    expect(sayAll({ text: "it failed", reasons: [{ text: "it failed" }], obstacles: { desktop: "it failed" } })).toEqual({
      text: "it failed",
      reasons: [{ text: "er ist fehlgeschlagen" }],
      obstacles: { desktop: "er ist fehlgeschlagen" },
    });
  });
});

describe("a reader of Java's sentences", () => {
  it("joinsWhatIsAdded_andReadsEachBranch", () => {
    expect(sentences('throw new Wrong(count + " files: want " + (few ? "more" : "at most " + MOST) + /* "no" */ "; try");')).toEqual([
      "{} files: want more; try",
      "{} files: want at most {}; try",
    ]);
    expect(sentences('return "%,d of %.1f %% done".formatted(n, words("a b c d"));')).toContain("{} of {} % done");
    expect(sentences('log.info("job started job={}", id); say("not \\"so\\"" + at);')).toEqual(['not "so"{}']);
    expect(sentences('var x = switch (k) { case A -> "one way"; case B -> { yield "other way"; } };')).toEqual(["one way", "other way"]);
  });
});
