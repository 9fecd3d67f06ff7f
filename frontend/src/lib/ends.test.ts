import { describe, expect, it } from "vitest";
import { newsOf, withEnd, type Heard } from "./ends";

const job = (id: number, state: string, more: Partial<Heard> = {}): Heard => ({ id, name: `job ${id}`, appTitle: "Vina", state, ...more });

describe("ends of jobs", () => {
  it("anEndIsToldOnce_whenTheJobWasHeardOfAtWork", () => {
    const live = new Set<number>();
    expect(newsOf(live, job(7, "Running"))).toBeUndefined();
    expect(newsOf(live, job(7, "Completed"))).toEqual({ id: 7, name: "job 7", kind: "completed", words: "Vina" });
    expect(newsOf(live, job(7, "Completed"))).toBeUndefined(); // its results were copied
    expect(newsOf(live, job(8, "Failed"))).toBeUndefined(); // it failed long ago and was tagged now
  });

  it("aFailureTellsWhy", () => {
    const live = new Set([9]);
    expect(newsOf(live, job(9, "Failed", { failure: { message: "it ended" } }))).toEqual({ id: 9, name: "job 9", kind: "failed", words: "it ended" });
  });

  it("aJobThatCannotGoOnNeedsAnAnswer_oneThatAPersonHoldsDoesNot", () => {
    const live = new Set([1, 2, 3]);
    expect(newsOf(live, job(1, "Held", { failure: { message: "no room" } }))?.kind).toBe("needs_answer");
    expect(newsOf(live, job(2, "Held", { hold: { by: "ada" } }))).toBeUndefined();
    expect(newsOf(live, job(3, "Removed"))).toBeUndefined();
    expect(newsOf(live, job(1, "Running"))).toBeUndefined();
    expect(newsOf(live, job(1, "Completed"))?.kind).toBe("completed");
    expect([...live]).toEqual([2]);
  });

  it("aJobThatEndsAgainIsCountedOnce", () => {
    const held = { id: 1, name: "a", kind: "needs_answer", words: "" } as const;
    const done = { id: 1, name: "a", kind: "completed", words: "" } as const;
    expect(withEnd([held, { ...done, id: 2 }], done)).toEqual([{ ...done, id: 2 }, done]);
  });
});
