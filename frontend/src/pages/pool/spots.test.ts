import { geoArea, geoCentroid } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { expect, test } from "vitest";
import countries from "world-atlas/countries-10m.json";
import table from "./centres.json";
import { placeWords, spotOf } from "./spots";

const ANTARCTICA = "010";

interface Part {
  type: "Polygon";
  coordinates: number[][][];
}

/** The closed outlines of every country of the atlas by its ISO number. */
function outlines(): Map<string, Part[]> {
  const atlas = countries as unknown as Topology;
  const all = feature(atlas, atlas.objects.countries as GeometryCollection);
  const found = new Map<string, Part[]>();
  for (const { id, geometry } of all.features) {
    if (id !== undefined && id !== ANTARCTICA && (geometry.type === "Polygon" || geometry.type === "MultiPolygon")) {
      const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      const known = found.get(String(id)) ?? [];
      found.set(String(id), [...known, ...parts.map((coordinates) => ({ type: "Polygon" as const, coordinates }))]);
    }
  }
  return found;
}

test("the centres are the middles of the largest parts of the atlas' countries", () => {
  const atlas = outlines();
  expect(Object.values(table).map(([number]) => String(number).padStart(3, "0")).sort()).toEqual([...atlas.keys()].sort());
  for (const [code, [number, latitude, longitude]] of Object.entries(table)) {
    const [largest] = (atlas.get(String(number).padStart(3, "0")) ?? []).sort((a, b) => geoArea(b) - geoArea(a));
    const [east, north] = largest === undefined ? [0, 0] : geoCentroid(largest);
    expect([code, latitude, longitude]).toEqual([code, Math.round(north * 10) / 10, Math.round(east * 10) / 10]);
  }
});

test("the letters are those of the country", () => {
  expect(spotOf({ country: "DE" })).toEqual({ name: "Germany (by address)", latitude: 51, longitude: 10.4, guessed: true });
  const names = new Intl.DisplayNames("en", { type: "region" });
  const byNumber = new Map((countries.objects.countries.geometries as { id?: string; properties: { name: string } }[]).map((g) => [Number(g.id), g.properties.name]));
  const same = Object.entries(table).filter(([code, [number]]) => byNumber.get(number ?? 0) === names.of(code));
  expect(same.length).toBeGreaterThan(180); // the rest is written otherwise, as "Dem. Rep. Congo"
});

test("a place that somebody set goes first, and one without a mark still has a name", () => {
  const place = { name: "Gainesville", latitude: 29.65, longitude: -82.32 };
  expect(spotOf({ place, country: "DE" })).toEqual({ ...place, guessed: false });
  expect(placeWords({ place, country: "DE" })).toBe("Gainesville");
  expect(placeWords({ country: "DE" })).toBe("from its address: Germany");
  expect(spotOf({ country: "RE" })).toBeUndefined(); // drawn as a part of France
  expect(placeWords({ country: "RE" })).toBe("from its address: Réunion");
  expect(spotOf({})).toBeUndefined();
  expect(placeWords({})).toBeUndefined();
});
