/** The workflow that a job is a step of, drawn live above the job's tabs. */
import { Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { workflowQuery } from "../../api/queries";
import { text } from "../../text/workflows";
import { Graph } from "../workflows/Graph";

export default function OfWorkflow({ id, step }: { id: number; step: string }): ReactElement | null {
  const workflow = useQuery(workflowQuery(id));
  if (workflow.data === undefined) {
    return null;
  }
  return (
    <section className="card" style={{ padding: 16 }} aria-label={text.isStep(step)}>
      <Group justify="space-between" mb="sm" gap="sm">
        <Text size="sm" fw={600}>
          {text.isStep(step)} {workflow.data.name}
        </Text>
        <Anchor component={Link} to={`/workflows/${id}`} size="sm">
          {text.moreOf}
        </Anchor>
      </Group>
      <Graph workflow={workflow.data} current={step} />
    </section>
  );
}
