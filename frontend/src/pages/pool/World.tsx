/** The outlines behind the nodes. They come with this file, so only pages that show a map load them. */
import { useElementSize } from "@mantine/hooks";
import { geoAlbersUsa, geoNaturalEarth1, geoPath, type GeoProjection } from "d3-geo";
import { useMemo, type MouseEvent, type ReactElement, type ReactNode } from "react";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import states from "us-atlas/states-10m.json";
import countries from "world-atlas/countries-110m.json";
import type { Project, View } from "./clusters";

/** Height of the picture by its width. */
const FLAT = 0.48;

interface Drawn {
  projection: GeoProjection;
  land: string;
  borders: string;
}

/** Antarctica is left out: it would take a fifth of the picture. */
const atlases = {
  world: { atlas: countries as unknown as Topology, object: "countries", without: "010", make: geoNaturalEarth1 },
  us: { atlas: states as unknown as Topology, object: "states", without: "", make: geoAlbersUsa },
};

function draw(view: View, width: number): Drawn {
  const { atlas, object, without, make } = atlases[view];
  const all = atlas.objects[object] as GeometryCollection;
  const shapes: GeometryCollection = { ...all, geometries: all.geometries.filter((g) => g.id !== without) };
  const land = feature(atlas, shapes);
  const projection = make().fitExtent(
    [
      [2, 2],
      [width - 2, width * FLAT - 2],
    ],
    land,
  );
  const path = geoPath(projection);
  return { projection, land: path(land) ?? "", borders: path(mesh(atlas, shapes, (a, b) => a !== b)) ?? "" };
}

/** Drawn in the pixels of the page, so that marks have the same size on every screen. */
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
  const { ref, width } = useElementSize();
  const drawn = useMemo(() => (width > 0 ? draw(view, width) : undefined), [view, width]);
  const project = useMemo<Project>(() => (point) => drawn?.projection(point) ?? null, [drawn]);
  const pick = (e: MouseEvent<SVGSVGElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    const at = drawn?.projection.invert?.([e.clientX - box.left, e.clientY - box.top]);
    if (at !== undefined && at !== null && Math.abs(at[1]) <= 90 && Math.abs(at[0]) <= 180) {
      onPick?.(at[1], at[0]);
    }
  };
  return (
    <div ref={ref} style={{ width: "100%", aspectRatio: `1 / ${FLAT}` }}>
      {drawn !== undefined && (
        <svg
          width={width}
          height={width * FLAT}
          role="group"
          aria-label={label}
          onClick={onPick === undefined ? undefined : pick}
          style={{ display: "block", overflow: "visible", cursor: onPick === undefined ? "default" : "crosshair" }}
        >
          <path d={drawn.land} fill="var(--land)" />
          <path d={drawn.borders} fill="none" stroke="var(--mantine-color-body)" strokeWidth={0.8} />
          {children(project)}
        </svg>
      )}
    </div>
  );
}
