/** Why subjobs wait in HTCondor's pool, each reason with what would help. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { may, useUser } from "../../app/user";
import { jobWaitQuery } from "../../api/queries";
import type { Job } from "../../api/types";
import { text } from "../../text/jobs";

/** While nothing of the job runs, HTCondor is asked for its reasons. */
export function WhyWaits({ job }: { job: Job }): ReactElement | null {
  const waits = job.pool === "condor" && job.counts.idle > 0 && job.counts.running === 0 && (job.state === "Idle" || job.state === "Running");
  const reasons = useQuery({ ...jobWaitQuery(job.id), enabled: waits });
  const admin = may(useUser(), "pool-admin");
  if (!waits || reasons.data === undefined || reasons.data.length === 0) {
    return null;
  }
  return (
    <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: "none" }} aria-label={text.waits.title}>
      {reasons.data.map((one) => (
        <Group key={one.text} component="li" gap="sm">
          <Text size="sm" className="wrap" style={{ flex: "1 1 16rem" }}>
            {text.waits.because(one.text)}
          </Text>
          {one.remedy === "change" && (
            <Button size="xs" variant="default" component={Link} to={`/apps/${job.app}?from=${job.id}`}>
              {text.waits.change}
            </Button>
          )}
          {one.remedy === "open" && admin && (
            <Button size="xs" variant="default" component={Link} to="/pool?filter=htcondor">
              {text.waits.open}
            </Button>
          )}
          {one.remedy === "add" && admin && (
            <Button size="xs" variant="default" component={Link} to="/pool/condor">
              {text.waits.add}
            </Button>
          )}
        </Group>
      ))}
    </Stack>
  );
}
