/** Who waits first, then everybody. */
import { ActionIcon, Alert, Badge, Box, Button, Group, Menu, Modal, PasswordInput, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { useUser } from "../../app/user";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { User } from "../../api/types";
import { text as common } from "../../text/common";
import { text as entry } from "../../text/entry";
import { admin, roles } from "../../text/places";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { AddPerson } from "./AddPerson";
import { RolesDialog } from "./RolesDialog";

const text = admin.users;

type Dialog = { kind: "none" } | { kind: "add" } | { kind: "roles"; user: User } | { kind: "reset"; user: User };

export function useUsers() {
  return useQuery({ queryKey: keys.users, queryFn: async ({ signal }) => (await call("get", "/users", { signal })).users });
}

/** Approve, deny, disable, enable, delete: each says what it did. */
function useUserActions() {
  const client = useQueryClient();
  const settled = () => void client.invalidateQueries({ queryKey: keys.users });
  const onError = (e: unknown) => toast.failed(words(e));
  const status = useMutation({
    mutationFn: ({ user, to }: { user: User; to: "active" | "disabled" }) =>
      call("patch", "/users/{user}", { path: { user: user.name }, body: { status: to } }),
    onSuccess: (_, { user, to }) =>
      toast.done(to === "disabled" ? text.disabled(user.name) : user.status === "waiting" ? text.approved(user.name) : text.enabled(user.name)),
    onError,
    onSettled: settled,
  });
  const remove = useMutation({
    mutationFn: (user: User) => call("delete", "/users/{user}", { path: { user: user.name } }),
    onSuccess: (_, user) => toast.done(user.status === "waiting" ? text.denied(user.name) : text.removed(user.name)),
    onError,
    onSettled: settled,
  });
  return { status, remove };
}

export function UsersTab(): ReactElement {
  const users = useUsers();
  const [filter, setFilter] = useState("");
  const [dialog, setDialog] = useState<Dialog>({ kind: "none" });
  if (users.isPending) {
    return <Loading lines={6} />;
  }
  if (users.isError) {
    return <ErrorBox error={users.error} retry={() => void users.refetch()} />;
  }
  const waiting = users.data.filter((u) => u.status === "waiting");
  const others = users.data.filter(
    (u) => u.status !== "waiting" && `${u.name} ${u.fullName ?? ""} ${u.email ?? ""}`.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  const close = () => setDialog({ kind: "none" });
  return (
    <Stack gap="lg">
      {waiting.length > 0 && (
        <section aria-labelledby="waiting">
          <Title order={2} id="waiting" mb="xs">
            {text.waiting}
          </Title>
          <Stack gap="sm">
            {waiting.map((u) => (
              <WaitingCard key={u.name} user={u} />
            ))}
          </Stack>
        </section>
      )}
      <Group gap="sm">
        <TextInput
          data-filter
          aria-label={text.filter}
          placeholder={text.filter}
          leftSection={<Icon name="search" size={16} />}
          value={filter}
          onChange={(e) => setFilter(e.currentTarget.value)}
          w={{ base: "100%", xs: 240 }}
        />
        <Text size="sm" c="dimmed">
          {text.count(others.length)}
        </Text>
        <Button ml="auto" leftSection={<Icon name="plus" size={16} />} onClick={() => setDialog({ kind: "add" })}>
          {text.add}
        </Button>
      </Group>
      <Table verticalSpacing="xs" style={{ tableLayout: "fixed" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.columns.name}</Table.Th>
            <Table.Th>{text.columns.roles}</Table.Th>
            <Table.Th w={100} visibleFrom="sm">
              {text.columns.status}
            </Table.Th>
            <Table.Th w={120} visibleFrom="sm">
              {text.columns.login}
            </Table.Th>
            <Table.Th w={52}>
              <span className="unseen">{text.columns.actions}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {others.map((u) => (
            <UserRow key={u.name} user={u} show={setDialog} />
          ))}
        </Table.Tbody>
      </Table>
      {dialog.kind === "add" && <AddPerson close={close} />}
      {dialog.kind === "roles" && <RolesDialog user={dialog.user} close={close} />}
      {dialog.kind === "reset" && <ResetDialog user={dialog.user} close={close} />}
    </Stack>
  );
}

function WaitingCard({ user }: { user: User }): ReactElement {
  const { status, remove } = useUserActions();
  const deny = async () => {
    if (await confirm(text.sureDeny(user.name), text.deny)) {
      remove.mutate(user);
    }
  };
  return (
    <Box className="card">
      <Group justify="space-between" gap="md">
        <Box flex="1 1 240px" miw={0}>
          <Text fw={600} className="wrap">
            {user.name}
            {typeof user.fullName === "string" && user.fullName !== "" && ` · ${user.fullName}`}
          </Text>
          <Text size="sm" c="dimmed" className="wrap">
            {user.email ?? ""} {user.createdAt !== undefined && <Ago at={user.createdAt} />}
          </Text>
          <Text size="sm" mt={4} className="wrap" style={{ whiteSpace: "pre-wrap" }}>
            {user.reason ?? text.noReason}
          </Text>
        </Box>
        <Group gap="xs">
          <Button variant="default" onClick={() => void deny()} loading={remove.isPending}>
            {text.deny}
          </Button>
          <Button onClick={() => status.mutate({ user, to: "active" })} loading={status.isPending}>
            {text.approve}
          </Button>
        </Group>
      </Group>
    </Box>
  );
}

function UserRow({ user, show }: { user: User; show: (dialog: Dialog) => void }): ReactElement {
  const me = useUser();
  const { status, remove } = useUserActions();
  const ask = async () => {
    if (await confirm(text.sureRemove(user.name), text.remove)) {
      remove.mutate(user);
    }
  };
  const self = me.name === user.name;
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={500} className="wrap">
          {user.name}
        </Text>
        <Text size="sm" c="dimmed" className="wrap">
          {[user.fullName, user.email].filter((v) => typeof v === "string" && v !== "").join(" · ")}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {user.roles.map((r) => (
            <Badge key={r} variant="default" tt="none" fw={500} size="sm" title={roles[r]?.help}>
              {roles[r]?.label ?? r}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="sm">{text.status[user.status]}</Table.Td>
      <Table.Td visibleFrom="sm">
        <Ago at={user.lastLoginAt} never={text.never} />
      </Table.Td>
      <Table.Td>
        <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={text.more(user.name)}>
              <Icon name="more" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => show({ kind: "roles", user })}>{text.editRoles}</Menu.Item>
            <Menu.Item onClick={() => show({ kind: "reset", user })}>{text.reset}</Menu.Item>
            {!self && user.status === "active" && <Menu.Item onClick={() => status.mutate({ user, to: "disabled" })}>{text.disable}</Menu.Item>}
            {user.status === "disabled" && <Menu.Item onClick={() => status.mutate({ user, to: "active" })}>{text.enable}</Menu.Item>}
            {!self && (
              <Menu.Item c="var(--mantine-color-error)" onClick={() => void ask()}>
                {text.remove}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}

function ResetDialog({ user, close }: { user: User; close: () => void }): ReactElement {
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => call("put", "/users/{user}/password", { path: { user: user.name }, body: { password } }),
    onSuccess: () => {
      toast.done(text.resetDone(user.name));
      close();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    reset.mutate();
  };
  const short = password !== "" && password.length < 8;
  return (
    <Modal opened onClose={close} title={text.reset} closeButtonProps={{ "aria-label": common.close }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm" className="wrap">
            {text.resetBody(user.name)}
          </Text>
          {reset.isError && (
            <Alert color="red" role="alert" className="wrap">
              {words(reset.error)}
            </Alert>
          )}
          <PasswordInput
            label={entry.register.password}
            autoComplete="new-password"
            data-autofocus
            value={password}
            error={short ? entry.register.shortPassword(password.length) : undefined}
            onChange={(e) => setPassword(e.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={reset.isPending} disabled={password.length < 8}>
              {text.reset}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
