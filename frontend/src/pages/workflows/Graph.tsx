/** The steps of a workflow as boxes, coloured by state; each that has begun leads to its job. */
import { Box } from "@mantine/core";
import type { ReactElement } from "react";
import { Link } from "react-router";
import type { Workflow } from "../../api/types";
import { states } from "../../text/common";
import { text } from "../../text/workflows";
import { toneOf } from "../../ui/StateChip";
import { BOX, layout, type Placed } from "./layout";

const PAD = 4;

export function Graph({ workflow, current }: { workflow: Workflow; current?: string }): ReactElement {
  const drawn = layout(workflow.steps);
  return (
    <Box style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label={text.graph(workflow.name)}>
      <svg width={drawn.width + 2 * PAD} height={drawn.height + 2 * PAD} viewBox={`${-PAD} ${-PAD} ${drawn.width + 2 * PAD} ${drawn.height + 2 * PAD}`}>
        {drawn.edges.map(({ from, to, any }) => {
          const x = from.x + BOX.width;
          const middle = (x + to.x) / 2;
          return (
            <path
              key={`${from.step.name}-${to.step.name}`}
              d={`M${x} ${from.y + BOX.height / 2}C${middle} ${from.y + BOX.height / 2} ${middle} ${to.y + BOX.height / 2} ${to.x} ${to.y + BOX.height / 2}`}
              fill="none"
              stroke="var(--mantine-color-dimmed)"
              strokeWidth="1.500"
              {...(any ? { strokeDasharray: "5 4" } : {})}
            />
          );
        })}
        {drawn.steps.map((one) =>
          one.step.job === undefined ? (
            <Node key={one.step.name} placed={one} bold={false} />
          ) : (
            <Link key={one.step.name} to={`/jobs/${one.step.job}`}>
              <Node placed={one} bold={one.step.name === current} />
            </Link>
          ),
        )}
      </svg>
    </Box>
  );
}

function Node({ placed, bold }: { placed: Placed; bold: boolean }): ReactElement {
  const { step, x, y } = placed;
  const tone = toneOf(step.state);
  const name = step.name.length > 18 ? `${step.name.slice(0, 17)}…` : step.name;
  const counts = step.total !== undefined && step.total > 1 && step.state === "Running" ? ` ${step.completed ?? 0}/${step.total}` : "";
  return (
    <g>
      <title>{`${step.name}: ${states[step.state]}`}</title>
      <rect
        x={x}
        y={y}
        width={BOX.width}
        height={BOX.height}
        rx="6"
        fill={`var(--state-${tone}-bg)`}
        stroke={`var(--state-${tone})`}
        strokeWidth={bold ? 3 : 1}
        strokeDasharray={step.state === "Waiting" ? "4 3" : undefined}
      />
      <text x={x + 10} y={y + 17} fontSize="13" fontWeight={bold ? 700 : 500} fill="var(--mantine-color-text)">
        {name}
      </text>
      <text x={x + 10} y={y + 32} fontSize="11" fill={`var(--state-${tone})`}>
        {states[step.state] + counts}
      </text>
    </g>
  );
}
