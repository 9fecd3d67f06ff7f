/** Requests that wait, a card each: who, what, from where, what differs; Approve and Deny under the thumb. */
import { Button, Group, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type ReactNode } from "react";
import { call, words } from "../../api/client";
import { useUser } from "../../app/user";
import { keys, requestsQuery } from "../../api/queries";
import type { CertificateRequest } from "../../api/types";
import { certificates } from "../../text/certificates";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";

const text = certificates.queue;

export function Queue({ locked, wanted }: { locked: boolean; wanted: number }): ReactElement {
  const requests = useQuery(requestsQuery);
  const waiting = requests.data?.waiting;
  return (
    <section aria-labelledby="waiting">
      <Title order={2} id="waiting" size="h4" mb="sm">
        {text.title}
        {waiting !== undefined && waiting.length > 0 && ` (${waiting.length})`}
      </Title>
      {requests.isPending && <Loading />}
      {requests.isError && <ErrorBox error={requests.error} retry={() => void requests.refetch()} />}
      {waiting?.length === 0 && <Empty icon="key" title={text.none} body={text.noneBody} />}
      <Stack gap="md">
        {waiting?.map((request) => (
          <Card key={request.id} request={request} locked={locked} wanted={wanted} />
        ))}
      </Stack>
    </section>
  );
}

function Card({ request, locked, wanted }: { request: CertificateRequest; locked: boolean; wanted: number }): ReactElement {
  const user = useUser();
  const approvers = request.approvals.map((a) => a.by);
  const own = approvers.includes(user.name) && approvers.length < wanted;
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const living = request.earlier.filter((e) => e.lives && !e.sameKey).map((e) => e.serial);
  const settled = (said: string) => {
    toast.done(said);
    void client.invalidateQueries({ queryKey: keys.ca });
  };
  const path = { request: request.id };
  const approve = useMutation({
    mutationFn: () => call("post", "/certificates/requests/{request}/approve", { path, body: { note: note.trim(), replace: living } }),
    onSuccess: (made) => settled("serial" in made ? text.approved(request.name) : text.noted(request.name, made.wanted - made.approvals.length)),
    onError: (e) => toast.failed(words(e)),
  });
  const deny = useMutation({
    mutationFn: () => call("post", "/certificates/requests/{request}/deny", { path, body: { note: note.trim() } }),
    onSuccess: () => settled(text.denied(request.name)),
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <section className="card" style={{ padding: 16 }} aria-label={text.asksFor(request.name)}>
      <Title order={3} size="h5" mb="sm" className="wrap">
        {text.asksFor(request.name)}
      </Title>
      <SimpleGrid component="dl" m={0} cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="xs">
        <Fact label={text.contact}>{request.contact === "" ? text.noContact : request.contact}</Fact>
        <Fact label={text.first}>
          <Ago at={request.askedAt} />
        </Fact>
        <Fact label={text.from}>{request.proven ? text.proven : text.unproven(request.remote)}</Fact>
        <Fact label={text.holder}>{holder(request)}</Fact>
        <Fact label={text.before}>{before(request)}</Fact>
        {wanted > 1 && <Fact label={text.approvals}>{text.approvalsOf(approvers, wanted)}</Fact>}
        <Fact label={text.key}>{request.strength}</Fact>
        <Fact label={text.aloud}>{request.words}</Fact>
        <Fact label={text.hex} mono>
          {request.fingerprint}
        </Fact>
      </SimpleGrid>
      <TextInput mt="md" label={text.note} description={text.noteHelp} maxLength={400} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
      <Group mt="md" grow preventGrowOverflow={false} maw={420}>
        <Button disabled={locked || own} loading={approve.isPending} onClick={() => approve.mutate()}>
          {text.approve}
        </Button>
        <Button variant="default" loading={deny.isPending} onClick={() => deny.mutate()}>
          {text.deny}
        </Button>
      </Group>
      {own && (
        <Text size="sm" c="dimmed" mt="xs">
          {text.own}
        </Text>
      )}
      {locked && (
        <Text size="sm" c="dimmed" mt="xs">
          {text.waitsForKey}
        </Text>
      )}
    </section>
  );
}

function Fact({ label, mono, children }: { label: string; mono?: boolean; children: ReactNode }): ReactElement {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0} className={mono === true ? "mono wrap" : "wrap"} fz={mono === true ? "sm" : undefined}>
        {children}
      </Text>
    </div>
  );
}

function holder(request: CertificateRequest): string {
  switch (request.holder) {
    case "self":
      return text.self;
    case "peer":
      return text.peer((request.holderKey ?? "").slice(0, 12), request.holderPath ?? "");
    case "unknown":
      return text.unknown;
  }
}

function before(request: CertificateRequest): string {
  if (request.earlier.length === 0) {
    return text.never;
  }
  const living = request.earlier.filter((e) => e.lives);
  if (living.length === 0) {
    return text.over;
  }
  return living.every((e) => e.sameKey) ? text.same : text.other;
}
