import { ActionIcon, Alert, Box, Button, Group, Modal, MultiSelect, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { GroupJobs, Group as People } from "../../api/types";
import { text as common } from "../../text/common";
import { admin } from "../../text/places";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useUsers } from "./UsersTab";

const text = admin.groups;
const SHOWN: readonly GroupJobs[] = ["none", "list", "results"];

export function GroupsTab(): ReactElement {
  const groups = useQuery({ queryKey: keys.groups, queryFn: async ({ signal }) => (await call("get", "/groups", { signal })).groups });
  const users = useUsers();
  const [adding, setAdding] = useState(false);
  const names = (users.data ?? []).filter((u) => u.status !== "waiting").map((u) => u.name);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text c="dimmed">{text.body}</Text>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      </Group>
      {groups.isPending && <Loading />}
      {groups.isError && <ErrorBox error={groups.error} retry={() => void groups.refetch()} />}
      {groups.data?.length === 0 && <Empty icon="person" {...text.none} />}
      {(groups.data ?? []).map((g) => (
        <OneGroup key={g.name} group={g} names={names} />
      ))}
      {adding && <AddGroup names={names} close={() => setAdding(false)} />}
    </Stack>
  );
}

function OneGroup({ group, names }: { group: People; names: string[] }): ReactElement {
  const client = useQueryClient();
  const settled = () => void client.invalidateQueries({ queryKey: keys.groups });
  const onError = (e: unknown) => toast.failed(words(e));
  const [members, setMembers] = useState(group.members);
  const save = useMutation({
    mutationFn: () => call("put", "/groups/{group}", { path: { group: group.name }, body: { members } }),
    onSuccess: () => toast.done(text.changed(group.name)),
    onError,
    onSettled: settled,
  });
  const show = useMutation({
    mutationFn: (jobs: GroupJobs) => call("patch", "/groups/{group}", { path: { group: group.name }, body: { jobs } }),
    onSuccess: (after) => toast.done(text.shows[after.jobs](group.name)),
    onError,
    onSettled: settled,
  });
  const remove = useMutation({
    mutationFn: () => call("delete", "/groups/{group}", { path: { group: group.name } }),
    onSuccess: () => toast.done(text.removed(group.name)),
    onError,
    onSettled: settled,
  });
  const ask = async () => {
    if (await confirm(text.sureRemove(group.name), text.removeAction)) {
      remove.mutate();
    }
  };
  const same = members.length === group.members.length && members.every((m) => group.members.includes(m));
  return (
    <Box className="card">
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <Title order={2} className="wrap">
          {group.name}
        </Title>
        <ActionIcon variant="subtle" color="gray" aria-label={text.remove(group.name)} onClick={() => void ask()}>
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Group>
      <Group align="flex-end" gap="sm">
        <MultiSelect
          label={text.members}
          data={[...new Set([...names, ...members])]}
          value={members}
          onChange={setMembers}
          searchable
          flex="1 1 260px"
        />
        <Button variant="default" disabled={same} loading={save.isPending} onClick={() => save.mutate()}>
          {common.save}
        </Button>
      </Group>
      <NativeSelect
        mt="sm"
        label={text.jobs}
        description={text.jobsHelp}
        inputWrapperOrder={["label", "input", "description"]}
        maw={560}
        value={show.isPending ? show.variables : group.jobs}
        data={SHOWN.map((value) => ({ value, label: text.shown[value] }))}
        onChange={(e) => {
          const wanted = SHOWN.find((one) => one === e.currentTarget.value);
          if (wanted !== undefined) {
            show.mutate(wanted);
          }
        }}
      />
    </Box>
  );
}

function AddGroup({ names, close }: { names: string[]; close: () => void }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [members, setMembers] = useState<string[]>([]);
  const add = useMutation({
    mutationFn: () => call("post", "/groups", { body: { name: name.trim(), members } }),
    onSuccess: () => {
      toast.done(text.created(name.trim()));
      void client.invalidateQueries({ queryKey: keys.groups });
      close();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Modal opened onClose={close} title={text.add} closeButtonProps={{ "aria-label": common.close }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {add.isError && (
            <Alert color="red" role="alert" className="wrap">
              {words(add.error)}
            </Alert>
          )}
          <TextInput label={text.name} data-autofocus maxLength={32} required withAsterisk={false} value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <MultiSelect label={text.members} data={names} value={members} onChange={setMembers} searchable />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={add.isPending} disabled={name.trim() === ""}>
              {text.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
