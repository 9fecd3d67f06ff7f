import { Box, Code, Group, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import type { JobDetail } from "../../api/types";
import { bytes, count, exact } from "../../lib/format";
import { rangeOf } from "../../lib/range";
import { text as apps } from "../../text/apps";
import { text } from "../../text/jobs";
import { CopyIcon, CopyLine } from "../../ui/copy";

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A list may have 100,000 values: its beginning says enough here. */
function listed(values: readonly unknown[]): string {
  const first = values.slice(0, 50).map(shown).join(", ");
  return values.length > 50 ? `${first} … (${count(values.length)})` : first;
}

/** A range told in short. */
function ranged(values: unknown): string {
  const range = rangeOf(values);
  return range === undefined ? shown(values) : text.about.range(range.from, range.to, range.step, range.count, apps.sweep.kinds[range.kind]);
}

function Rows({ rows }: { rows: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <Table withRowBorders={false} verticalSpacing={4}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th fw={400} w="30%" c="dimmed" style={{ verticalAlign: "top" }}>
              {name}
            </Table.Th>
            <Table.Td className="wrap">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Everything needed to say, or to repeat, what was run. */
export default function AboutTab({ job }: { job: JobDetail }): ReactElement {
  const moment = (at: string | null | undefined) => (typeof at === "string" ? exact(at) : text.about.notYet);
  const sweep = Object.entries(job.sweep ?? {});
  const version = job.appVersion ?? "";
  return (
    <Stack gap="lg" maw={860}>
      <Box component="section">
        <Title order={2} mb={4}>
          {text.about.inputs}
        </Title>
        <Rows
          rows={[
            ...Object.entries(job.inputs).map(([name, value]) => [name, shown(value)] as const),
            ...sweep.map(([name, values]) => [`${name} (${text.about.sweep})`, Array.isArray(values) ? listed(values) : ranged(values)] as const),
            [text.about.chunks, job.chunks ?? text.about.chosen],
            [text.about.where, job.pool === "condor" ? text.about.condor : text.about.local],
          ]}
        />
      </Box>
      {(job.inputFiles ?? []).length > 0 && (
        <Box component="section">
          <Title order={2} mb={4}>
            {text.about.files}
          </Title>
          {(job.inputFiles ?? []).map((file) => (
            <Group key={`${file.input}/${file.name}`} gap="sm" wrap="wrap" py={4}>
              <Text size="sm" fw={500} className="wrap">
                {file.name}
              </Text>
              <Text size="sm" c="dimmed">
                {file.input} · {bytes(file.bytes)}
              </Text>
              <Group gap={4} wrap="nowrap" maw="100%">
                <Text className="mono wrap" size="xs">
                  {file.sha256}
                </Text>
                <CopyIcon value={file.sha256} label={text.files.copyHash(file.name)} />
              </Group>
            </Group>
          ))}
        </Box>
      )}
      {(job.command ?? []).length > 0 && (
        <Box component="section">
          <Title order={2} mb={8}>
            {text.about.command}
          </Title>
          <Code block style={{ whiteSpace: "pre-wrap" }} className="wrap" tabIndex={0}>
            {(job.command ?? []).map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`)).join(" ")}
          </Code>
        </Box>
      )}
      <Box component="section">
        <Title order={2} mb={4}>
          {text.about.times}
        </Title>
        <Rows
          rows={[
            [text.about.number, job.id],
            [text.about.submitted, moment(job.submittedAt)],
            [text.about.started, moment(job.startedAt)],
            [text.about.ended, moment(job.endedAt)],
            [
              text.about.version,
              <Text key="v" className="mono wrap" size="xs" component="span">
                {version === "" ? "–" : version}
              </Text>,
            ],
          ]}
        />
      </Box>
      <Box component="section">
        <Title order={2} mb={8}>
          {text.about.methods}
        </Title>
        <CopyLine
          label={text.about.methods}
          value={text.about.methodsText(job.appTitle, version.slice(0, 12), exact(job.submittedAt).split(",")[0] ?? "", job.counts.total)}
        />
      </Box>
    </Stack>
  );
}
