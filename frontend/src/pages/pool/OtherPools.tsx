/** The pools that are only looked at: how much of each is in use, and which does not answer. */
import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactElement } from "react";
import type { WatchedPool } from "../../api/types";
import { pool } from "../../text/pool";
import { Icon } from "../../ui/icons";
import { Ago } from "../../ui/time";

const text = pool.pools;

export function OtherPools({ pools }: { pools: readonly WatchedPool[] }): ReactElement | null {
  if (pools.length === 0) {
    return null;
  }
  return (
    <section className="card" aria-label={text.title}>
      <Title order={2} mb="xs">
        {text.title}
      </Title>
      <Stack gap="sm">
        {pools.map((one) =>
          typeof one.reason === "string" ? (
            <Alert key={one.address} color="yellow" variant="light" icon={<Icon name="warn" />} title={text.away(one.name)} className="wrap">
              {one.reason}
            </Alert>
          ) : (
            <Group key={one.address} justify="space-between" gap="sm">
              <div>
                <Text fw={500} className="wrap">
                  {one.name}
                </Text>
                <Text size="sm" c="dimmed">
                  {one.address}, {text.last} <Ago at={one.heardAt ?? undefined} />
                  {typeof one.expiresAt === "string" && (
                    <>
                      , {text.ends} <Ago at={one.expiresAt} />
                    </>
                  )}
                </Text>
              </div>
              <Text size="sm">{text.use(one.cpus - one.freeCpus, one.cpus, one.machines.length)}</Text>
            </Group>
          ),
        )}
      </Stack>
    </section>
  );
}
