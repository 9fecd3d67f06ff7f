/** Applications that were removed and can be restored, for those who may; nothing when there are none. */
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys, removedAppsQuery } from "../../api/queries";
import type { RemovedApp } from "../../api/types";
import { day } from "../../lib/format";
import { removing as text } from "../../text/authoring";
import { Icon } from "../../ui/icons";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";

export function RemovedApps(): ReactElement | null {
  const apps = useQuery(removedAppsQuery).data ?? [];
  const restore = useRestore();
  if (apps.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="removed">
      <Title order={2} id="removed">
        {text.title}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.body}
      </Text>
      <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {apps.map((app) => (
          <Group key={app.id} component="li" gap="sm" py="xs" justify="space-between" style={{ borderTop: "1px solid var(--line)" }}>
            <Stack gap={0} flex="1 1 240px" miw={0}>
              <Text fw={500} className="wrap">
                {app.title}
              </Text>
              <Text size="sm" c="dimmed" className="wrap">
                {text.by(app.by)} <Ago at={app.at} /> · {app.until === null ? text.hidden : text.until(day(app.until))}
                {usesOf(app).map((use) => ` · ${use}`)}
              </Text>
            </Stack>
            <Button size="xs" variant="default" leftSection={<Icon name="again" size={14} />} aria-label={text.restore(app.title)} loading={restore.isPending && restore.variables.id === app.id} onClick={() => restore.mutate(app)}>
              {text.restoreAction}
            </Button>
          </Group>
        ))}
      </Stack>
    </section>
  );
}

/** What goes on or waits without the application, in words. */
export function usesOf({ uses }: RemovedApp): string[] {
  return [
    ...(uses.jobs > 0 ? [text.jobs(uses.jobs)] : []),
    ...(uses.triggers > 0 ? [text.triggers(uses.triggers)] : []),
    ...(uses.workflows > 0 ? [text.workflows(uses.workflows)] : []),
    ...(uses.settings > 0 ? [text.settings(uses.settings)] : []),
  ];
}

export function useRestore() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (app: { id: string; title: string }) => call("post", "/apps/{app}/restore", { path: { app: app.id } }),
    onSuccess: (_, app) => toast.done(text.restored(app.title)),
    onError: (e) => toast.failed(words(e)),
    onSettled: (_, __, app) => {
      void client.invalidateQueries({ queryKey: keys.apps });
      void client.invalidateQueries({ queryKey: keys.app(app.id) });
    },
  });
}
