/** Settings of this form that the person keeps by name, those that others share with a group of his, and those of his last run. */
import { ActionIcon, Button, Divider, Group, NativeSelect, Popover, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys, settingsOfQuery } from "../../api/queries";
import type { App, JobRequest, SavedSettings as Settings } from "../../api/types";
import { text } from "../../text/apps";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { propertyOf } from "./form";

/** How long sharing and deleting can be taken back. */
const UNDO_MILLISECONDS = 10_000;

export interface SavedSettingsProps {
  app: App;
  /** What the form would send now, undefined while it has errors. */
  request: JobRequest | undefined;
  fill: (request: JobRequest) => void;
}

interface Keep {
  as: string;
  request: JobRequest;
  version?: number | undefined;
  /** Empty for none; absent to leave it as it is. */
  group?: string;
}

export function SavedSettings({ app, request, fill }: SavedSettingsProps): ReactElement {
  const client = useQueryClient();
  const kept = useQuery(settingsOfQuery(app.id)).data;
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [loaded, setLoaded] = useState<{ name: string; version: number }>();
  const [sharing, setSharing] = useState<string>();
  const settings = kept?.settings ?? [];
  const shared = kept?.shared ?? [];
  const groups = kept?.groups ?? [];
  const done = () => client.invalidateQueries({ queryKey: keys.settingsOf(app.id) });
  const put = async ({ as, request: of, version, group }: Keep): Promise<Settings> => {
    try {
      const after = await call("put", "/apps/{app}/settings/{name}", { path: { app: app.id, name: as }, body: { request: of, version, group } });
      setLoaded((before) => (before?.name === as && before.version === version ? { name: as, version: after.version } : before));
      return after;
    } finally {
      await done();
    }
  };
  const onError = (e: unknown) => toast.failed(words(e));
  const save = useMutation({
    mutationFn: put,
    onSuccess: (after) => {
      setLoaded({ name: after.name, version: after.version });
      setName("");
      setOpen(false);
      toast.done(text.saved.done(after.name));
    },
    onError,
  });
  const share = useMutation({
    mutationFn: ({ one, group }: { one: Settings; group: string }) => put({ as: one.name, request: one.request, version: one.version, group }),
    onSuccess: (after, { one }) =>
      toast.undoable(
        after.group === null ? text.saved.unshared(after.name) : text.saved.shared(after.name, after.group),
        () => share.mutate({ one: after, group: one.group ?? "" }),
        UNDO_MILLISECONDS,
      ),
    onError,
  });
  const forget = useMutation({
    mutationFn: (one: Settings) => call("delete", "/apps/{app}/settings/{name}", { path: { app: app.id, name: one.name } }),
    onSuccess: (_, one) => toast.undoable(text.saved.removed(one.name), () => bringBack.mutate(one), UNDO_MILLISECONDS),
    onError,
    onSettled: done,
  });
  const bringBack = useMutation({
    mutationFn: (one: Settings) => put({ as: one.name, request: one.request, group: one.group ?? "" }),
    onError,
  });
  const load = (chosen: JobRequest) => {
    fill(chosen);
    setOpen(false);
  };
  const loadOthers = (one: Settings) => {
    setLoaded(undefined);
    setName(one.name); // saved under it they are one's own
    load(one.request);
    const files = [...new Set((one.filesLeftOut ?? []).map((input) => propertyOf(app, input.replace(/\..*$/, "")).title ?? input))];
    if (files.length > 0) {
      toast.done(text.saved.ownFiles(one.owner, files.join(", ")));
    }
  };
  const last = kept?.last ?? undefined;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus shadow="md" transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button size="xs" variant="default" rightSection={<Icon name="down" size={12} />} onClick={() => setOpen(!open)}>
          {text.saved.title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown miw={280} maw="min(420px, calc(100vw - 24px))" p="xs" mah="70vh" style={{ overflowY: "auto" }}>
        <Stack gap={2}>
          <Button variant="subtle" size="compact-sm" justify="flex-start" disabled={last === undefined} leftSection={<Icon name="again" size={14} />} onClick={() => last !== undefined && load(last)}>
            {text.saved.last}
          </Button>
          {settings.length > 0 && <Divider my={4} />}
          {settings.map((one) => (
            <Stack key={one.name} gap={2}>
              <Group gap={4} wrap="nowrap">
                <Button
                  variant="subtle"
                  size="compact-sm"
                  justify="flex-start"
                  flex={1}
                  onClick={() => {
                    setLoaded({ name: one.name, version: one.version });
                    setName("");
                    load(one.request);
                  }}
                >
                  {one.name}
                </Button>
                {one.group !== null && (
                  <Text size="xs" c="dimmed">
                    {text.saved.sharedWith(one.group)}
                  </Text>
                )}
                {(groups.length > 0 || one.group !== null) && (
                  <ActionIcon
                    variant="subtle"
                    aria-label={text.saved.share(one.name)}
                    aria-expanded={sharing === one.name}
                    onClick={() => setSharing(sharing === one.name ? undefined : one.name)}
                  >
                    <Icon name="share" size={14} />
                  </ActionIcon>
                )}
                <ActionIcon variant="subtle" aria-label={text.saved.remove(one.name)} onClick={() => forget.mutate(one)}>
                  <Icon name="cross" size={14} />
                </ActionIcon>
              </Group>
              {sharing === one.name && (
                <NativeSelect
                  size="xs"
                  px={8}
                  pb={4}
                  label={text.saved.share(one.name)}
                  description={text.saved.shareHelp}
                  disabled={share.isPending}
                  value={one.group ?? ""}
                  data={[{ value: "", label: text.saved.nobody }, ...new Set([...groups, ...(one.group === null ? [] : [one.group])])]}
                  onChange={(e) => share.mutate({ one, group: e.currentTarget.value })}
                />
              )}
            </Stack>
          ))}
          {[...new Set(shared.map((one) => one.group ?? ""))].map((group) => (
            <Stack key={group} gap={2} role="group" aria-label={text.saved.ofGroup(group)}>
              <Divider my={4} label={text.saved.ofGroup(group)} labelPosition="left" />
              {shared
                .filter((one) => one.group === group)
                .map((one) => (
                  <Button
                    key={`${one.owner}/${one.name}`}
                    variant="subtle"
                    size="compact-sm"
                    justify="space-between"
                    rightSection={
                      <Text size="xs" c="dimmed">
                        {text.saved.from(one.owner)}
                      </Text>
                    }
                    onClick={() => loadOthers(one)}
                  >
                    {one.name}
                  </Button>
                ))}
            </Stack>
          ))}
          <Divider my={4} />
          {request !== undefined && loaded !== undefined && settings.some((one) => one.name === loaded.name) && (
            <Button variant="subtle" size="compact-sm" justify="flex-start" onClick={() => save.mutate({ as: loaded.name, request, version: loaded.version })}>
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
            <Button
              size="xs"
              disabled={name.trim() === "" || request === undefined}
              loading={save.isPending}
              onClick={() => request !== undefined && save.mutate({ as: name.trim(), request })}
            >
              {text.saved.keep}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
