/** Settings of this form that the person keeps by name, and those of his last run. */
import { ActionIcon, Button, Divider, Group, Popover, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys, settingsOfQuery } from "../../api/queries";
import type { App, JobRequest } from "../../api/types";
import { text } from "../../text/apps";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";

export interface SavedSettingsProps {
  app: App;
  /** What the form would send now, undefined while it has errors. */
  request: JobRequest | undefined;
  fill: (request: JobRequest) => void;
}

export function SavedSettings({ app, request, fill }: SavedSettingsProps): ReactElement {
  const client = useQueryClient();
  const kept = useQuery(settingsOfQuery(app.id)).data;
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [loaded, setLoaded] = useState<{ name: string; version: number }>();
  const settings = kept?.settings ?? [];
  const done = () => void client.invalidateQueries({ queryKey: keys.settingsOf(app.id) });
  const save = useMutation({
    mutationFn: ({ as, version }: { as: string; version: number | undefined }) =>
      call("put", "/apps/{app}/settings/{name}", { path: { app: app.id, name: as }, body: { request: request ?? { app: app.id, inputs: {} }, version } }),
    onSuccess: (after) => {
      done();
      setLoaded({ name: after.name, version: after.version });
      setName("");
      setOpen(false);
      toast.done(text.saved.done(after.name));
    },
    onError: (e) => {
      done();
      toast.failed(words(e));
    },
  });
  const forget = useMutation({
    mutationFn: (which: string) => call("delete", "/apps/{app}/settings/{name}", { path: { app: app.id, name: which } }),
    onSuccess: done,
    onError: (e) => toast.failed(words(e)),
  });
  const use = (chosen: JobRequest) => {
    fill(chosen);
    setOpen(false);
  };
  const last = kept?.last ?? undefined;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus shadow="md" transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button size="xs" variant="default" rightSection={<Icon name="down" size={12} />} onClick={() => setOpen(!open)}>
          {text.saved.title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown miw={280} p="xs">
        <Stack gap={2}>
        <Button variant="subtle" size="compact-sm" justify="flex-start" disabled={last === undefined} leftSection={<Icon name="again" size={14} />} onClick={() => last !== undefined && use(last)}>
          {text.saved.last}
        </Button>
        {settings.length > 0 && <Divider my={4} />}
        {settings.map((one) => (
          <Group key={one.name} gap={4} wrap="nowrap">
            <Button variant="subtle" size="compact-sm" justify="flex-start"
              flex={1}
              onClick={() => {
                setLoaded({ name: one.name, version: one.version });
                use(one.request);
              }}
            >
              {one.name}
            </Button>
            <ActionIcon variant="subtle" aria-label={text.saved.remove(one.name)} onClick={() => forget.mutate(one.name)}>
              <Icon name="cross" size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Divider my={4} />
        {loaded !== undefined && settings.some((one) => one.name === loaded.name) && (
          <Button variant="subtle" size="compact-sm" justify="flex-start" disabled={request === undefined} onClick={() => save.mutate({ as: loaded.name, version: loaded.version })}>
            {text.saved.change(loaded.name)}
          </Button>
        )}
        <Group gap="xs" wrap="nowrap">
          <TextInput
            size="xs"
            flex={1}
            aria-label={text.saved.name}
            placeholder={request === undefined ? text.saved.fix : text.saved.name}
            disabled={request === undefined}
            maxLength={80}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <Button size="xs" disabled={name.trim() === "" || request === undefined} loading={save.isPending} onClick={() => save.mutate({ as: name.trim(), version: undefined })}>
            {text.saved.keep}
          </Button>
        </Group>
      </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
