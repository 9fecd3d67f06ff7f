import { describe, expect, it } from "vitest";
import { append, noTail, tailText } from "./tail";

const utf8 = (words: string) => new TextEncoder().encode(words);

describe("the tail of an output", () => {
  it("growsByWhatIsNew", () => {
    const one = append(noTail, 0, utf8("first\n"), 100);
    const two = append(one, 6, utf8("second\n"), 100);
    expect([tailText(two), two.end]).toEqual(["first\nsecond\n", 13]);
  });
  it("skipsWhatItHasAlready", () => {
    const one = append(noTail, 0, utf8("abc"), 100);
    expect(tailText(append(one, 0, utf8("abcdef"), 100))).toBe("abcdef");
    expect(append(one, 0, utf8("abc"), 100)).toBe(one);
  });
  it("keepsOnlyTheLastBytesAndWholeLines", () => {
    const all = append(noTail, 0, utf8("one\ntwo\nthree\n"), 9);
    expect([tailText(all), all.start, all.end]).toEqual(["three\n", 5, 14]);
  });
  it("beginsAnewAfterAGap", () => {
    const one = append(noTail, 0, utf8("a\n"), 100);
    expect(tailText(append(one, 500, utf8("x\ny\n"), 100))).toBe("y\n");
  });
  it("neverShowsHalfALetter", () => {
    const letter = utf8("ü");
    const half = append(append(noTail, 0, utf8("gr"), 100), 2, letter.subarray(0, 1), 100);
    expect(tailText(half)).toBe("gr");
    expect(tailText(append(half, 3, letter.subarray(1), 100))).toBe("grü");
  });
});
