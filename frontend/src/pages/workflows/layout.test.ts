import { expect, test } from "vitest";
import type { WorkflowStep } from "../../api/types";
import { BOX, layout } from "./layout";

const step = (name: string, ...needs: string[]): WorkflowStep => ({ name, app: "a", appTitle: "A", needs, state: "Waiting" });

test("a diamond has three columns, and its ends lie in the middle", () => {
  const drawn = layout([step("top"), step("left", "top"), step("right", "top"), step("bottom", "left", "right")]);
  const at = Object.fromEntries(drawn.steps.map((one) => [one.step.name, one]));
  expect(at.left?.x).toBe(at.right?.x);
  expect(at.bottom?.x).toBe(2 * (BOX.width + BOX.gapX));
  expect(at.top?.y).toBe((BOX.height + BOX.gapY) / 2);
  expect(drawn.edges).toHaveLength(4);
});

test("a single step is a single box", () => {
  expect(layout([step("one")])).toMatchObject({ width: BOX.width, height: BOX.height, edges: [] });
});
