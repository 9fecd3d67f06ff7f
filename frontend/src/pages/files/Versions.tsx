/** What a file held before it was overwritten. */
import { ActionIcon, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { words } from "../../api/client";
import { fileKeys } from "../../api/files";
import { restoreVersion, versionsQuery, versionUrl } from "../../api/kept";
import { bytes } from "../../lib/format";
import { last } from "../../lib/paths";
import { text as common } from "../../text/common";
import { versions as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { refresh } from "./operations";

export default function Versions({ path, close }: { path: string; close: () => void }): ReactElement {
  const client = useQueryClient();
  const list = useQuery(versionsQuery(path));
  const restore = useMutation({
    mutationFn: restoreVersion,
    onSuccess: () => toast.done(text.restored(last(path))),
    onError: (e) => toast.failed(words(e)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: fileKeys.versions(path) });
      refresh(client);
    },
  });
  return (
    <Drawer opened onClose={close} position="right" title={text.title(last(path))} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="xs">
        {list.isPending && <Loading />}
        {list.isError && <ErrorBox error={list.error} />}
        {list.data?.length === 0 && <Text c="dimmed">{text.none}</Text>}
        {(list.data ?? []).map((version) => (
          <Group key={version.id} justify="space-between" wrap="nowrap" py={6} style={{ borderBottom: "1px solid var(--line)" }}>
            <div>
              <Text size="sm">
                {text.written} <Ago at={version.modifiedAt} />
              </Text>
              <Text size="xs" c="dimmed">
                {bytes(version.bytes)}, {text.replaced} <Ago at={version.savedAt} />
              </Text>
            </div>
            <Group gap={4} wrap="nowrap">
              <ActionIcon component="a" href={versionUrl(version.id)} download variant="subtle" color="gray" aria-label={text.download}>
                <Icon name="download" size={16} />
              </ActionIcon>
              <Button size="compact-sm" variant="default" loading={restore.isPending} onClick={() => restore.mutate(version.id)}>
                {text.restore}
              </Button>
            </Group>
          </Group>
        ))}
      </Stack>
    </Drawer>
  );
}
