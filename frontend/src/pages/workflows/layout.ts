/** Where the steps of a workflow are drawn: a column for each distance from the first. Pure. */
import type { WorkflowStep } from "../../api/types";

export const BOX = { width: 148, height: 40, gapX: 44, gapY: 16 } as const;

export interface Placed {
  step: WorkflowStep;
  x: number;
  y: number;
}

export interface Layout {
  steps: Placed[];
  /** `any`: the step may also come after one that did not complete. */
  edges: { from: Placed; to: Placed; any: boolean }[];
  width: number;
  height: number;
}

/** Steps come after those they need, as the portal gives them. */
export function layout(steps: readonly WorkflowStep[]): Layout {
  const column = new Map<string, number>();
  const taken: number[] = [];
  const placed = new Map<string, Placed>();
  const edges: Layout["edges"] = [];
  for (const step of steps) {
    const at = Math.max(-1, ...step.needs.map((need) => column.get(need) ?? -1)) + 1;
    const row = taken[at] ?? 0;
    taken[at] = row + 1;
    column.set(step.name, at);
    const one = { step, x: at * (BOX.width + BOX.gapX), y: row * (BOX.height + BOX.gapY) };
    placed.set(step.name, one);
    for (const need of step.needs) {
      const from = placed.get(need);
      if (from !== undefined) {
        edges.push({ from, to: one, any: step.afterAny?.includes(need) === true });
      }
    }
  }
  const rows = Math.max(1, ...taken);
  for (const one of placed.values()) {
    const own = taken[column.get(one.step.name) ?? 0] ?? 1;
    one.y += ((rows - own) * (BOX.height + BOX.gapY)) / 2;
  }
  return {
    steps: [...placed.values()],
    edges,
    width: taken.length * (BOX.width + BOX.gapX) - BOX.gapX,
    height: rows * (BOX.height + BOX.gapY) - BOX.gapY,
  };
}
