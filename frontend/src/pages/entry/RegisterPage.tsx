import { Alert, Anchor, Button, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent, type ReactElement } from "react";
import { Link, Navigate } from "react-router";
import { adoptSession, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Session } from "../../api/types";
import { text } from "../../text/entry";
import { AccountFields, accountErrors, noAccount } from "./account";
import { EntryFrame } from "./EntryFrame";

export default function RegisterPage({ session }: { session: Session }): ReactElement {
  const client = useQueryClient();
  const [account, setAccount] = useState(noAccount);
  const [email, setEmail] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const register = useMutation({
    mutationFn: () =>
      call("post", "/registrations", {
        body: {
          name: account.name,
          password: account.password,
          fullName: account.fullName || undefined,
          email: email || undefined,
          reason: reason || undefined,
        },
      }),
    onSuccess: (answer: Session | undefined) => {
      if (answer !== undefined && typeof answer.csrf === "string") {
        client.setQueryData(keys.session, adoptSession(answer));
      }
    },
  });
  if (session.user !== null) {
    return <Navigate to="/" replace />;
  }
  const mode = session.portal.registration;
  const back = (
    <Anchor component={Link} to="/login" underline="always" size="sm">
      {text.register.back}
    </Anchor>
  );
  if (mode === "closed" || register.isSuccess) {
    return (
      <EntryFrame title={register.isSuccess ? text.register.sentTitle : text.register.title(session.portal.name)}>
        <Text role="status" className="wrap">
          {register.isSuccess ? text.register.sent(account.name) : text.register.closed}
        </Text>
        {back}
      </EntryFrame>
    );
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const errors = accountErrors(account);
    if (errors.name === undefined && errors.password === undefined) {
      register.mutate();
    }
  };
  return (
    <EntryFrame title={text.register.title(session.portal.name)}>
      <Text c="dimmed">{mode === "open" ? text.register.open : text.register.approval}</Text>
      {register.isError && (
        <Alert color="red" role="alert" className="wrap">
          {words(register.error)}
        </Alert>
      )}
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <AccountFields account={account} change={setAccount} tried={tried} error={register.error} />
          <TextInput
            label={text.register.email}
            type="email"
            autoComplete="email"
            maxLength={254}
            value={email}
            onChange={(e) => setEmail(e.currentTarget.value)}
          />
          {mode === "approval" && (
            <Textarea
              label={text.register.reason}
              description={text.register.reasonHelp}
              maxLength={1000}
              autosize
              minRows={2}
              value={reason}
              onChange={(e) => setReason(e.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={register.isPending} mt="xs">
            {mode === "open" ? text.register.actionOpen : text.register.actionApproval}
          </Button>
        </Stack>
      </form>
      {back}
    </EntryFrame>
  );
}
