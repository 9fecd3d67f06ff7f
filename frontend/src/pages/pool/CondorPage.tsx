/** HTCondor on this machine: its role, tokens for others, and other pools. For pool admins. */
import { Alert, Anchor, Button, Group, NativeSelect, NumberInput, Radio, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import { condorQuery, keys } from "../../api/queries";
import type { CondorState } from "../../api/types";
import { condor as text } from "../../text/condor";
import { ShownOnce } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { WatchedPools } from "./WatchedPools";

const ROLES = ["off", "manager", "worker", "submit"] as const;
const KINDS = ["worker", "member", "submit", "flock", "watch"] as const;
type Kind = (typeof KINDS)[number];

export default function CondorPage(): ReactElement {
  const state = useQuery(condorQuery);
  return (
    <Stack gap="lg" maw={760}>
      <Anchor component={Link} to="/pool" size="sm">
        {text.back}
      </Anchor>
      <PageTitle title={text.title} />
      <Text c="dimmed">{text.intro}</Text>
      {state.isPending && <Loading lines={6} />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && (
        <>
          <Alert color={state.data.running ? "green" : state.data.role === "off" ? "gray" : "yellow"} variant="light" role="status" className="wrap">
            {state.data.running ? text.runs(text.roles[state.data.role][0] ?? "", state.data.address) : state.data.why}
            {state.data.submits === true && ` ${text.submits}`}
          </Alert>
          <Part given={state.data} />
          {state.data.role === "manager" && (
            <>
              <Tokens />
              <Neighbours known={state.data.neighbours ?? []} />
            </>
          )}
          {state.data.submits === true && <WatchedPools known={state.data.watched ?? []} />}
        </>
      )}
    </Stack>
  );
}

function Part({ given }: { given: CondorState }): ReactElement {
  const client = useQueryClient();
  const [role, setRole] = useState(given.role);
  const [manager, setManager] = useState(given.manager);
  const [address, setAddress] = useState("");
  const [cpus, setCpus] = useState(given.cpus ?? 0);
  const [token, setToken] = useState("");
  const joins = role === "worker" || role === "submit";
  const save = useMutation({
    mutationFn: () =>
      call("put", "/pool/condor", {
        body: { role, cpus, ...(joins ? { manager } : {}), ...(address === "" ? {} : { address }), ...(joins && token !== "" ? { token } : {}) },
      }),
    onSuccess: (next) => {
      client.setQueryData(keys.condor, next);
      setToken("");
      toast.done(text.saved);
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <section className="card" style={{ padding: 16 }}>
      <Stack gap="md">
        <Radio.Group label={text.role} value={role} onChange={(value) => setRole(ROLES.find((r) => r === value) ?? "off")}>
          <Stack gap="xs" mt="xs">
            {ROLES.map((r) => (
              <Radio key={r} value={r} label={text.roles[r][0]} description={text.roles[r][1]} />
            ))}
          </Stack>
        </Radio.Group>
        {joins && (
          <>
            <TextInput label={text.manager} description={text.managerHint} value={manager} maxLength={15} onChange={(e) => setManager(e.currentTarget.value)} />
            <TextInput label={text.token} description={text.tokenHint} value={token} maxLength={4096} autoComplete="off" onChange={(e) => setToken(e.currentTarget.value)} />
          </>
        )}
        {role !== "off" && (
          <TextInput label={text.address} description={text.addressHint} value={address} maxLength={15} onChange={(e) => setAddress(e.currentTarget.value)} />
        )}
        {role === "worker" && (
          <NumberInput label={text.cpus} description={text.cpusHint} value={cpus} min={0} max={4096} onChange={(value) => setCpus(Number(value))} maw={200} />
        )}
        <Group>
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            {text.save}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}

function Tokens(): ReactElement {
  const [kind, setKind] = useState<Kind>("worker");
  const make = useMutation({
    mutationFn: () => call("post", "/pool/condor/tokens", { body: { kind } }),
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="tokens">
      <Stack gap="sm">
        <Title order={2} size="h4" id="tokens">
          {text.tokens}
        </Title>
        <Text size="sm" c="dimmed">
          {text.tokensBody}
        </Text>
        <Group align="flex-end" gap="sm">
          <NativeSelect
            label={text.kind}
            value={kind}
            data={KINDS.map((k) => ({ value: k, label: text.kinds[k] }))}
            onChange={(e) => {
              setKind(KINDS.find((k) => k === e.currentTarget.value) ?? "worker");
              make.reset();
            }}
          />
          <Button variant="default" leftSection={<Icon name="key" size={16} />} loading={make.isPending} onClick={() => make.mutate()}>
            {text.make}
          </Button>
        </Group>
        {make.data !== undefined && <ShownOnce words={text.tokenOnce} value={make.data.token} label={text.token} />}
      </Stack>
    </section>
  );
}

function Neighbours({ known }: { known: readonly string[] }): ReactElement {
  const client = useQueryClient();
  const [address, setAddress] = useState("");
  const [token, setToken] = useState("");
  const add = useMutation({
    mutationFn: () => call("put", "/pool/condor/neighbours", { body: { address: address.trim(), token: token.trim() } }),
    onSuccess: (next) => {
      client.setQueryData(keys.condor, next);
      setAddress("");
      setToken("");
      toast.done(text.added);
    },
    onError: (e) => toast.failed(words(e)),
  });
  const remove = useMutation({
    mutationFn: (which: string) => call("delete", "/pool/condor/neighbours/{address}", { path: { address: which } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.condor });
      toast.done(text.removed);
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="neighbours">
      <Stack gap="sm">
        <Title order={2} size="h4" id="neighbours">
          {text.neighbours}
        </Title>
        <Text size="sm" c="dimmed">
          {text.neighboursBody}
        </Text>
        {known.length === 0 ? (
          <Text size="sm">{text.none}</Text>
        ) : (
          known.map((one) => (
            <Group key={one} justify="space-between">
              <Text>{one}</Text>
              <Button size="xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate(one)} aria-label={`${text.remove} ${one}`}>
                {text.remove}
              </Button>
            </Group>
          ))
        )}
        <Group align="flex-end" gap="sm">
          <TextInput label={text.manager} value={address} maxLength={15} onChange={(e) => setAddress(e.currentTarget.value)} />
          <TextInput label={text.token} value={token} maxLength={4096} autoComplete="off" onChange={(e) => setToken(e.currentTarget.value)} flex="1 1 200px" />
          <Button loading={add.isPending} disabled={address === "" || token === ""} onClick={() => add.mutate()}>
            {text.add}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
