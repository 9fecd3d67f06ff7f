/** What the job's subjobs asked for and what they used, in a line, with the remedy when it is far apart. */
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { jobEfficiencyQuery } from "../../api/queries";
import type { JobDetail } from "../../api/types";
import { decimal, duration, memory } from "../../lib/format";
import { usage } from "../../text/usage";
import { Icon } from "../../ui/icons";

const text = usage.job;

export default function AskedUsed({ job }: { job: JobDetail }): ReactElement | null {
  const { data } = useQuery(jobEfficiencyQuery(job.id, job.state));
  if (data === undefined || data.measured === 0) {
    return null;
  }
  const several = data.measured > 1;
  const cores = data.usedCores ?? undefined;
  const suggested = data.suggestedMemoryBytes ?? undefined;
  return (
    <Group gap="sm" role="group" aria-label={text.title}>
      <Text size="sm" c="dimmed" className="wrap" style={{ flex: "1 1 16rem" }}>
        {typeof data.peakMemoryBytes === "number" && `${text.memory(memory(data.memoryBytes), memory(data.peakMemoryBytes), several)} `}
        {cores !== undefined && `${text.cpu(data.cpus, decimal(Number(cores.toFixed(cores < 0.1 ? 3 : 1))))} `}
        {typeof data.longestSeconds === "number" && text.time(duration(data.maximumSeconds), duration(data.longestSeconds))}
        {cores !== undefined && data.cpus > 1 && cores < data.cpus / 2 && ` ${text.cores}`}
      </Text>
      {suggested !== undefined && job.state === "Completed" && job.access === undefined && (
        <Button
          size="xs"
          variant="default"
          component={Link}
          to={`/apps/${job.app}?from=${job.id}&memory=${suggested}`}
          title={text.lessHelp}
          leftSection={<Icon name="again" size={14} />}
        >
          {text.less(memory(suggested))}
        </Button>
      )}
    </Group>
  );
}
