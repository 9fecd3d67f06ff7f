/** Runs of a sweep side by side: a small plot for each value of one swept input, all on the same axes. */
import { ActionIcon, ColorSwatch, Group, SimpleGrid, Text } from "@mantine/core";
import { lazy, useState, type ReactElement } from "react";
import type { Plot } from "../../api/types";
import { count } from "../../lib/format";
import { text } from "../../text/jobs";
import { facets as words } from "../../text/results";
import { Icon } from "../../ui/icons";
import type { Choosing } from "./Chart";
import type { Scheme } from "./axes";
import { MOST_COLOURS, okabeIto, runsOf, type Scales } from "./plot";
import type { Part } from "./views";

const Chart = lazy(() => import("./Chart"));

/** On a page. */
const PAGE = 12;

export function Facets({ plot, parts, scales, scheme, choosing }: { plot: Plot; parts: readonly Part[]; scales: Scales; scheme: Scheme; choosing: Choosing }): ReactElement {
  const [asked, setFrom] = useState(0);
  const from = asked < parts.length ? asked : 0;
  const page = parts.slice(from, from + PAGE);
  const runs = parts[0]?.data.group === undefined ? [] : runsOf(parts[0].data);
  return (
    <>
      {runs.length > 1 && runs.length <= MOST_COLOURS && (
        <Group gap="md" mb="xs" role="list">
          {runs.map((run, i) => (
            <Group key={run} gap={6} role="listitem">
              <ColorSwatch color={okabeIto[i] ?? ""} size={12} withShadow={false} />
              <Text size="sm">{run}</Text>
            </Group>
          ))}
        </Group>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="md">
        {page.map((part) => (
          <section key={part.words} aria-label={part.words} style={{ minWidth: 0 }}>
            <Text size="sm" fw={600} ta="center">
              {part.words}
            </Text>
            <Chart
              plot={plot}
              data={part.data}
              scales={scales}
              scheme={scheme}
              height={230}
              choosing={choosing}
              label={`${part.words}: ${text.results.plotLabel(plot.title, plot.kind, count(part.data.x.length))}`}
            />
          </section>
        ))}
      </SimpleGrid>
      {parts.length > PAGE && (
        <Group justify="flex-end" gap="xs" mt="xs">
          <Text size="sm" c="dimmed" role="status">
            {words.page(from + 1, from + page.length, parts.length)}
          </Text>
          <ActionIcon variant="default" aria-label={words.before} disabled={from === 0} onClick={() => setFrom(Math.max(0, from - PAGE))}>
            <Icon name="left" size={16} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label={words.after} disabled={from + PAGE >= parts.length} onClick={() => setFrom(from + PAGE)}>
            <Icon name="right" size={16} />
          </ActionIcon>
        </Group>
      )}
    </>
  );
}
