/** Runs of a sweep side by side: a small plot for each value of one swept input, all on the same axes. */
import { ColorSwatch, Group, SimpleGrid, Text } from "@mantine/core";
import { lazy, useState, type ReactElement } from "react";
import type { Plot } from "../../api/types";
import { count } from "../../lib/format";
import { text } from "../../text/jobs";
import { facets as words } from "../../text/results";
import { Pager } from "../../ui/pager";
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
      <Pager from={from} size={PAGE} all={parts.length} words={words} go={setFrom} />
    </>
  );
}
