import { Alert, Button, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Settings } from "../../api/types";
import { admin } from "../../text/places";
import { ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";

const text = admin.settings;

export function SettingsTab(): ReactElement {
  const settings = useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => call("get", "/settings", { signal }) });
  if (settings.isError) {
    return <ErrorBox error={settings.error} retry={() => void settings.refetch()} />;
  }
  return settings.data === undefined ? (
    <Loading />
  ) : (
    <Stack gap="xl">
      <SettingsForm start={settings.data} />
      <Wall />
    </Stack>
  );
}

/** Whether the disk itself holds people to their quota; nothing until that is known. */
function Wall(): ReactElement | null {
  const wall = useQuery({ queryKey: keys.wall, queryFn: ({ signal }) => call("get", "/storage/wall", { signal }) });
  if (wall.data === undefined) {
    return null;
  }
  const reasons = new Map<string, string[]>();
  for (const [person, why] of Object.entries(wall.data.why)) {
    reasons.set(why, [...(reasons.get(why) ?? []), person]);
  }
  return (
    <Stack gap={4} maw={560} role="group" aria-label={text.quota(wall.data.quotaBytes)}>
      <Text fw={600}>{text.quota(wall.data.quotaBytes)}</Text>
      <Text size="sm" c="dimmed">
        {reasons.size === 0 ? text.held : text.notHeld}
      </Text>
      {[...reasons].map(([why, people]) => (
        <Text key={why} size="sm" className="wrap">
          {text.whose(people)}: {why}
        </Text>
      ))}
    </Stack>
  );
}

function SettingsForm({ start }: { start: Settings }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState(start.name);
  const [registration, setRegistration] = useState(start.registration);
  const [announcement, setAnnouncement] = useState(start.announcement ?? "");
  const save = useMutation({
    mutationFn: () => call("put", "/settings", { body: { name: name.trim(), registration, announcement: announcement.trim() || null } }),
    onSuccess: (after) => {
      client.setQueryData(keys.settings, after);
      client.setQueryData(keys.announcement, after.announcement ?? null);
      void client.invalidateQueries({ queryKey: keys.session });
      toast.done(text.saved);
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const field = (f: string) => (save.error instanceof ApiError ? save.error.field(f) : undefined);
  return (
    <form onSubmit={submit}>
      <Stack gap="lg" maw={560}>
        {save.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(save.error)}
          </Alert>
        )}
        <TextInput
          label={text.name}
          description={text.nameHelp}
          required
          withAsterisk={false}
          maxLength={64}
          value={name}
          error={field("name")}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <Radio.Group label={text.registration} value={registration} onChange={(value) => setRegistration(value)}>
          <Stack gap={8} mt={6}>
            <Radio value="open" label={text.open} />
            <Radio value="approval" label={text.approval} />
            <Radio value="closed" label={text.closed} />
          </Stack>
        </Radio.Group>
        <Textarea
          label={text.announcement}
          description={text.announcementHelp}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={2000}
          value={announcement}
          error={field("announcement")}
          onChange={(e) => setAnnouncement(e.currentTarget.value)}
        />
        <Button type="submit" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
          {text.save}
        </Button>
      </Stack>
    </form>
  );
}
