import { Alert, Button, Group, PasswordInput, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { useUser } from "../../app/user";
import { ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { SambaState } from "../../api/types";
import { profile } from "../../text/places";
import { confirm } from "../../ui/confirm";
import { CopyLine } from "../../ui/copy";
import { ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";

const text = profile.samba;
const SHORTEST = 8;

/** Whether Samba runs, where it is mounted from, and the caller's own password for it. */
export function Samba(): ReactElement {
  const state = useQuery({ queryKey: keys.samba, queryFn: ({ signal }) => call("get", "/storage/samba", { signal }) });
  return (
    <section aria-labelledby="samba">
      <Title order={2} id="samba" mb="xs">
        {text.title}
      </Title>
      {state.isPending && <Loading />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined &&
        (state.data.running ? (
          <>
            <Text c="dimmed" size="sm" mb="sm">
              {text.body}
            </Text>
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
              <Places state={state.data} />
              <SambaPassword state={state.data} />
            </SimpleGrid>
          </>
        ) : (
          <Text c="dimmed" className="wrap">
            {text.off(state.data.why ?? "")}
          </Text>
        ))}
    </section>
  );
}

/** The last address is the one of the network, where there is one. */
function Places({ state }: { state: SambaState }): ReactElement {
  const first = state.addresses.find((a) => a === location.hostname) ?? state.addresses[state.addresses.length - 1] ?? location.hostname;
  const address = first === "0.0.0.0" || first === "::" ? location.hostname : first;
  const host = address.includes(":") ? `[${address}]` : address;
  const port = state.port ?? 0;
  return (
    <Stack gap="xs">
      <Text size="sm">{text.address}</Text>
      <CopyLine value={`smb://${host}:${port}/${state.share}`} label={text.address} />
      <Text size="sm">{text.windows}</Text>
      <CopyLine value={`net use * \\\\${address}\\${state.share} /TCPPORT:${port}`} label={text.windows} />
      {state.withoutPassword && <Text size="sm">{text.withoutPassword}</Text>}
    </Stack>
  );
}

function SambaPassword({ state }: { state: SambaState }): ReactElement {
  const user = useUser();
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const seen = () => void client.invalidateQueries({ queryKey: keys.samba });
  const set = useMutation({
    mutationFn: () => call("put", "/storage/samba/password", { body: { password } }),
    onSuccess: () => {
      setPassword("");
      toast.done(text.isSet);
      seen();
    },
    gcTime: 0,
  });
  const remove = useMutation({
    mutationFn: () => call("delete", "/storage/samba/password"),
    onSuccess: () => {
      toast.done(text.removed);
      seen();
    },
    onError: (e) => toast.failed(words(e)),
  });
  const ask = async () => {
    if (await confirm(text.sureRemove, text.remove)) {
      remove.mutate();
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (password.length >= SHORTEST) {
      set.mutate();
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{state.hasPassword ? text.has : text.hasNot}</Text>
        {set.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(set.error)}
          </Alert>
        )}
        <input type="text" name="username" autoComplete="username" value={user.name} readOnly hidden />
        <PasswordInput
          label={text.next}
          description={text.help}
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={SHORTEST}
          maxLength={128}
          value={password}
          error={set.error instanceof ApiError ? set.error.field("password") : undefined}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        <Group gap="sm">
          <Button type="submit" variant="default" loading={set.isPending}>
            {text.set}
          </Button>
          {state.hasPassword && (
            <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => void ask()}>
              {text.remove}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
