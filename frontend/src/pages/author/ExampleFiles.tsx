/** The files that examples name: uploaded into one's own files, and from there copied into a new version. */
import { ActionIcon, Button, FileButton, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { call } from "../../api/client";
import type { AppSource } from "../../api/types";
import { upload } from "../../api/upload";
import { bytes } from "../../lib/format";
import { authoring } from "../../text/authoring";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { onlyOf } from "./source";

const text = authoring.files;

export interface ExampleFilesProps {
  app: string;
  source: AppSource;
  adopt: (after: AppSource) => void;
  failed: (error: unknown) => void;
}

export function ExampleFiles({ app, source, adopt, failed }: ExampleFilesProps): ReactElement {
  const add = useMutation({
    mutationFn: async (file: File) => {
      const name = file.name.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "").slice(0, 100);
      const at = `uploads/${app}-${name}`;
      await upload(at, file, () => undefined).done;
      return call("put", "/apps/{app}/source/examples/{file}", { path: { app, file: name }, body: { file: `home:${at}` }, headers: onlyOf(source.version) });
    },
    onSuccess: (after, file) => {
      toast.done(text.added(file.name));
      adopt(after);
    },
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: (file: string) => call("delete", "/apps/{app}/source/examples/{file}", { path: { app, file }, headers: onlyOf(source.version) }),
    onSuccess: (after, file) => {
      toast.done(text.removed(file));
      adopt(after);
    },
    onError: failed,
  });
  return (
    <section aria-labelledby="files">
      <Group justify="space-between" mb={6}>
        <Title order={2} id="files" fz="md">
          {text.title}
        </Title>
        <FileButton onChange={(file) => file !== null && add.mutate(file)} inputProps={{ "aria-label": text.add }}>
          {(button) => (
            <Button {...button} size="xs" variant="default" loading={add.isPending} leftSection={<Icon name="upload" size={14} />}>
              {text.add}
            </Button>
          )}
        </FileButton>
      </Group>
      {source.files.length === 0 && (
        <Text size="sm" c="dimmed">
          {text.none}
        </Text>
      )}
      <Stack gap={2}>
        {source.files.map((file) => (
          <Group key={file.name} gap="sm" wrap="nowrap">
            <Icon name="file" size={16} />
            <Text size="sm" className="wrap" flex={1}>
              {file.name}
            </Text>
            <Text size="sm" c="dimmed">
              {bytes(file.bytes)}
            </Text>
            <ActionIcon variant="subtle" color="gray" aria-label={text.remove(file.name)} loading={remove.isPending} onClick={() => remove.mutate(file.name)}>
              <Icon name="trash" size={16} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </section>
  );
}
