/** Plots first, then pictures, tables and texts. */
import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactElement } from "react";
import { resultsQuery } from "../../api/queries";
import type { JobDetail } from "../../api/types";
import { text } from "../../text/jobs";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { DataTable } from "./DataTable";
import { DownloadAll } from "./DownloadAll";
import { seriesOf } from "./frames";
import { HomeCopy } from "./HomeCopy";
import { Pictures } from "./Pictures";
import { PlotCard } from "./PlotCard";
import { TextFile } from "./TextFile";
import { useChosen, type Chosen } from "./useChosen";

interface Shown {
  job: JobDetail;
  chosen: Chosen;
  setChosen: (chosen: Chosen) => void;
}

export default function ResultsTab({ job, chosen, setChosen }: Shown): ReactElement {
  // asked again where the event of the end came before the results that were being fetched
  const results = useQuery({ ...resultsQuery(job.id), refetchInterval: (query) => (job.state === "Completed" && query.state.data?.complete === false ? 2_000 : false) });
  const choice = useChosen(results.data?.tables, chosen, setChosen);
  const [hovered, setHovered] = useState<{ table: string; row: number }>();
  const images = results.data?.images;
  const series = useMemo(() => seriesOf(images ?? []), [images]);
  if (results.isError) {
    return <ErrorBox error={results.error} retry={() => void results.refetch()} />;
  }
  if (results.data === undefined) {
    return <Loading lines={8} />;
  }
  const swept = Object.keys(job.sweep ?? {});
  const { plots, tables, files, complete } = results.data;
  const texts = results.data.texts ?? [];
  if (plots.length + tables.length + texts.length + files.length === 0) {
    const ended = ["Completed", "Failed", "Removed"].includes(job.state);
    return <Empty icon="plot" {...(ended ? text.results.none : text.results.notYet)} />;
  }
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {results.data.partial === true ? text.results.kept : complete ? "" : text.results.partial}
        </Text>
        <DownloadAll job={job.id} ended={results.data.complete} />
      </Group>
      <HomeCopy job={job.id} home={results.data.home} />
      {plots.length > 0 && (
        <Text size="xs" c="dimmed" mb={-8}>
          {text.results.chosen.how}
        </Text>
      )}
      {plots.length > 0 && (
        <SimpleGrid cols={{ base: 1, lg: plots.length === 1 ? 1 : 2 }} spacing="md">
          {plots.map((plot) => (
            <PlotCard key={`${plot.title}/${plot.table}`} job={job.id} plot={plot} table={tables.find((t) => t.name === plot.table)} swept={swept} choosing={{ ...choice.of(plot.table), hovered: hovered?.table === plot.table ? hovered.row : undefined }} />
          ))}
        </SimpleGrid>
      )}
      {series.map((one) => (
        <Pictures key={one.name} job={job.id} series={one} />
      ))}
      {tables.map((table) => (
        <DataTable
          key={table.name}
          job={job.id}
          table={table}
          choice={choice.of(table.name)}
          point={(row) => setHovered(row === undefined ? undefined : { table: table.name, row })}
        />
      ))}
      {texts.map((t) => (
        <TextFile key={t.file} job={job.id} title={t.title} path={t.file} />
      ))}
    </Stack>
  );
}
