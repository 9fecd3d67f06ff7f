/** Values with units as people type them: `2.5 um` in a field in metres. The server reads the same table, Units.java. Pure. */
import table from "../../../job-api/src/main/resources/org/gridappliance/jobs/app/units.json";

interface Unit {
  /** A value v means (v + add) * factor of the base units. */
  factor: number;
  add: number;
  dimension: Readonly<Record<string, number>>;
  prefixed: boolean;
}

export type Quantity = { kind: "number"; value: number; converted: boolean } | { kind: "problem"; reason: "number" | "unit" | "kind"; unit: string };

const VALUE = /^([+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:e[+-]?\d{1,3})?)(.*)$/i;

function ratio(text: string): number {
  const [over = "1", under = "1"] = text.split("/");
  return Number(over) / Number(under);
}

const prefixes = new Map(Object.entries(table.prefixes).map(([symbol, factor]) => [symbol, Number(factor)]));
const symbols = new Map<string, Unit[]>();
for (const one of table.units) {
  const unit: Unit = {
    factor: ratio(one.factor),
    add: Number("add" in one ? one.add : "0"),
    dimension: one.dimension as Record<string, number>,
    prefixed: "prefixes" in one && one.prefixes === true,
  };
  for (const symbol of one.symbols) {
    symbols.set(symbol, [...(symbols.get(symbol) ?? []), unit]);
  }
}

/** A whole symbol goes before a prefix with a symbol: `min` is no milli-inch. */
function meanings(symbol: string): Unit[] {
  const prefix = prefixes.get(symbol.slice(0, 1));
  const behind = prefix === undefined ? [] : (symbols.get(symbol.slice(1)) ?? []).filter((u) => u.prefixed);
  return [...(symbols.get(symbol) ?? []), ...behind.map((u) => ({ ...u, factor: u.factor * (prefix ?? 1), add: 0, prefixed: false }))];
}

function product(text: string): Unit | undefined {
  const factors = /([\s*·/]*)([^\s*·/^0-9²³+-]+)(?:\^?(-?\d)|([²³]))?/y;
  const dimension: Record<string, number> = {};
  let factor = 1;
  while (factors.lastIndex < text.length) {
    const first = factors.lastIndex === 0;
    const match = factors.exec(text);
    if (match === null) {
      return undefined;
    }
    const [, between = "", symbol = "", digit, raised] = match;
    const joint = between.trim();
    const power = digit !== undefined ? Number(digit) : raised === undefined ? 1 : raised === "²" ? 2 : 3;
    const unit = meanings(symbol).find((u) => u.add === 0);
    if (unit === undefined || power === 0 || (first ? joint !== "" : between === "" || joint.length > 1)) {
      return undefined;
    }
    const signed = joint === "/" ? -power : power;
    factor *= unit.factor ** signed;
    for (const [base, exponent] of Object.entries(unit.dimension)) {
      dimension[base] = (dimension[base] ?? 0) + exponent * signed;
    }
  }
  return { factor, add: 0, dimension: Object.fromEntries(Object.entries(dimension).filter(([, e]) => e !== 0)), prefixed: false };
}

function unitsOf(text: string): Unit[] {
  const alone = meanings(text);
  if (alone.length > 0) {
    return alone;
  }
  const whole = product(text);
  return whole === undefined ? [] : [whole];
}

function sameKind(a: Unit, b: Unit): boolean {
  const bases = Object.keys(a.dimension);
  return bases.length === Object.keys(b.dimension).length && bases.every((base) => a.dimension[base] === b.dimension[base]);
}

/** What a text says in the field's unit, which may be of the table or any other word; `field` undefined for plain numbers. */
export function readQuantity(text: string, field: string | undefined): Quantity {
  const shown = text.trim();
  const match = VALUE.exec(shown);
  const number = Number(match?.[1] ?? "x");
  if (match === null || shown.length > 100 || !Number.isFinite(number)) {
    return { kind: "problem", reason: "number", unit: "" };
  }
  const unit = (match[2] ?? "").trim();
  if (unit === "" || unit === field) {
    return { kind: "number", value: number, converted: false };
  }
  const wanted = field === undefined ? undefined : unitsOf(field)[0];
  const given = unitsOf(unit);
  if (wanted === undefined || given.length === 0) {
    return { kind: "problem", reason: wanted === undefined ? "number" : "unit", unit };
  }
  const from = given.find((u) => sameKind(u, wanted));
  if (from === undefined) {
    return { kind: "problem", reason: "kind", unit };
  }
  const value = ((number + from.add) * from.factor) / wanted.factor - wanted.add;
  return { kind: "number", value: Number(value.toPrecision(table.digits)), converted: true };
}

/** Whether other units can be typed in a field of this unit. */
export function convertible(field: string): boolean {
  return unitsOf(field).length > 0;
}
