import { describe, expect, it } from "vitest";
import { applySlice, indicesIn, letterOf, LETTERS, stateOf, tally } from "./subjobStates";

describe("slices of the states", () => {
  it("replacesWhatTheSliceCovers", () => {
    expect(applySlice("IIIII", 1, "RC")).toBe("IRCII");
  });
  it("takesTheWholeStringAsASliceFromZero", () => {
    expect(applySlice("", 0, "IIRR")).toBe("IIRR");
    expect(applySlice("IIII", 0, "CCCC")).toBe("CCCC");
  });
  it("growsTheStringAtItsEnd", () => {
    expect(applySlice("CC", 2, "RR")).toBe("CCRR");
    expect(applySlice("CC", 1, "RRR")).toBe("CRRR");
  });
  it("fillsAGapWithIdle", () => {
    expect(applySlice("C", 3, "R")).toBe("CIIR");
  });
  it("ignoresNonsense", () => {
    expect(applySlice("CC", -1, "R")).toBe("CC");
    expect(applySlice("CC", 1.5, "R")).toBe("CC");
    expect(applySlice("CC", 0, "")).toBe("CC");
  });
  it("endsInTheSameStatesHoweverTheSlicesWereCut", () => {
    let seed = 20_261_121;
    const random = (n: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    for (let round = 0; round < 200; round++) {
      const size = 1 + random(300);
      const truth = Array.from({ length: size }, () => LETTERS.charAt(random(LETTERS.length))).join("");
      let page = "I".repeat(size);
      for (let from = 0; from < size; ) {
        const length = 1 + random(40);
        page = applySlice(page, from, truth.slice(from, from + length));
        from += length;
      }
      expect(page).toBe(truth);
    }
  });
});

describe("letters", () => {
  it("namesEveryLetterAndBack", () => {
    for (const letter of LETTERS) {
      expect(letterOf(stateOf(letter))).toBe(letter);
    }
  });
  it("countsEveryState", () => {
    expect(tally("IIRCCCFX")).toEqual({ Idle: 2, Running: 1, Suspended: 0, Held: 0, Completed: 3, Failed: 1, Removed: 1 });
  });
  it("findsIndicesInOrderAndStopsAtTheLimit", () => {
    expect(indicesIn("IRIRR", "Running", 2)).toEqual([1, 3]);
    expect(indicesIn("IRI", undefined, 10)).toEqual([0, 1, 2]);
  });
});
