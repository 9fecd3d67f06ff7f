/** Who else sees the person's jobs, told plainly: a line for each of his groups that shows its members' jobs. */
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useUser } from "../../app/user";
import { groupsQuery } from "../../api/queries";
import { exact } from "../../lib/format";
import { text } from "../../text/jobs";

export function GroupsTold(): ReactElement | null {
  const user = useUser();
  const groups = useQuery({ ...groupsQuery, enabled: user.groups.length > 0 });
  const telling = (groups.data ?? []).filter((g) => g.jobs !== "none" && g.members.includes(user.name));
  if (telling.length === 0) {
    return null;
  }
  return (
    <Stack gap={4}>
      {telling.map((g) => (
        <Text key={g.name} size="sm" c="dimmed" className="wrap">
          {g.jobs === "results" && typeof g.resultsSince === "string"
            ? text.told.results(g.name, exact(g.resultsSince))
            : text.told.list(g.name, exact(g.jobsSince ?? ""))}
        </Text>
      ))}
    </Stack>
  );
}
