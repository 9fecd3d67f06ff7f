import { describe, expect, it } from "vitest";
import cases from "../../../job-api/src/test/resources/units-cases.json";
import { readQuantity } from "./units";

function value(text: string, field: string): number {
  const read = readQuantity(text, field);
  return read.kind === "number" ? read.value : NaN;
}

describe("units", () => {
  it("readsWhatExactFractionsSay", () => {
    for (const [text, field, number] of cases.good) {
      expect([text, field, value(String(text), String(field))]).toEqual([text, field, number]);
    }
  });
  it("refusesWhatDoesNotFit", () => {
    for (const [text = "", field = ""] of cases.bad) {
      expect([text, readQuantity(text, field).kind]).toEqual([text, "problem"]);
    }
  });
  it("comesBackTheSame", () => {
    const kinds = [
      ["m", "nm", "Å", "in", "km"],
      ["K", "°C", "degF"],
      ["J", "eV", "kcal", "Wh"],
      ["Pa", "bar", "mmHg", "atm"],
      ["kJ/mol", "kcal/mol", "eV/mol"],
    ];
    let seed = 9;
    const random = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    for (let i = 0; i < 2000; i++) {
      const kind = kinds[random(kinds.length)] ?? [];
      const from = kind[random(kind.length)] ?? "";
      const to = kind[random(kind.length)] ?? "";
      const number = (random(2_000_000) - 1_000_000) / 1000;
      const back = value(`${value(`${number} ${from}`, to)} ${to}`, from);
      expect(Math.abs(back - number), `${number} ${from} in ${to}`).toBeLessThanOrEqual(1e-9 * Math.max(500, Math.abs(number)));
    }
  });
  it("namesTheUnitThatDoesNotFit", () => {
    expect(readQuantity("5 kg", "nm")).toEqual({ kind: "problem", reason: "kind", unit: "kg" });
    expect(readQuantity("5 furlong", "nm")).toEqual({ kind: "problem", reason: "unit", unit: "furlong" });
  });
});
