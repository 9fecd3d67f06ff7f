import { ActionIcon, Alert, Anchor, Badge, Button, Checkbox, Group, Modal, NumberInput, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { Link } from "react-router";
import { may, useUser } from "../../app/user";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Scope, Token } from "../../api/types";
import { text as common } from "../../text/common";
import { profile } from "../../text/places";
import { reference } from "../../text/reference";
import { confirm } from "../../ui/confirm";
import { ShownOnce } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";

const text = profile.tokens;
const SCOPES: readonly Scope[] = ["jobs", "jobs:read", "files", "files:read", "pool", "admin"];

export function Tokens(): ReactElement {
  const [making, setMaking] = useState(false);
  const tokens = useQuery({ queryKey: keys.tokens, queryFn: async ({ signal }) => (await call("get", "/tokens", { signal })).tokens });
  return (
    <section aria-labelledby="tokens">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="tokens">
          {text.title}
        </Title>
        <Button variant="default" leftSection={<Icon name="key" size={16} />} onClick={() => setMaking(true)}>
          {text.make}
        </Button>
      </Group>
      <Text c="dimmed" size="sm" mb="sm">
        {text.body}{" "}
        <Anchor component={Link} to="/reference" inherit underline="always">
          {reference.openFrom}
        </Anchor>
      </Text>
      {tokens.isPending && <Loading />}
      {tokens.isError && <ErrorBox error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <Text c="dimmed">{text.none}</Text>}
      {tokens.data !== undefined && tokens.data.length > 0 && (
        <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.columns.name}</Table.Th>
              <Table.Th>{text.columns.scopes}</Table.Th>
              <Table.Th visibleFrom="sm" w={130}>
                {text.columns.used}
              </Table.Th>
              <Table.Th w={100}>{text.columns.expires}</Table.Th>
              <Table.Th w={52}>
                <span className="unseen">{text.columns.actions}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {making && <MakeToken close={() => setMaking(false)} />}
    </section>
  );
}

function TokenRow({ token }: { token: Token }): ReactElement {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => call("delete", "/tokens/{token}", { path: { token: token.id } }),
    onSuccess: () => {
      toast.done(text.revoked(token.name));
      void client.invalidateQueries({ queryKey: keys.tokens });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const ask = async () => {
    if (await confirm(text.sureRevoke(token.name), text.revokeAction)) {
      revoke.mutate();
    }
  };
  return (
    <Table.Tr>
      <Table.Td className="wrap">{token.name}</Table.Td>
      <Table.Td>
        <Group gap={4}>
          {token.scopes.map((scope) => (
            <Badge key={scope} variant="default" tt="none" fw={500} size="sm" title={text.scopeHelp[scope]}>
              {scope}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Ago at={token.lastUsedAt} never={text.never} />
      </Table.Td>
      <Table.Td>
        <Ago at={token.expiresAt} />
      </Table.Td>
      <Table.Td>
        <ActionIcon variant="subtle" color="gray" aria-label={text.revoke(token.name)} onClick={() => void ask()}>
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}

function MakeToken({ close }: { close: () => void }): ReactElement {
  const user = useUser();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["jobs", "files"]);
  const [days, setDays] = useState(90);
  const make = useMutation({
    mutationFn: () => call("post", "/tokens", { body: { name: name.trim(), scopes: scopes as Scope[], days } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.tokens }),
    gcTime: 0,
  });
  const offered = SCOPES.filter((s) => (s === "admin" ? may(user, "administrator") : s === "pool" ? may(user, "pool-admin") : true));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (scopes.length > 0) {
      make.mutate();
    }
  };
  return (
    <Modal opened onClose={close} title={text.make} closeButtonProps={{ "aria-label": common.close }}>
      {make.data !== undefined ? (
        <Stack gap="sm">
          <ShownOnce words={text.shownOnce} value={make.data.token} label={text.make} />
          <Button variant="default" onClick={close} style={{ alignSelf: "flex-end" }}>
            {common.close}
          </Button>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            {make.isError && (
              <Alert color="red" role="alert" className="wrap">
                {words(make.error)}
              </Alert>
            )}
            <TextInput
              label={text.name}
              placeholder={text.namePlaceholder}
              required
              withAsterisk={false}
              maxLength={100}
              data-autofocus
              value={name}
              onChange={(e) => setName(e.currentTarget.value)}
            />
            <Checkbox.Group label={text.scopes} value={scopes} onChange={setScopes} error={scopes.length === 0 ? text.pickScope : undefined}>
              <Stack gap={8} mt={6}>
                {offered.map((s) => (
                  <Checkbox key={s} value={s} label={s} description={text.scopeHelp[s]} />
                ))}
              </Stack>
            </Checkbox.Group>
            <NumberInput
              label={text.days}
              min={1}
              max={365}
              clampBehavior="strict"
              allowDecimal={false}
              value={days}
              onChange={(value) => setDays(typeof value === "number" ? value : 90)}
              w={140}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {common.cancel}
              </Button>
              <Button type="submit" loading={make.isPending} disabled={name.trim() === ""}>
                {text.create}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
