import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent, type ReactElement } from "react";
import { Link, Navigate } from "react-router";
import { adoptSession, ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Session } from "../../api/types";
import { isLeaving, markLeaving } from "../../app/leaving";
import { useAddress } from "../../lib/address";
import { text } from "../../text/entry";
import { EntryFrame, safeNext } from "./EntryFrame";

export function LoginPage({ session }: { session: Session }): ReactElement {
  const [search] = useAddress();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const next = search.get("next");
  const login = useMutation({
    mutationFn: () => call("post", "/session", { body: { name: name.trim(), password } }),
    onSuccess: (answer) => {
      markLeaving(false);
      client.setQueryData(keys.session, adoptSession(answer));
    },
    onError: () => setPassword(""),
  });
  if (session.user !== null) {
    return <Navigate to={safeNext(next)} replace />;
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const { registration, setupNeeded } = session.portal;
  return (
    <EntryFrame title={text.login.title(session.portal.name)}>
      {setupNeeded && <Alert color="petrol">{text.login.setupNeeded}</Alert>}
      {next !== null && !login.isError && !setupNeeded && <Text c="dimmed">{text.login.expired}</Text>}
      {next === null && isLeaving() && !login.isError && <Text c="dimmed">{text.login.loggedOut}</Text>}
      {login.isError && (
        <Alert color="red" role="alert" className="wrap">
          {login.error instanceof ApiError && login.error.status === 401 && login.error.problem.detail === undefined
            ? text.login.wrong
            : words(login.error)}
        </Alert>
      )}
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={text.login.name}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            autoFocus
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <PasswordInput
            label={text.login.password}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
          />
          <Button type="submit" loading={login.isPending} mt="xs">
            {text.login.action}
          </Button>
        </Stack>
      </form>
      {!setupNeeded && (
        <Text size="sm" c="dimmed">
          {registration === "closed" ? (
            text.login.closed
          ) : (
            <>
              {text.login.noAccount}{" "}
              <Anchor component={Link} to="/register" underline="always">
                {text.login.register}
              </Anchor>
            </>
          )}
        </Text>
      )}
    </EntryFrame>
  );
}
