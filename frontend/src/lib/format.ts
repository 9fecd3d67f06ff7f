/** Numbers as people read them, in the language of the pages. Units are in the names. */
import { language } from "./language";

/** Any JSON value as a line of text: words as they are, the rest as JSON. */
export function plain(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  return value === undefined ? "" : JSON.stringify(value);
}

const counts = { en: new Intl.NumberFormat("en"), de: new Intl.NumberFormat("de") };
const decimals = { en: new Intl.NumberFormat("en", { useGrouping: false }), de: new Intl.NumberFormat("de", { useGrouping: false }) };
const distances = new Intl.RelativeTimeFormat("de", { style: "short" });

/** 1234567 → `1,234,567`. */
export function count(n: number): string {
  return counts[language].format(n);
}

/** A number that was rounded to three places at most: `1536.5`. */
export function decimal(n: number): string {
  return decimals[language].format(n);
}

const twoDigits = { en: new Intl.NumberFormat("en", { maximumSignificantDigits: 2 }), de: new Intl.NumberFormat("de", { maximumSignificantDigits: 2 }) };

/** A small number by its first two digits: `0.00012`. */
export function small(n: number): string {
  return twoDigits[language].format(n);
}

/** Always so many places, at most three: `2.0`. */
export function fixed(n: number, places: number): string {
  return n.toFixed(places).replace(".", decimal(0.5).charAt(1));
}

/** `1 subjob`, `2 subjobs`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

function scaled(bytes: number, base: number, units: readonly string[]): string {
  let value = bytes;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  // 999.6 kB would read "1000 kB": step up once more
  if (unit > 0 && Math.round(value) >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${decimal(Number(value.toFixed(digits)))} ${units[unit] ?? ""}`;
}

/** File sizes, decimal: `1.5 MB`. */
export function bytes(n: number): string {
  return scaled(n, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);
}

/** Memory, binary: `2 GiB`. */
export function memory(n: number): string {
  return scaled(n, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
}

/** Spans: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) {
    return "–";
  }
  if (seconds < 10) {
    return `${decimal(Number(seconds.toFixed(1)))} s`;
  }
  const whole = Math.round(seconds);
  const steps: readonly [number, string, number, string][] = [
    [86_400, "d", 3_600, "h"],
    [3_600, "h", 60, "min"],
    [60, "min", 1, "s"],
  ];
  for (const [big, bigUnit, small, smallUnit] of steps) {
    if (whole >= big) {
      const high = Math.floor(whole / big);
      const low = Math.floor((whole % big) / small);
      return low === 0 || high >= 20 ? `${high} ${bigUnit}` : `${high} ${bigUnit} ${low} ${smallUnit}`;
    }
  }
  return `${whole} s`;
}

const justNow = { en: "just now", de: "gerade eben" };

/** A moment as distance from `now`: `just now`, `12 s ago`, `in 3 d`. Both in milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  if (Math.abs(seconds) < 5) {
    return justNow[language];
  }
  const size = Math.abs(seconds);
  const units: readonly [number, string, Intl.RelativeTimeFormatUnit][] = [
    [31_557_600, "y", "year"],
    [2_629_800, "mo", "month"],
    [86_400, "d", "day"],
    [3_600, "h", "hour"],
    [60, "min", "minute"],
    [1, "s", "second"],
  ];
  for (const [span, unit, name] of units) {
    if (size >= span) {
      const n = Math.floor(size / span);
      if (language === "de") {
        return distances.format(seconds > 0 ? -n : n, name);
      }
      return seconds > 0 ? `${n} ${unit} ago` : `in ${n} ${unit}`;
    }
  }
  return justNow[language];
}

/** The exact moment, for hovers: `21 Nov 2026, 10:03:12`. */
export function exact(iso: string): string {
  return new Date(iso).toLocaleString(language === "en" ? "en-GB" : language, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** A day, as the browser writes days in the language of the pages. */
export function day(iso: string): string {
  return new Date(iso).toLocaleDateString(navigator.languages.find((tag) => tag.startsWith(language)) ?? language);
}

/** A measured value in a table cell: 6 significant digits, exponent when small or large, as the field and its files write it: with a point in every language. */
export function measured(value: number): string {
  if (value === 0 || Number.isInteger(value)) {
    return Math.abs(value) < 1e15 ? String(value) : value.toExponential().replace("e+", "e");
  }
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa = "", exponent = ""] = value.toExponential(5).split("e");
    return `${Number(mantissa)}e${exponent.replace("+", "")}`;
  }
  return String(Number(value.toPrecision(6)));
}

/** Part of a whole in percent, whole numbers; 100 only when all is done. */
export function percent(done: number, total: number): number {
  if (total <= 0) {
    return 0;
  }
  return done >= total ? 100 : Math.min(99, Math.floor((100 * done) / total));
}
