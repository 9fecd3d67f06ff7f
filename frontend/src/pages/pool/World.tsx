/** The outlines behind the nodes. They come with this file, so only pages that show a map load them. */
import { geoAlbersUsa, geoNaturalEarth1, geoPath, type GeoProjection } from "d3-geo";
import { useMemo, type MouseEvent, type ReactElement, type ReactNode } from "react";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import states from "us-atlas/states-10m.json";
import countries from "world-atlas/countries-110m.json";
import type { Project, View } from "./clusters";

export const width = 960;
export const height = 460;

interface Drawn {
  projection: GeoProjection;
  land: string;
  borders: string;
}

function draw(atlas: unknown, object: string, projection: GeoProjection, without?: string): Drawn {
  const topology = atlas as Topology;
  const all = topology.objects[object] as GeometryCollection;
  const shapes: GeometryCollection = { ...all, geometries: all.geometries.filter((g) => g.id !== without) };
  const land = feature(topology, shapes);
  projection.fitExtent(
    [
      [4, 4],
      [width - 4, height - 4],
    ],
    land,
  );
  const path = geoPath(projection);
  return { projection, land: path(land) ?? "", borders: path(mesh(topology, shapes, (a, b) => a !== b)) ?? "" };
}

const drawn = new Map<View, Drawn>();

/** Antarctica is left out: it would take a fifth of the picture. */
function outlines(view: View): Drawn {
  let known = drawn.get(view);
  if (known === undefined) {
    known = view === "us" ? draw(states, "states", geoAlbersUsa()) : draw(countries, "countries", geoNaturalEarth1(), "010");
    drawn.set(view, known);
  }
  return known;
}

export default function World({
  view,
  label,
  onPick,
  children,
}: {
  view: View;
  label: string;
  /** Called with latitude and longitude where the map was clicked. */
  onPick?: (latitude: number, longitude: number) => void;
  children: (project: Project) => ReactNode;
}): ReactElement {
  const { projection, land, borders } = outlines(view);
  const project = useMemo<Project>(() => (point) => projection(point), [projection]);
  const pick = (e: MouseEvent<SVGSVGElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    const at = projection.invert?.([((e.clientX - box.left) / box.width) * width, ((e.clientY - box.top) / box.height) * height]);
    if (at !== undefined && at !== null && Math.abs(at[1]) <= 90 && Math.abs(at[0]) <= 180) {
      onPick?.(at[1], at[0]);
    }
  };
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={label}
      onClick={onPick === undefined ? undefined : pick}
      style={{ width: "100%", height: "auto", display: "block", cursor: onPick === undefined ? "default" : "crosshair" }}
    >
      <path d={land} fill="var(--land)" />
      <path d={borders} fill="none" stroke="var(--mantine-color-body)" strokeWidth={0.8} />
      {children(project)}
    </svg>
  );
}
