/** The authority as it is: locked or not, its key to compare, how a machine asks. */
import { Alert, Button, Group, PasswordInput, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { CaState } from "../../api/types";
import { count, exact } from "../../lib/format";
import { certificates } from "../../text/certificates";
import { CopyLine } from "../../ui/copy";
import { Facts } from "../../ui/facts";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";

const text = certificates.state;

export function AuthorityCard({ state }: { state: CaState }): ReactElement {
  const facts = [
    [text.key, certificates.make.algorithms[(state.algorithm ?? "p256") as keyof typeof certificates.make.algorithms]],
    [text.until, state.until === undefined ? "" : exact(state.until)],
    [text.issued, count(state.issued ?? 0)],
    [text.aloud, state.words ?? ""],
  ] as const;
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="authority">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="authority" size="h4" className="wrap">
          {state.name}
        </Title>
        {state.locked !== true && <Unlocked />}
      </Group>
      {state.locked === true && <Locked />}
      <Facts facts={facts} large />
      <Text size="sm" c="dimmed" mt="sm" mb={4}>
        {text.fingerprint}
      </Text>
      <CopyLine value={state.fingerprint ?? ""} label={text.fingerprint} />
      <Text size="sm" c="dimmed" mt="sm" mb={4}>
        {text.enrol}
      </Text>
      <CopyLine value={text.enrolCommand(state.link ?? "")} label={text.enrol} />
    </section>
  );
}

function Unlocked(): ReactElement {
  const client = useQueryClient();
  const lock = useMutation({
    mutationFn: () => call("post", "/ca/lock"),
    onSuccess: (now) => {
      client.setQueryData(keys.ca, now);
      toast.done(text.lockedNow);
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Group gap="sm">
      <Text size="sm" c="var(--state-good)" fw={600}>
        <Icon name="check" size={14} /> {text.unlocked}
      </Text>
      <Button size="xs" variant="default" loading={lock.isPending} onClick={() => lock.mutate()}>
        {text.lock}
      </Button>
    </Group>
  );
}

function Locked(): ReactElement {
  const client = useQueryClient();
  const [passphrase, setPassphrase] = useState("");
  const unlock = useMutation({
    mutationFn: () => call("post", "/ca/unlock", { body: { passphrase } }),
    onSuccess: (now) => {
      client.setQueryData(keys.ca, now);
      toast.done(text.unlockedNow);
    },
  });
  return (
    <Alert color="yellow" variant="light" icon={<Icon name="key" />} mb="md">
      <Text fw={600}>{text.locked}</Text>
      <Text size="sm" mb="xs">
        {text.lockedWhy}
      </Text>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          unlock.mutate();
        }}
      >
        <Group align="end" gap="sm">
          <PasswordInput
            label={certificates.make.passphrase}
            w={280}
            autoComplete="current-password"
            error={unlock.isError ? words(unlock.error) : undefined}
            value={passphrase}
            onChange={(e) => setPassphrase(e.currentTarget.value)}
          />
          <Button type="submit" disabled={passphrase === ""} loading={unlock.isPending}>
            {text.unlock}
          </Button>
        </Group>
      </form>
    </Alert>
  );
}
