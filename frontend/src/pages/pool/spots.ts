/** Where nodes are drawn: at the place that somebody set, else in the country that their address tells. Pure. */
import type { PoolNode } from "../../api/types";
import { language } from "../../lib/language";
import { pool as text } from "../../text/pool";
import table from "./centres.json";

/**
 * By ISO 3166-1's two letters its number there, and the degrees north and east of the middle of the country's largest
 * part, as world-atlas draws it. Antarctica is not on the map.
 */
const centres: Readonly<Record<string, readonly number[]>> = table;

const names = { en: new Intl.DisplayNames("en", { type: "region" }), de: new Intl.DisplayNames("de", { type: "region" }) };

type Placed = Pick<PoolNode, "place" | "country">;

export interface Spot {
  name: string;
  latitude: number;
  longitude: number;
  /** From its address: somewhere in the country. */
  guessed: boolean;
}

/** The name of a country in the language of the pages. */
function countryName(code: string): string {
  return names[language].of(code) ?? code;
}

/** Where a node is drawn; nowhere for one of whom nothing is known. */
export function spotOf({ place, country }: Placed): Spot | undefined {
  if (place !== undefined) {
    return { ...place, guessed: false };
  }
  const [, latitude, longitude] = centres[country ?? ""] ?? [];
  return country === undefined || latitude === undefined || longitude === undefined
    ? undefined
    : { name: text.map.byAddress(countryName(country)), latitude, longitude, guessed: true };
}

/** What a person reads of a node's place. */
export function placeWords({ place, country }: Placed): string | undefined {
  return place?.name ?? (country === undefined ? undefined : text.node.fromAddress(countryName(country)));
}
