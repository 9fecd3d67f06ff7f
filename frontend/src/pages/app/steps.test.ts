import { describe, expect, it } from "vitest";
import type { App } from "../../api/types";
import { askedNow } from "./cases";
import { check, emptyForm, type FormState } from "./form";
import { firstWrong, isWithin, placeOf, reviewOf, stepOf, stepsOf } from "./steps";

const app: App = {
  id: "dock",
  title: "Dock",
  category: "Chemistry",
  about: "",
  runnable: true,
  schema: {
    type: "object",
    required: ["ligand", "width"],
    properties: {
      ligand: { type: "string", format: "file", title: "Ligand" },
      method: { type: "string", title: "Method", oneOf: [{ const: "fast", title: "Fast" }, { const: "exact", title: "Exact" }], default: "fast" },
      effort: { type: "integer", title: "Effort", default: 8, "x-show-if": { method: ["exact"] } },
      width: { type: "number", title: "Width", exclusiveMinimum: 0, "x-units": "Å" },
      early: { type: "boolean", title: "Stop early", default: false },
      more: { type: "array", title: "More", items: { type: "object", properties: { atom: { type: "string", title: "Atom" }, charge: { type: "integer", title: "Charge" } } } },
    },
  },
  ui: {
    "ui:pages": [
      { title: "Molecule", about: "What is docked.", fields: ["ligand", "method"] },
      { title: "Effort", about: "", fields: ["effort"] },
      { title: "Box", about: "", fields: ["width", "early", "more"] },
    ],
  },
  examples: [],
  sweepable: ["width"],
  resources: { cpus: 1, memoryBytes: 1, diskBytes: 1, minimumSeconds: 1, expectedSeconds: 1, maximumSeconds: 1 },
};

function steps(inputs: FormState["inputs"]) {
  return stepsOf(app, askedNow(app, inputs).names);
}

describe("the steps of a form", () => {
  it("leaveOutPagesThatAskNothingAndEndInTheReview", () => {
    expect(steps({ method: "fast" }).map((s) => s.title)).toEqual(["Molecule", "Box", "Review"]);
    expect(steps({ method: "exact" }).map((s) => [s.page, s.title])).toEqual([[1, "Molecule"], [2, "Effort"], [3, "Box"], [4, "Review"]]);
    expect(stepsOf({ ...app, ui: {} }, new Set(["ligand"]))).toEqual([]);
  });
  it("areFoundByAnAddressWhoeverWroteIt", () => {
    const shown = steps({ method: "fast" });
    expect([null, "1", "2", "3", "4", "99"].map((at) => placeOf(shown, at))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(["", "-3", "x", "1.5"].map((at) => placeOf(shown, at))).toEqual([0, 0, 0, 0]);
  });
  it("knowWhichErrorStandsWhere", () => {
    const shown = steps({ method: "fast" });
    const form = emptyForm(app);
    const checked = check(app, { ...form, inputs: { ...form.inputs, width: 0 } });
    const errors = checked.kind === "errors" ? checked.errors : {};
    expect(Object.keys(errors).toSorted()).toEqual(["ligand", "width"]);
    expect(firstWrong(shown, errors)).toBe(0);
    expect(firstWrong(shown, { width: "" })).toBe(1);
    expect(firstWrong(shown, {})).toBe(2);
    expect(["ligand", "more_0_atom", "chunks", ""].map((name) => stepOf(shown, name))).toEqual([0, 1, 2, 2]);
    expect(isWithin(["more"], "more_or_less")).toBe(false);
  });
  it("areReviewedInWords", () => {
    const form: FormState = { ...emptyForm(app), inputs: { ligand: "home:lab/a.pdbqt", method: "exact", width: 2.5, early: true, more: [{ atom: "C", charge: 1 }, { atom: "N" }] } };
    const words = (f: FormState) => {
      const asked = askedNow(app, f.inputs);
      return Object.fromEntries(stepsOf(app, asked.names).flatMap((step) => reviewOf(asked, f, step)).map((row) => [row.title, row.value]));
    };
    expect(words(form)).toEqual({ Ligand: "lab/a.pdbqt", Method: "Exact", Effort: "not given", Width: "2.5 Å", "Stop early": "yes", More: "Atom C, Charge 1; Atom N, Charge not given" });
    expect(words({ ...form, sweep: { width: "1, 2" } }).Width).toBe("1, 2 Å");
    expect(words({ ...form, sweep: { width: { kind: "step", from: "1", to: "9", step: "2", count: "" } } }).Width).toBe("1 to 9, step 2 (From, to, in steps)");
    expect(words({ ...form, inputs: { ...form.inputs, width: "0.2 nm" } }).Width).toBe("0.2 nm");
  });
});
