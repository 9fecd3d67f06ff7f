import { Alert, Button, Group, Radio, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { useUser } from "../../app/user";
import { ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { MailChoice, MailState } from "../../api/types";
import { language } from "../../lib/language";
import { text as common } from "../../text/common";
import { mail as text } from "../../text/notices";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";

const CHOICES: readonly MailChoice[] = ["none", "failed", "all"];

/** Of which ends the person is told by mail, and at which address, once it was confirmed. */
export function Mail(): ReactElement {
  const state = useQuery({ queryKey: keys.mail, queryFn: ({ signal }) => call("get", "/mail", { signal }) });
  return (
    <section aria-labelledby="mail">
      <Title order={2} id="mail" mb="xs">
        {text.title}
      </Title>
      {state.isPending && <Loading />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined &&
        (state.data.available ? (
          <Stack gap="md" maw={560}>
            <Text c="dimmed" size="sm">
              {text.body(state.data.minutes)}
            </Text>
            <Standing state={state.data} />
            <Address state={state.data} key={state.data.address ?? ""} />
          </Stack>
        ) : (
          <Text c="dimmed">{text.off}</Text>
        ))}
    </section>
  );
}

/** Where it stands: in use, waiting for its code, or refused. */
function Standing({ state }: { state: MailState }): ReactElement | null {
  if (state.address === null) {
    return null;
  }
  return (
    <>
      {state.problem !== null && (
        <Alert color="red" role="alert" className="wrap">
          {text.problem(state.problem)}
        </Alert>
      )}
      {state.confirmed ? (
        <Group gap={6} wrap="nowrap">
          <Icon name="check" size={16} />
          <Text size="sm" className="wrap">
            {text.confirmed(state.address)}
          </Text>
        </Group>
      ) : (
        <Code address={state.address} />
      )}
    </>
  );
}

function Code({ address }: { address: string }): ReactElement {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const seen = (after: MailState) => client.setQueryData(keys.mail, after);
  const confirm = useMutation({
    mutationFn: () => call("post", "/mail/confirm", { body: { code: code.trim() } }),
    onSuccess: (after) => {
      seen(after);
      toast.done(text.isConfirmed);
    },
  });
  const again = useMutation({
    mutationFn: () => call("post", "/mail/code"),
    onSuccess: (after) => {
      seen(after);
      toast.done(text.codeSent(address));
    },
    onError: (e) => toast.failed(words(e)),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={text.code}
          description={text.codeHelp(address)}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={20}
          maw={280}
          value={code}
          error={confirm.isError ? words(confirm.error) : undefined}
          onChange={(e) => setCode(e.currentTarget.value)}
        />
        <Group gap="sm">
          <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ""}>
            {text.confirm}
          </Button>
          <Button variant="subtle" loading={again.isPending} onClick={() => again.mutate()}>
            {text.another}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Address({ state }: { state: MailState }): ReactElement {
  const user = useUser();
  const client = useQueryClient();
  const [address, setAddress] = useState(state.address ?? user.email ?? "");
  const [choice, setChoice] = useState<MailChoice>(state.address === null ? "failed" : state.choice);
  const save = useMutation({
    mutationFn: async () => {
      await call("patch", "/users/{user}", { path: { user: user.name }, body: { language } }); // it is mailed to in what is read here
      return call("put", "/mail", { body: { address: address.trim(), choice } });
    },
    onSuccess: (after) => {
      client.setQueryData(keys.mail, after);
      toast.done(after.confirmed ? common.saved : text.codeSent(after.address ?? ""));
    },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.mail }),
  });
  const remove = useMutation({
    mutationFn: () => call("delete", "/mail"),
    onSuccess: () => {
      toast.done(text.removed);
      void client.invalidateQueries({ queryKey: keys.mail });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const wrong = save.error instanceof ApiError ? save.error.field("address") : undefined;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {save.isError && wrong === undefined && (
          <Alert color="red" role="alert" className="wrap">
            {words(save.error)}
          </Alert>
        )}
        <TextInput
          label={text.address}
          type="text"
          inputMode="email"
          autoComplete="email"
          required
          withAsterisk={false}
          maxLength={254}
          value={address}
          error={wrong}
          onChange={(e) => setAddress(e.currentTarget.value)}
        />
        <Radio.Group label={text.choice} value={choice} onChange={setChoice}>
          <Stack gap={8} mt={6}>
            {CHOICES.map((c) => (
              <Radio key={c} value={c} label={text.choices[c]} />
            ))}
          </Stack>
        </Radio.Group>
        <Group gap="sm">
          <Button type="submit" variant="default" loading={save.isPending} disabled={address.trim() === ""}>
            {common.save}
          </Button>
          {state.address !== null && (
            <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
              {text.remove}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
