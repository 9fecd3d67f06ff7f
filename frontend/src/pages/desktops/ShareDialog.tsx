/** Makes links to one desktop and takes them back. */
import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Desktop } from "../../api/types";
import { desktops } from "../../text/desktops";
import { ShownOnce } from "../../ui/copy";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";

const text = desktops.sharing;
const HOURS = [1, 8, 24, 168, 720];

export function ShareDialog({ desktop, close }: { desktop: Desktop; close: () => void }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [control, setControl] = useState(false);
  const [hours, setHours] = useState("24");
  const refresh = () => void client.invalidateQueries({ queryKey: keys.desktops });
  const make = useMutation({
    mutationFn: () =>
      call("post", "/desktops/{desktop}/shares", {
        path: { desktop: desktop.id },
        body: { name: name.trim(), control, hours: Number(hours) },
      }),
    onSuccess: refresh,
    onError: (e) => toast.failed(words(e)),
    gcTime: 0,
  });
  const revoke = useMutation({
    mutationFn: (share: number) =>
      call("delete", "/desktops/{desktop}/shares/{share}", { path: { desktop: desktop.id, share } }),
    onSuccess: () => toast.done(text.revoked),
    onError: (e) => toast.failed(words(e)),
    onSettled: refresh,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Modal opened onClose={close} title={text.title(desktop.title)} size="lg">
      <Stack gap="md">
        <Text size="sm">{text.body}</Text>
        {make.data === undefined ? (
          <form onSubmit={submit}>
            <Stack gap="sm">
              <TextInput
                label={text.name}
                placeholder={text.placeholder}
                required
                withAsterisk={false}
                maxLength={100}
                data-autofocus
                value={name}
                onChange={(e) => setName(e.currentTarget.value)}
              />
              <Checkbox label={text.control} checked={control} onChange={(e) => setControl(e.currentTarget.checked)} />
              <Select
                label={text.hours}
                data={HOURS.map((h) => ({ value: String(h), label: text.hour(h) }))}
                value={hours}
                allowDeselect={false}
                onChange={(value) => setHours(value ?? "24")}
              />
              <Button type="submit" disabled={name.trim() === ""} loading={make.isPending} style={{ alignSelf: "flex-start" }}>
                {text.make}
              </Button>
            </Stack>
          </form>
        ) : (
          <ShownOnce words={text.once} label={text.link} value={`${window.location.origin}/desktops/shared#${make.data.secret}`} />
        )}
        <section>
          <Title order={3} fz="sm" mb={4}>
            {text.existing}
          </Title>
          {desktop.shares.length === 0 && (
            <Text size="sm" c="dimmed">
              {text.none}
            </Text>
          )}
          <Stack gap={4}>
            {desktop.shares.map((share) => (
              <Group key={share.id} justify="space-between" wrap="nowrap">
                <Text size="sm" className="wrap">
                  {share.name} · {share.control ? text.mayUse : text.mayWatch} · {text.until} <Ago at={share.expiresAt} />
                </Text>
                <Button size="xs" variant="default" onClick={() => revoke.mutate(share.id)}>
                  {text.revoke}
                </Button>
              </Group>
            ))}
          </Stack>
        </section>
      </Stack>
    </Modal>
  );
}
