/** Plots side by side: a small one for each value of an input or of a column of words, all alike. */
import { ColorSwatch, Group, SimpleGrid, Text } from "@mantine/core";
import { lazy, type ReactElement } from "react";
import type { Plot } from "../../api/types";
import { count, measured } from "../../lib/format";
import { text } from "../../text/jobs";
import { facets as words } from "../../text/results";
import { Pager } from "../../ui/pager";
import type { Choosing } from "./Chart";
import { axisTitle, type Scheme } from "./axes";
import { cividis } from "./heat";
import { okabeIto, type Scales } from "./plot";
import { legendOf, type Part } from "./views";

const Chart = lazy(() => import("./Chart"));

/** On a page. */
const PAGE = 12;

interface Props {
  plot: Plot;
  parts: readonly Part[];
  scales: Scales;
  scheme: Scheme;
  choosing: Choosing;
  /** Which part is on the page that is shown. */
  at: number;
  go: (at: number) => void;
}

export function Facets({ plot, parts, scales, scheme, choosing, at, go }: Props): ReactElement {
  const from = at < parts.length ? at - (at % PAGE) : 0;
  const page = parts.slice(from, from + PAGE);
  const runs = legendOf(plot, parts);
  const colours = parts[0]?.data.shared?.z;
  return (
    <>
      {runs.length > 0 && (
        <Group gap="md" mb="xs" role="list">
          {runs.map((run, i) => (
            <Group key={run} gap={6} role="listitem">
              <ColorSwatch color={okabeIto[i] ?? ""} size={12} withShadow={false} />
              <Text size="sm">{run}</Text>
            </Group>
          ))}
        </Group>
      )}
      {colours !== undefined && <Colours title={plot.z === undefined ? "" : axisTitle(plot.z)} low={colours[0]} high={colours[1]} />}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="md">
        {page.map((part) => (
          <section key={part.words} aria-label={part.words} style={{ minWidth: 0 }}>
            <Text size="sm" fw={600} ta="center" className="wrap">
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
      <Pager from={from} size={PAGE} all={parts.length} words={words} go={go} />
    </>
  );
}

/** The scale of colours that all plots have. */
function Colours({ title, low, high }: { title: string; low: number; high: number }): ReactElement {
  return (
    <Group gap="xs" mb="xs" justify="center" wrap="nowrap" role="img" aria-label={words.colours(title, measured(low), measured(high))}>
      <Text size="sm">{measured(low)}</Text>
      <div style={{ flex: "0 1 160px", height: 14, background: `linear-gradient(to right, ${cividis.join(", ")})` }} />
      <Text size="sm">
        {measured(high)} {title}
      </Text>
    </Group>
  );
}
