import { describe, expect, it } from "vitest";
import { fileUrl, freeName } from "./upload";

describe("names of uploads", () => {
  it("numbersANameThatIsTaken", () => {
    expect(freeName("a.fa", new Set())).toBe("a.fa");
    expect(freeName("a.fa", new Set(["a.fa", "a-2.fa"]))).toBe("a-3.fa");
    expect(freeName("README", new Set(["README"]))).toBe("README-2");
    expect(freeName(".profile", new Set([".profile"]))).toBe(".profile-2");
  });
  it("escapesEveryPartOfAPath", () => {
    expect(fileUrl("uploads/a b#?%.fa")).toBe("/api/v1/files/uploads/a%20b%23%3F%25.fa");
  });
});
