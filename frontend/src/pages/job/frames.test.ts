import { describe, expect, it } from "vitest";
import type { Images } from "../../api/types";
import { seriesOf } from "./frames";

const angle = { name: "angle", title: "Angle", type: "number", units: "deg" } as const;

function swept(values: string[][], more: Partial<Images> = {}): Images {
  const frames = values.map((one, i) => ({ file: `shot-0000${i}.png`, bytes: 1, subjob: i, values: one }));
  return { name: "shot", title: "Shot", sequence: true, count: frames.length, swept: [angle], frames, ...more };
}

function single(name: string, title: string, file: string): Images {
  return { name, title, sequence: false, count: 1, swept: [], frames: [{ file, bytes: 1, subjob: 0, values: [] }] };
}

describe("pictures of a sweep", () => {
  it("standInTheOrderOfTheSweptNumbersAndSayThem", () => {
    const [series] = seriesOf([swept([["10"], ["9.5"], ["1e-3"]])]);
    expect(series?.frames.map((f) => f.words)).toEqual(["Angle 1e-3 deg", "Angle 9.5 deg", "Angle 10 deg"]);
    expect(series?.frames.map((f) => f.file)).toEqual(["shot-00002.png", "shot-00001.png", "shot-00000.png"]);
  });

  it("ofOneValueAreToldApartByTheirSubjobs", () => {
    const [series] = seriesOf([swept([["1"], ["1"]])]);
    expect(series?.frames.map((f) => f.words)).toEqual(["Angle 1 deg, subjob 0", "Angle 1 deg, subjob 1"]);
    expect(seriesOf([swept([[], []], { swept: [] })])[0]?.frames.map((f) => f.words)).toEqual(["subjob 0", "subjob 1"]);
  });
});

describe("pictures that differ by a number in their names", () => {
  it("areOneSeriesInTheOrderOfTheNumbers", () => {
    const series = seriesOf([single("a10", "Step 10", "f/step10.png"), single("x", "Map", "map.png"), single("a9", "Step 9", "f/step9.png")]);
    expect(series.map((s) => [s.title, s.sequence, s.frames.map((f) => f.file)])).toEqual([
      ["Step", true, ["f/step9.png", "f/step10.png"]],
      ["Map", false, ["map.png"]],
    ]);
  });

  it("ofAnotherEndingOrFolderAreNot", () => {
    expect(seriesOf([single("a", "A", "f/1.png"), single("b", "B", "g/1.png"), single("c", "C", "f/2.svg")])).toHaveLength(3);
  });
});
