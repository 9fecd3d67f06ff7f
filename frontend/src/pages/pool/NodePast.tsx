/** What a node runs in its slots, which jobs ran there, and what happened to it. */
import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import { Link } from "react-router";
import type { NodeDetail } from "../../api/types";
import { count, memory } from "../../lib/format";
import { pool } from "../../text/pool";
import { Ago } from "../../ui/time";

const text = pool.node;

function Part({ title, none, children }: { title: string; none: string | undefined; children: ReactNode }): ReactElement {
  return (
    <section aria-label={title}>
      <Title order={3} size="h5" mb="xs">
        {title}
      </Title>
      {none === undefined ? (
        <Stack gap={6} component="ol" m={0} p={0} style={{ listStyle: "none" }}>
          {children}
        </Stack>
      ) : (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
    </section>
  );
}

export function Slots({ slots }: { slots: NonNullable<NodeDetail["slots"]> }): ReactElement {
  return (
    <Part title={text.inUse} none={slots.length === 0 ? text.noSlot : undefined}>
      {slots.map((slot) => (
        <Text key={slot.name} size="sm" component="li" className="wrap">
          {text.slot(slot.name, slot.state, count(slot.cpus), memory(slot.memoryBytes))}
          {typeof slot.since === "string" && (
            <>
              , {text.since} <Ago at={slot.since} />
            </>
          )}
          {slot.job !== undefined && (
            <>
              ,{" "}
              <Anchor component={Link} to={`/jobs/${slot.job}?tab=output&subjob=${slot.index ?? 0}`} size="sm">
                {text.slotJob(slot.job, slot.index ?? 0)}
              </Anchor>
            </>
          )}
        </Text>
      ))}
    </Part>
  );
}

export function Jobs({ node, admin }: { node: NodeDetail; admin: boolean }): ReactElement {
  return (
    <Part title={text.jobs} none={node.jobs.length === 0 ? (admin ? text.noneRan : text.noJobs) : undefined}>
      {node.jobs.map((job) => (
        <Entry key={job.job} at={job.endedAt ?? undefined} now={text.stillRuns}>
          <Anchor component={Link} to={`/jobs/${job.job}`} size="sm" className="wrap">
            {job.name}
          </Anchor>
          <Text size="xs" c="dimmed" className="wrap">
            {text.ran(job.subjobs, job.failed)}
            {admin && `, ${job.owner}`}
          </Text>
        </Entry>
      ))}
    </Part>
  );
}

export function History({ node }: { node: NodeDetail }): ReactElement {
  return (
    <Part title={text.history} none={node.events.length === 0 ? text.noHistory : undefined}>
      {node.events.map((event, i) => (
        <Entry key={`${event.at}/${i}`} at={event.at} now="">
          <Text size="sm">{text.kinds[event.kind]}</Text>
          {typeof event.reason === "string" && (
            <Text size="xs" c="dimmed" className="wrap">
              {event.reason}
            </Text>
          )}
        </Entry>
      ))}
    </Part>
  );
}

function Entry({ at, now, children }: { at: string | undefined; now: string; children: ReactNode }): ReactElement {
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="baseline">
      <Text size="xs" c="dimmed" w={96} style={{ flexShrink: 0 }}>
        {at === undefined ? now : <Ago at={at} />}
      </Text>
      <div>{children}</div>
    </Group>
  );
}
