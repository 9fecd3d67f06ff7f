/** The warning before a desktop ends by itself, and the button that puts it off. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Desktop } from "../../api/types";
import { ago } from "../../lib/format";
import { desktops as text } from "../../text/desktops";
import { useNow } from "../../ui/time";
import { toast } from "../../ui/toasts";

export function EndsSoon({ desktop }: { desktop: Desktop }): ReactElement | null {
  const client = useQueryClient();
  const now = useNow(10_000);
  const extend = useMutation({
    mutationFn: () => call("post", "/desktops/{desktop}/extend", { path: { desktop: desktop.id } }),
    onSuccess: () => toast.done(text.extended),
    onError: (e) => toast.failed(words(e)),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.desktops }),
  });
  if (desktop.endsSoon !== true || typeof desktop.endsAt !== "string") {
    return null;
  }
  return (
    <Alert color="yellow" variant="light" p="xs" mb="xs" role="status">
      <Group gap="sm" justify="space-between">
        <Text size="sm" c="var(--mantine-color-text)" flex={1} miw={160}>
          {text.endsSoon(ago(Date.parse(desktop.endsAt), now))}
        </Text>
        <Button size="xs" variant="default" loading={extend.isPending} onClick={() => extend.mutate()}>
          {text.extend}
        </Button>
      </Group>
    </Alert>
  );
}
