/** All certificates, newest first, with a filter line; a living one can be revoked. */
import { Button, Group, Modal, Radio, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { certificatesQuery, keys } from "../../api/queries";
import type { Certificate } from "../../api/types";
import { day } from "../../lib/format";
import { certificates } from "../../text/certificates";
import { text as common } from "../../text/common";
import { ErrorBox } from "../../ui/states";
import { Ago, useNow } from "../../ui/time";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";

const text = certificates.list;
type Reason = 0 | 1 | 3 | 4 | 5 | 9;

export function CertificateList(): ReactElement {
  const list = useQuery(certificatesQuery);
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<Certificate>();
  const all = list.data ?? [];
  const shown = all.filter((c) => `${c.name} ${c.serial} ${c.issuedBy}`.includes(filter.trim()));
  return (
    <section aria-labelledby="certificates">
      <Title order={2} id="certificates" size="h4" mb="sm">
        {text.title}
      </Title>
      {list.isError && <ErrorBox error={list.error} retry={() => void list.refetch()} />}
      {list.data?.length === 0 && <Text c="dimmed">{text.none}</Text>}
      {all.length > 0 && (
        <>
          <Group mb="xs" align="center">
            <TextInput aria-label={common.filter} placeholder={text.filter} value={filter} onChange={(e) => setFilter(e.currentTarget.value)} flex={1} maw={360} />
            <Text size="sm" c="dimmed">
              {text.of(shown.length, all.length)}
            </Text>
          </Group>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.name}</Table.Th>
                <Table.Th>{text.state}</Table.Th>
                <Table.Th visibleFrom="sm">{text.by}</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((one) => (
                <Row key={one.serial} certificate={one} revoke={() => setChosen(one)} />
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
      {chosen !== undefined && <Revoke certificate={chosen} close={() => setChosen(undefined)} />}
    </section>
  );
}

function Row({ certificate, revoke }: { certificate: Certificate; revoke: () => void }): ReactElement {
  const now = useNow(60_000);
  const over = Date.parse(certificate.until) < now;
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <Text fw={500}>{certificate.name}</Text>
        <Text size="sm" c="dimmed" className="mono wrap">
          {certificate.serial.slice(0, 12)}
        </Text>
      </Table.Td>
      <Table.Td>
        {certificate.revokedAt !== null && (
          <Text c="var(--state-bad)">
            <Icon name="cross" size={14} /> {text.revoked} <Ago at={certificate.revokedAt} />
          </Text>
        )}
        {certificate.revokedAt === null && over && <Text c="dimmed">{text.expired}</Text>}
        {certificate.revokedAt === null && !over && (
          <>
            <Text c="var(--state-good)">
              <Icon name="check" size={14} /> {text.good}
            </Text>
            <Text size="sm" c="dimmed">
              {text.until} {day(certificate.until)}
            </Text>
          </>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {certificate.issuedBy}, <Ago at={certificate.issuedAt} />
      </Table.Td>
      <Table.Td ta="right">
        {certificate.revokedAt === null && !over && (
          <Button size="xs" variant="default" onClick={revoke} aria-label={text.revokeOf(certificate.name)}>
            {text.revoke}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Revoke({ certificate, close }: { certificate: Certificate; close: () => void }): ReactElement {
  const client = useQueryClient();
  const [reason, setReason] = useState("1");
  const revoke = useMutation({
    mutationFn: () =>
      call("post", "/certificates/{serial}/revoke", { path: { serial: certificate.serial }, body: { reason: Number(reason) as Reason } }),
    onSuccess: () => {
      toast.done(text.done(certificate.name));
      void client.invalidateQueries({ queryKey: keys.ca });
      close();
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Modal opened onClose={close} title={text.revokeOf(certificate.name)} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        <Text size="sm">{text.revokeWords(certificate.name)}</Text>
        <Radio.Group label={text.reason} value={reason} onChange={setReason}>
          <Stack gap={8} mt={6}>
            {["1", "5", "9", "4", "0"].map((value) => (
              <Radio key={value} value={value} label={text.reasons[value]} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button color="red.8" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {text.revoke}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
