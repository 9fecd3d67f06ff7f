/** What the pool did over the last hour, day, week, month or year. */
import { Box, Button, Group, SegmentedControl, Text, Title, useComputedColorScheme } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ReactElement } from "react";
import { poolHistoryQuery, spans, type Span } from "../../api/queries";
import { pool } from "../../text/pool";
import { Icon } from "../../ui/icons";
import { save } from "../../ui/save";
import { Contained, ErrorBox, Loading } from "../../ui/states";
import { average, bandsOf, cores, csv, type By } from "./use";

const UseChart = lazy(() => import("./UseChart"));
const text = pool.history;

export function Utilisation({ span, setSpan, by, setBy }: { span: Span; setSpan: (span: Span) => void; by: By; setBy: (by: By) => void }): ReactElement {
  const scheme = useComputedColorScheme("light");
  const history = useQuery({ ...poolHistoryQuery(span), placeholderData: keepPreviousData });
  const points = history.data?.points ?? [];
  const mean = average({ bucketSeconds: 1, points });
  const words = text.average(cores(mean.running), cores(mean.all));
  return (
    <section className="card" aria-label={text.title} style={{ minWidth: 0 }}>
      <Group justify="space-between" gap="sm" mb="xs">
        <Title order={2}>{text.title}</Title>
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label={text.by}
            value={by}
            onChange={(v) => setBy(v === "user" ? "user" : "state")}
            data={[
              { value: "state", label: text.byState },
              { value: "user", label: text.byUser },
            ]}
          />
          <SegmentedControl
            size="xs"
            aria-label={text.span}
            value={span}
            onChange={(v) => setSpan(spans.find((s) => s === v) ?? "day")}
            data={spans.map((value) => ({ value, label: text.spans[value] }))}
          />
        </Group>
      </Group>
      {history.isPending && <Loading lines={6} />}
      {history.isError && <ErrorBox error={history.error} retry={() => void history.refetch()} />}
      {history.isSuccess && points.length === 0 && (
        <Text size="sm" c="dimmed" py="xl">
          {text.none}
        </Text>
      )}
      {points.length > 0 && history.data !== undefined && (
        <>
          <Group gap="md" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
            {bandsOf(history.data, by, text, scheme).map((band) => (
              <Group key={band.name} gap={6} component="li" wrap="nowrap">
                <Box w={12} h={12} style={{ background: band.colour, borderRadius: 2 }} aria-hidden="true" />
                <Text size="sm" className="wrap">
                  {band.name}
                </Text>
              </Group>
            ))}
          </Group>
          <Contained words={text.none}>
            <Suspense fallback={<Box h={330} />}>
              <UseChart history={history.data} by={by} names={text} scheme={scheme} label={text.label(text.spans[span], words)} />
            </Suspense>
          </Contained>
          <Group justify="space-between" gap="sm">
            <Text size="sm" c="dimmed">
              {words}.
            </Text>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<Icon name="download" size={14} />}
              onClick={() => save(new Blob([csv(history.data)], { type: "text/csv" }), `pool-${span}.csv`)}
            >
              {text.csv}
            </Button>
          </Group>
        </>
      )}
    </section>
  );
}
