import { Alert, Button, PasswordInput, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { useUser } from "../../app/user";
import { ApiError, call, words } from "../../api/client";
import { keys, sessionQuery } from "../../api/queries";
import type { Session } from "../../api/types";
import { text as common } from "../../text/common";
import { text as entry } from "../../text/entry";
import { profile as text, roles } from "../../text/places";
import { PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { GroupsTold } from "../jobs/GroupsTold";
import { BrowserNotices } from "./BrowserNotices";
import { Mail } from "./Mail";
import { Samba } from "./Samba";
import { Tokens } from "./Tokens";
import { Webhooks } from "./Webhooks";

export default function ProfilePage(): ReactElement {
  return (
    <Stack gap="xl">
      <PageTitle title={text.title} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Person />
        <Password />
      </SimpleGrid>
      <Samba />
      <BrowserNotices />
      <Mail />
      <Webhooks />
      <Tokens />
    </Stack>
  );
}

function Person(): ReactElement {
  const user = useUser();
  const client = useQueryClient();
  const [fullName, setFullName] = useState(user.fullName ?? "");
  const [email, setEmail] = useState(user.email ?? "");
  const save = useMutation({
    mutationFn: () => call("patch", "/users/{user}", { path: { user: user.name }, body: { fullName, email } }),
    onSuccess: (after) => {
      client.setQueryData<Session>(keys.session, (s) => (s === undefined ? s : { ...s, user: after }));
      toast.done(common.saved);
    },
    onError: (e) => toast.failed(words(e)),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <section aria-labelledby="person">
      <Title order={2} id="person" mb="sm">
        {text.person}
      </Title>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {text.name}: <b>{user.name}</b> · {text.roles}: {user.roles.map((r) => roles[r]?.label ?? r).join(", ")} · {text.groups}:{" "}
            {user.groups.length === 0 ? text.noGroups : user.groups.join(", ")}
          </Text>
          <GroupsTold />
          <TextInput label={text.fullName} autoComplete="name" maxLength={200} value={fullName} onChange={(e) => setFullName(e.currentTarget.value)} />
          <TextInput label={text.email} type="email" autoComplete="email" maxLength={254} value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
          <Button type="submit" variant="default" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
            {common.save}
          </Button>
        </Stack>
      </form>
    </section>
  );
}

function Password(): ReactElement {
  const user = useUser();
  const client = useQueryClient();
  const [present, setPresent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => call("put", "/users/{user}/password", { path: { user: user.name }, body: { present, password } }),
    onSuccess: () => {
      setPresent("");
      setPassword("");
      toast.done(text.password.changed);
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey }); // the CSRF token may be a new one
    },
  });
  const short = password !== "" && password.length < 8;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (password.length >= 8) {
      change.mutate();
    }
  };
  const field = (name: string) => (change.error instanceof ApiError ? change.error.field(name) : undefined);
  return (
    <section aria-labelledby="password">
      <Title order={2} id="password" mb="sm">
        {text.password.title}
      </Title>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {change.isError && (
            <Alert color="red" role="alert" className="wrap">
              {words(change.error)}
            </Alert>
          )}
          <input type="text" name="username" autoComplete="username" value={user.name} readOnly hidden />
          <PasswordInput
            label={text.password.present}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={present}
            error={field("present")}
            onChange={(e) => setPresent(e.currentTarget.value)}
          />
          <PasswordInput
            label={text.password.next}
            description={text.password.help}
            autoComplete="new-password"
            required
            withAsterisk={false}
            maxLength={1024}
            value={password}
            error={field("password") ?? (short ? entry.register.shortPassword(password.length) : undefined)}
            onChange={(e) => setPassword(e.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
            {text.password.change}
          </Button>
        </Stack>
      </form>
    </section>
  );
}
