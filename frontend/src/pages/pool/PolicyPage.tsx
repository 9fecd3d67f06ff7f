/** The pool's policy: for each group of machines, the most that owners may allow. */
import { Anchor, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Policies, Sharing } from "../../api/types";
import { sharing } from "../../text/sharing";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { SharingForm } from "./SharingForm";

const text = sharing.policy;

/** What a policy begins with: no bound at all. */
const FREE: Sharing = {
  level: "ALWAYS",
  idleMinutes: 1,
  cpuPercent: 100,
  inUsePercent: 100,
  foreignCpuPercent: 0,
  onBattery: true,
  fromHour: 0,
  toHour: 24,
  days: ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"],
  exclusive: [],
  longestPauseMinutes: 0,
};

type Policy = Policies["policies"][number];

export default function PolicyPage(): ReactElement {
  const all = useQuery({ queryKey: keys.policies, queryFn: ({ signal }) => call("get", "/pool/policies", { signal }) });
  const [open, setOpen] = useState<string>();
  const [added, setAdded] = useState<string[]>([]);
  const known = all.data?.policies ?? [];
  const fresh = added.filter((group) => known.every((one) => one.group !== group)).map((group) => ({ group, nodes: [], bounds: null }));
  return (
    <Stack gap="lg" maw={760}>
      <Anchor component={Link} to="/pool" size="sm">
        {sharing.back}
      </Anchor>
      <PageTitle title={text.title} />
      <Text c="dimmed">{text.intro}</Text>
      {all.isPending && <Loading lines={4} />}
      {all.isError && <ErrorBox error={all.error} retry={() => void all.refetch()} />}
      {[...known, ...fresh].map((one) => (
        <Card key={one.group} policy={one} open={open === one.group} toggle={() => setOpen(open === one.group ? undefined : one.group)} />
      ))}
      {all.isSuccess && (
        <Add
          add={(group) => {
            setAdded((before) => [...before, group]);
            setOpen(group);
          }}
        />
      )}
    </Stack>
  );
}

function Card({ policy, open, toggle }: { policy: Policy; open: boolean; toggle: () => void }): ReactElement {
  const client = useQueryClient();
  const { group } = policy;
  const bounds = policy.bounds ?? undefined;
  const put = async (body: Sharing) => {
    client.setQueryData(keys.policies, await call("put", "/pool/policies/{group}", { path: { group }, body }));
    toast.done(text.saved(group));
    return body;
  };
  const remove = useMutation({
    mutationFn: () => call("delete", "/pool/policies/{group}", { path: { group } }),
    onSuccess: () => {
      toast.done(text.removed(group));
      void client.invalidateQueries({ queryKey: keys.policies });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const drop = async () => {
    if (await confirm(text.sure(group), text.remove)) {
      remove.mutate();
    }
  };
  return (
    <section className="card" aria-label={group} style={{ padding: 16 }}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="md">
          <Stack gap={4} flex={1} miw={240}>
            <Title order={2} size="h4">
              {group}
            </Title>
            <Text size="sm" className="wrap">
              {bounds === undefined ? text.none : sharing.bounds.list(bounds)}
            </Text>
            <Text size="sm" c="dimmed" className="wrap">
              {text.machines(policy.nodes.map((node) => node.name))}
            </Text>
          </Stack>
          <Group gap="xs">
            <Button size="xs" variant="default" aria-expanded={open} onClick={toggle}>
              {open ? text.close : bounds === undefined ? text.make : text.edit}
            </Button>
            {bounds !== undefined && (
              <Button size="xs" variant="default" loading={remove.isPending} leftSection={<Icon name="trash" size={14} />} onClick={() => void drop()}>
                {text.remove}
              </Button>
            )}
          </Group>
        </Group>
        {open && <SharingForm given={bounds ?? FREE} title={text.level} put={put} button={text.save} />}
      </Stack>
    </section>
  );
}

function Add({ add }: { add: (group: string) => void }): ReactElement {
  const [name, setName] = useState("");
  const wrong = name !== "" && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== "" && !wrong) {
          add(name);
          setName("");
        }
      }}
    >
      <Group align="flex-start" gap="sm">
        <TextInput
          label={text.name}
          placeholder="lab-2"
          description={text.nameHelp}
          inputWrapperOrder={["label", "input", "description"]}
          error={wrong}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <Button type="submit" variant="default" mt={24} disabled={name === "" || wrong} leftSection={<Icon name="plus" size={16} />}>
          {text.add}
        </Button>
      </Group>
    </form>
  );
}
