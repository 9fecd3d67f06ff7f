/** Rules that approve without a person: what each may, what it has done; making one shows its link once. */
import { Button, Group, Modal, NumberInput, Radio, Select, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys, rulesQuery } from "../../api/queries";
import type { CertificateRule } from "../../api/types";
import { useUser } from "../../app/user";
import { exact } from "../../lib/format";
import { certificates } from "../../text/certificates";
import { text as common } from "../../text/common";
import { confirm } from "../../ui/confirm";
import { CopyLine } from "../../ui/copy";
import { ErrorBox } from "../../ui/states";
import { useNow } from "../../ui/time";
import { toast } from "../../ui/toasts";

const text = certificates.rules;
const HOUR = 3_600_000;

export function Rules({ wanted }: { wanted: number }): ReactElement {
  const rules = useQuery(rulesQuery);
  const [making, setMaking] = useState(false);
  return (
    <section aria-labelledby="rules">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="rules" size="h4">
          {text.title}
        </Title>
        <Button size="xs" variant="default" onClick={() => setMaking(true)}>
          {text.add}
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mb="sm" maw={720}>
        {text.teach}
      </Text>
      {rules.isError && <ErrorBox error={rules.error} retry={() => void rules.refetch()} />}
      {rules.data?.length === 0 && <Text c="dimmed">{text.none}</Text>}
      <Stack gap="xs">
        {rules.data?.map((rule) => (
          <Row key={rule.id} rule={rule} wanted={wanted} />
        ))}
      </Stack>
      {making && <Make close={() => setMaking(false)} />}
    </section>
  );
}

function Row({ rule, wanted }: { rule: CertificateRule; wanted: number }): ReactElement {
  const client = useQueryClient();
  const user = useUser();
  const now = useNow(60_000);
  const settled = (said: string) => {
    toast.done(said);
    void client.invalidateQueries({ queryKey: keys.ca });
  };
  const path = { rule: rule.id };
  const approve = useMutation({
    mutationFn: () => call("post", "/certificates/rules/{rule}/approve", { path }),
    onSuccess: () => settled(text.approved(rule.name)),
    onError: (e) => toast.failed(words(e)),
  });
  const end = useMutation({
    mutationFn: () => call("delete", "/certificates/rules/{rule}", { path }),
    onSuccess: () => settled(text.ended(rule.name)),
    onError: (e) => toast.failed(words(e)),
  });
  const ask = async () => {
    if (await confirm(text.endWords(rule.name), text.end)) {
      end.mutate();
    }
  };
  const lacks = rule.approvedBy.length < wanted;
  return (
    <section className="card" style={{ padding: "12px 16px" }} aria-label={`${text.title}: ${rule.name}`}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <div>
          <Text fw={600} className="wrap">
            {rule.name}
          </Text>
          <Text size="sm" className="wrap">
            {text.kindShort[rule.token ? "token" : "range"]}, {rule.network}, {ending(rule, now)}
          </Text>
          <Text size="sm" c="dimmed">
            {text.limits(rule.used, rule.most, rule.today, rule.daily)}
          </Text>
          {lacks && (
            <Text size="sm" c="var(--state-paused)">
              {text.needs(rule.approvedBy, wanted)}
            </Text>
          )}
        </div>
        <Group gap="xs" wrap="nowrap">
          {lacks && !rule.approvedBy.includes(user.name) && (
            <Button size="xs" loading={approve.isPending} onClick={() => approve.mutate()}>
              {text.approve}
            </Button>
          )}
          <Button size="xs" variant="default" loading={end.isPending} onClick={() => void ask()} aria-label={text.endOf(rule.name)}>
            {text.end}
          </Button>
        </Group>
      </Group>
    </section>
  );
}

function ending(rule: CertificateRule, now: number): string {
  if (Date.parse(rule.until) <= now) {
    return text.over;
  }
  return rule.used >= rule.most ? text.usedUp : `${text.until} ${exact(rule.until)}`;
}

function Make({ close }: { close: () => void }): ReactElement {
  const client = useQueryClient();
  const [made, setMade] = useState<CertificateRule>();
  const [name, setName] = useState("");
  const [kind, setKind] = useState("token");
  const [network, setNetwork] = useState("");
  const [most, setMost] = useState<number | string>(1);
  const [daily, setDaily] = useState<number | string>(1);
  const [days, setDays] = useState<number | string>(30);
  const [hours, setHours] = useState("24");
  const make = useMutation({
    mutationFn: () =>
      call("post", "/certificates/rules", {
        body: {
          name: name.trim(),
          token: kind === "token",
          network: network.trim(),
          most: Number(most),
          daily: Number(daily),
          days: Number(days),
          until: new Date(Date.now() + Number(hours) * HOUR).toISOString(),
        },
      }),
    onSuccess: (rule) => {
      toast.done(text.made(rule.name));
      void client.invalidateQueries({ queryKey: keys.ca });
      if (rule.link === undefined) {
        close();
      } else {
        setMade(rule);
      }
    },
  });
  const complete = name.trim() !== "" && network.trim() !== "" && [most, daily, days].every((n) => typeof n === "number");
  return (
    <Modal opened onClose={close} closeOnClickOutside={made === undefined} closeOnEscape={made === undefined} title={text.add} size="lg" closeButtonProps={{ "aria-label": common.close }}>
      {made !== undefined && (
        <Stack gap="sm">
          <Text size="sm">{text.once}</Text>
          <Text size="sm" c="dimmed">
            {text.command}
          </Text>
          <CopyLine value={certificates.state.enrolCommand(made.link ?? "")} label={text.command} />
          <Text size="sm" c="dimmed">
            {text.tokenAlone}
          </Text>
          <CopyLine value={made.joinToken ?? ""} label={text.tokenAlone} />
          <Group justify="flex-end">
            <Button onClick={close}>{text.close}</Button>
          </Group>
        </Stack>
      )}
      {made === undefined && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (complete) {
              make.mutate();
            }
          }}
        >
          <Stack gap="sm">
            <TextInput data-autofocus label={text.name} placeholder={text.namePlaceholder} maxLength={40} value={name} onChange={(e) => setName(e.currentTarget.value)} />
            <Radio.Group label={text.kind} value={kind} onChange={setKind}>
              <Stack gap={8} mt={6}>
                <Radio value="token" label={text.kinds.token} />
                <Radio value="range" label={text.kinds.range} />
              </Stack>
            </Radio.Group>
            <TextInput label={text.network} description={text.networkHelp} maxLength={18} value={network} onChange={(e) => setNetwork(e.currentTarget.value)} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <NumberInput label={text.most} min={1} max={10_000} value={most} onChange={setMost} allowDecimal={false} />
              <NumberInput label={text.daily} min={1} max={10_000} value={daily} onChange={setDaily} allowDecimal={false} />
              <Select
                label={text.hours}
                data={Object.entries(text.ends).map(([value, label]) => ({ value, label }))}
                value={hours}
                onChange={(value) => setHours(value ?? "24")}
                allowDeselect={false}
              />
              <NumberInput label={text.days} min={1} max={397} value={days} onChange={setDays} allowDecimal={false} />
            </SimpleGrid>
            {make.isError && (
              <Text size="sm" c="var(--state-bad)" role="alert">
                {words(make.error)}
              </Text>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {common.cancel}
              </Button>
              <Button type="submit" disabled={!complete} loading={make.isPending}>
                {text.make}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
