import { Alert, Anchor, Button, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type SubmitEvent, type ReactElement } from "react";
import { Link, Navigate } from "react-router";
import { adoptSession, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Session } from "../../api/types";
import { text } from "../../text/entry";
import { AccountFields, accountErrors, noAccount } from "./account";
import { EntryFrame } from "./EntryFrame";

/** The secret, read once from the fragment. It never reaches the server's log, and leaves the address at once. */
function takeSecret(): string {
  return decodeURIComponent(window.location.hash.replace(/^#/, ""));
}

export default function SetupPage({ session }: { session: Session }): ReactElement {
  const client = useQueryClient();
  const [secret] = useState(takeSecret);
  const [account, setAccount] = useState(noAccount);
  const [tried, setTried] = useState(false);
  useEffect(() => {
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  const setup = useMutation({
    mutationFn: () =>
      call("post", "/setup", {
        body: { secret, name: account.name, password: account.password, fullName: account.fullName || undefined },
      }),
    onSuccess: (answer) => client.setQueryData(keys.session, adoptSession(answer)),
  });
  if (session.user !== null) {
    return <Navigate to="/" replace />;
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const errors = accountErrors(account);
    if (errors.name === undefined && errors.password === undefined) {
      setup.mutate();
    }
  };
  if (!session.portal.setupNeeded || secret === "") {
    return (
      <EntryFrame title={text.setup.title}>
        <Text>{session.portal.setupNeeded ? text.setup.noSecret : text.setup.done}</Text>
        <Anchor component={Link} to="/login" underline="always">
          {text.setup.toLogin}
        </Anchor>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame title={text.setup.title}>
      <Text c="dimmed">{text.setup.body}</Text>
      {setup.isError && (
        <Alert color="red" role="alert" className="wrap">
          {words(setup.error)}
        </Alert>
      )}
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <AccountFields account={account} change={setAccount} tried={tried} error={setup.error} />
          <Button type="submit" loading={setup.isPending} mt="xs">
            {text.setup.action}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}
