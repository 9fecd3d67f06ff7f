/** The pictures of a job as series: of a sweep, or numbered by their names. Pure. */
import type { Images } from "../../api/types";
import { pictures as text } from "../../text/results";

export interface Frame {
  file: string;
  bytes: number;
  /** What tells it from the others; empty when it is the only one. */
  words: string;
}

export interface Series {
  name: string;
  title: string;
  /** First shown one after the other. */
  sequence: boolean;
  /** How many there are; not all need be among the frames. */
  count: number;
  frames: Frame[];
}

/** The last number in a file's name, before its ending. */
const NUMBERED = /^(.*?)(\d+)(\.[^./]+)$/;

/** Pictures whose names differ by a number alone are one series, in the order of the numbers. */
export function seriesOf(images: readonly Images[]): Series[] {
  const series: Series[] = [];
  const numbered = new Map<string, { number: number; image: Images }[]>();
  for (const image of images) {
    const key = numberOf(image)?.key;
    if (key !== undefined) {
      numbered.set(key, [...(numbered.get(key) ?? []), { number: numberOf(image)?.number ?? 0, image }]);
    }
  }
  for (const image of images) {
    const key = numberOf(image)?.key ?? "";
    const group = numbered.get(key) ?? [];
    if (group.length < 2) {
      series.push({ name: image.name, title: image.title, sequence: image.sequence, count: image.count, frames: framesOf(image) });
    } else if (group[0]?.image === image) {
      const sorted = group.toSorted((a, b) => a.number - b.number);
      const frames = sorted.map(({ image: { frames: [frame], title } }) => ({ file: frame?.file ?? "", bytes: frame?.bytes ?? 0, words: title }));
      series.push({ name: image.name, title: common(sorted.map((one) => one.image.title)), sequence: true, count: frames.length, frames });
    }
  }
  return series;
}

function numberOf(image: Images): { key: string; number: number } | undefined {
  const match = image.count === 1 ? NUMBERED.exec(image.frames[0]?.file ?? "") : null;
  return match === null ? undefined : { key: `${match[1] ?? ""}/${match[3] ?? ""}`, number: Number(match[2]) };
}

/** What titles begin with alike, up to a whole word: "Step 1", "Step 2" → "Step". */
function common(titles: readonly string[]): string {
  const first = titles[0] ?? "";
  let length = first.length;
  for (const title of titles) {
    while (!title.startsWith(first.slice(0, length))) {
      length--;
    }
  }
  const same = first.slice(0, length).replace(/[\s\d.,:–-]+$/, "");
  return same === "" ? first : same;
}

/** In the order of the swept values, numbers as numbers; each with them as its words. */
function framesOf(image: Images): Frame[] {
  const words = image.frames.map((frame) =>
    image.swept
      .map((column, i) => [column.title, frame.values?.[i] ?? "", column.units ?? ""].filter((part) => part !== "").join(" "))
      .join(", "),
  );
  const alone = image.frames.length === 1;
  const order = image.frames.map((_, i) => i).sort((a, b) => byValues(image.frames[a]?.values ?? [], image.frames[b]?.values ?? []) || a - b);
  const told = new Set(words).size === words.length;
  return order.map((i) => {
    const { file = "", bytes = 0, subjob } = image.frames[i] ?? {};
    const which = told || alone || subjob === undefined ? "" : text.subjob(subjob);
    return { file, bytes, words: [words[i] ?? "", which].filter((part) => part !== "").join(", ") };
  });
}

function byValues(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const [one = "", other = ""] = [a[i], b[i]];
    const numbers = [one, other].every((v) => v !== "" && Number.isFinite(Number(v)));
    const order = numbers ? Number(one) - Number(other) : one < other ? -1 : one > other ? 1 : 0;
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}
