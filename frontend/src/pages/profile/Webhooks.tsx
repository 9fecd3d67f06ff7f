import { ActionIcon, Alert, Button, Checkbox, Group, Modal, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { EndKind, Webhook, WebhookDelivery } from "../../api/types";
import { exact } from "../../lib/format";
import { text as common } from "../../text/common";
import { ends, webhooks as text } from "../../text/notices";
import { confirm } from "../../ui/confirm";
import { ShownOnce } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";

const KINDS: readonly EndKind[] = ["completed", "failed", "removed", "held", "needs_answer"];

/** Addresses that are told of the person's jobs' ends. */
export function Webhooks(): ReactElement {
  const [making, setMaking] = useState(false);
  const hooks = useQuery({ queryKey: keys.webhooks, queryFn: async ({ signal }) => (await call("get", "/webhooks", { signal })).webhooks });
  return (
    <section aria-labelledby="webhooks">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="webhooks">
          {text.title}
        </Title>
        <Button variant="default" leftSection={<Icon name="link" size={16} />} onClick={() => setMaking(true)}>
          {text.make}
        </Button>
      </Group>
      <Text c="dimmed" size="sm" mb="sm">
        {text.body}
      </Text>
      {hooks.isPending && <Loading />}
      {hooks.isError && <ErrorBox error={hooks.error} retry={() => void hooks.refetch()} />}
      {hooks.data?.length === 0 && <Text c="dimmed">{text.none}</Text>}
      <Stack gap="sm">
        {hooks.data?.map((hook) => (
          <Card key={hook.id} hook={hook} />
        ))}
      </Stack>
      {making && <MakeWebhook close={() => setMaking(false)} />}
    </section>
  );
}

function Card({ hook }: { hook: Webhook }): ReactElement {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const seen = () => void client.invalidateQueries({ queryKey: keys.webhooks }); // its deliveries too
  const path = { webhook: hook.id };
  const failed = (e: unknown) => toast.failed(words(e));
  const test = useMutation({
    mutationFn: () => call("post", "/webhooks/{webhook}/test", { path }),
    onSuccess: (made) => {
      if (made.problem === null) {
        toast.done(text.tested(made.tookMillis ?? 0));
      } else {
        toast.failed(text.testFailed(made.problem));
      }
      setOpen(true);
      seen();
    },
    onError: failed,
  });
  const turn = useMutation({
    mutationFn: (on: boolean) => call("patch", "/webhooks/{webhook}", { path, body: { enabled: on } }),
    onSuccess: (after) => {
      toast.done(after.offAt === null ? text.switchedOn : text.switchedOff);
      seen();
    },
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => call("delete", "/webhooks/{webhook}", { path }),
    onSuccess: () => {
      toast.done(text.deleted);
      seen();
    },
    onError: failed,
  });
  const change = useMutation({
    mutationFn: () => call("post", "/webhooks/{webhook}/secret", { path }),
    onSuccess: seen,
    onError: failed,
    gcTime: 0,
  });
  const ask = async () => {
    if (await confirm(text.sureDelete(hook.url), text.delete)) {
      remove.mutate();
    }
  };
  const on = hook.offAt === null;
  return (
    <Stack gap="xs" className="card" p="sm" role="group" aria-label={hook.url}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text className="mono wrap" size="sm">
          {hook.url}
        </Text>
        <ActionIcon variant="subtle" color="gray" aria-label={text.deleteOf(hook.url)} onClick={() => void ask()}>
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Group>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Icon name={on ? "check" : "pause"} size={16} />
        <Text size="sm" className="wrap">
          <b>{on ? text.on : text.off}</b>
          {on ? ` · ${hook.kinds.length === KINDS.length ? text.all : hook.kinds.map((k) => ends[k] ?? k).join(", ")}` : ` · ${hook.offWhy ?? text.offByYou}`}
          {hook.waiting > 0 && ` · ${text.waiting(hook.waiting)}`}
          {hook.oldSecretUntil !== null && (
            <>
              {" "}
              · {text.oldUntil} <Ago at={hook.oldSecretUntil} />
            </>
          )}
        </Text>
      </Group>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          {text.test}
        </Button>
        <Button size="xs" variant="default" loading={turn.isPending} onClick={() => turn.mutate(!on)}>
          {on ? text.switchOff : text.switchOn}
        </Button>
        <Button size="xs" variant="default" loading={change.isPending} onClick={() => change.mutate()}>
          {text.changeSecret}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          aria-expanded={open}
          rightSection={<Icon name={open ? "up" : "down"} size={14} />}
          onClick={() => setOpen(!open)}
        >
          {text.deliveries}
        </Button>
      </Group>
      {open && <Deliveries hook={hook} />}
      {change.data !== undefined && (
        <Modal opened onClose={change.reset} title={text.newSecret} closeButtonProps={{ "aria-label": common.close }}>
          <Stack gap="sm">
            <ShownOnce words={text.changed(exact(change.data.oldUntil))} value={change.data.secret} label={text.secret} />
            <Button variant="default" onClick={change.reset} style={{ alignSelf: "flex-end" }}>
              {common.close}
            </Button>
          </Stack>
        </Modal>
      )}
    </Stack>
  );
}

function Deliveries({ hook }: { hook: Webhook }): ReactElement {
  const deliveries = useQuery({
    queryKey: keys.deliveries(hook.id),
    queryFn: async ({ signal }) => (await call("get", "/webhooks/{webhook}/deliveries", { path: { webhook: hook.id }, signal })).deliveries,
    refetchInterval: 10_000,
  });
  if (deliveries.isPending) {
    return <Loading />;
  }
  if (deliveries.isError) {
    return <ErrorBox error={deliveries.error} retry={() => void deliveries.refetch()} />;
  }
  if (deliveries.data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {text.noDeliveries}
      </Text>
    );
  }
  return (
    <Stack component="ul" gap={6} m={0} p={0} mah={320} style={{ overflowY: "auto", listStyle: "none" }} tabIndex={0} aria-label={text.deliveriesOf(hook.url)}>
      {deliveries.data.map((one) => (
        <Line key={one.id} one={one} />
      ))}
    </Stack>
  );
}

function Line({ one }: { one: WebhookDelivery }): ReactElement {
  const kind = one.type.replace(/^job\./, "");
  const waits = one.nextAt !== null;
  const delivered = !waits && one.problem === null;
  return (
    <Group component="li" gap={6} wrap="nowrap" align="flex-start">
      <Icon name={delivered ? "check" : waits ? "clock" : "cross"} size={16} />
      <Text size="sm" className="wrap">
        {text.types[kind] ?? ends[kind] ?? kind} · <Ago at={one.triedAt ?? one.createdAt} /> ·{" "}
        {delivered ? text.delivered(one.status ?? 0, one.tookMillis ?? 0) : (one.problem ?? text.notYet)}
        {waits && one.attempts > 0 && (
          <>
            {" "}
            · {text.again} <Ago at={one.nextAt} />
          </>
        )}
        {!waits && !delivered && one.attempts > 1 && ` · ${text.givenUp}`}
      </Text>
    </Group>
  );
}

function MakeWebhook({ close }: { close: () => void }): ReactElement {
  const client = useQueryClient();
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<string[]>([...KINDS]);
  const make = useMutation({
    mutationFn: () => call("post", "/webhooks", { body: { url: url.trim(), kinds: kinds as EndKind[] } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.webhooks }),
    gcTime: 0,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (kinds.length > 0) {
      make.mutate();
    }
  };
  const wrong = make.error instanceof ApiError ? make.error.field("url") : undefined;
  return (
    <Modal opened onClose={close} title={text.make} closeButtonProps={{ "aria-label": common.close }}>
      {make.data !== undefined ? (
        <Stack gap="sm">
          <ShownOnce words={text.shownOnce} value={make.data.secret} label={text.secret} />
          <Button variant="default" onClick={close} style={{ alignSelf: "flex-end" }}>
            {common.close}
          </Button>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            {make.isError && wrong === undefined && (
              <Alert color="red" role="alert" className="wrap">
                {words(make.error)}
              </Alert>
            )}
            <TextInput
              label={text.url}
              description={text.urlHelp}
              placeholder={text.example}
              type="url"
              required
              withAsterisk={false}
              maxLength={2000}
              data-autofocus
              value={url}
              error={wrong}
              onChange={(e) => setUrl(e.currentTarget.value)}
            />
            <Checkbox.Group label={text.kinds} value={kinds} onChange={setKinds} error={kinds.length === 0 ? text.pickKind : undefined}>
              <Stack gap={8} mt={6}>
                {KINDS.map((k) => (
                  <Checkbox key={k} value={k} label={ends[k]} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {common.cancel}
              </Button>
              <Button type="submit" loading={make.isPending} disabled={url.trim() === ""}>
                {text.create}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
