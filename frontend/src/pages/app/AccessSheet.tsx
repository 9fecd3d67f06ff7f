/** Says who may see, run and publish an application. */
import { Alert, Badge, Button, Drawer, Group, MultiSelect, Radio, Stack, TagsInput, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { ApiError, call, words } from "../../api/client";
import { appAccessQuery, groupsQuery, keys } from "../../api/queries";
import type { AppAccess, AppStage } from "../../api/types";
import { access as text } from "../../text/authoring";
import { text as common } from "../../text/common";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";

const STAGES: readonly AppStage[] = ["draft", "group", "everyone"];

export interface Named {
  id: string;
  title: string;
}

/** How far it is published, where that is not to everyone. */
export function StageBadge({ stage }: { stage: AppStage | undefined }): ReactElement | null {
  if (stage === undefined || stage === "everyone") {
    return null;
  }
  return (
    <Badge variant="light" color={stage === "draft" ? "yellow" : "blue"} tt="none" fw={500} leftSection={<Icon name={stage === "draft" ? "pencil" : "person"} size={12} />} style={{ flexShrink: 0, color: "var(--mantine-color-text)" }}>
      {text.stages[stage].label}
    </Badge>
  );
}

export function AccessSheet({ app, close }: { app: Named; close: () => void }): ReactElement {
  const access = useQuery({ ...appAccessQuery(app.id), staleTime: 0, refetchOnWindowFocus: false });
  return (
    <Drawer opened onClose={close} position="right" size="md" title={text.of(app.title)} closeButtonProps={{ "aria-label": common.close }} transitionProps={{ duration: 120 }}>
      {access.isError && <ErrorBox error={access.error} retry={() => void access.refetch()} />}
      {access.isPending && <Loading />}
      {access.data !== undefined && <Choice key={access.data.version} app={app} access={access.data} close={close} />}
    </Drawer>
  );
}

function Choice({ app, access, close }: { app: Named; access: AppAccess; close: () => void }): ReactElement {
  const client = useQueryClient();
  const groups = useQuery(groupsQuery);
  const [wanted, setWanted] = useState(access);
  const change = (part: Partial<AppAccess>) => setWanted((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => call("put", "/apps/{app}/access", { path: { app: app.id }, body: wanted }),
    onSuccess: (after) => {
      client.setQueryData(keys.appAccess(app.id), after);
      void client.invalidateQueries({ queryKey: keys.apps });
      void client.invalidateQueries({ queryKey: keys.app(app.id) });
      toast.done(text.done[after.stage](app.title));
      close();
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const told = ["users", "groups", "authors"].some((name) => field(name) !== undefined);
  const names = [...new Set([...(groups.data ?? []).map((g) => g.name), ...access.groups])].sort();
  return (
    <Stack gap="md">
      {save.isError && !told && (
        <Alert color="red" role="alert" className="wrap">
          {words(save.error)}
        </Alert>
      )}
      <Radio.Group label={text.stage} value={wanted.stage} onChange={(stage) => change({ stage })}>
        <Stack gap={8} mt={6}>
          {STAGES.map((stage) => (
            <Radio key={stage} value={stage} label={text.stages[stage].label} description={text.stages[stage].help} />
          ))}
        </Stack>
      </Radio.Group>
      {wanted.stage === "group" && (
        <>
          <MultiSelect
            label={text.groups}
            description={names.length === 0 ? text.noGroups : text.groupsHelp}
            data={names}
            value={wanted.groups}
            onChange={(value) => change({ groups: value })}
            error={field("groups")}
            disabled={names.length === 0}
          />
          <TagsInput label={text.users} description={text.usersHelp} value={wanted.users} onChange={(value) => change({ users: value })} error={field("users")} maxTags={200} acceptValueOnBlur />
        </>
      )}
      <TagsInput label={text.authors} description={text.authorsHelp} value={wanted.authors} onChange={(value) => change({ authors: value })} error={field("authors")} maxTags={20} acceptValueOnBlur />
      <Text size="sm" c="dimmed">
        {text.running}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {common.cancel}
        </Button>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {wanted.stage === access.stage ? text.save : text.publish[wanted.stage]}
        </Button>
      </Group>
    </Stack>
  );
}
