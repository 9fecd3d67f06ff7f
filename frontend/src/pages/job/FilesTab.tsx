import { Anchor, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { API } from "../../api/client";
import { resultsQuery } from "../../api/queries";
import type { JobDetail } from "../../api/types";
import { bytes } from "../../lib/format";
import { text } from "../../text/jobs";
import { CopyIcon } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { DownloadAll } from "./DownloadAll";
import { HomeCopy } from "./HomeCopy";

export function resultUrl(job: number, path: string): string {
  return `${API}/jobs/${job}/results/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** The result files with their hashes. */
export default function FilesTab({ job }: { job: JobDetail }): ReactElement {
  const results = useQuery(resultsQuery(job.id));
  if (results.isError) {
    return <ErrorBox error={results.error} retry={() => void results.refetch()} />;
  }
  if (results.data === undefined) {
    return <Loading />;
  }
  const { files } = results.data;
  if (files.length === 0) {
    return <Empty icon="files" title={text.files.none.title} body={text.files.none.body} />;
  }
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {results.data.partial === true ? text.results.kept : ""}
        </Text>
        <DownloadAll job={job.id} ended={results.data.complete} />
      </Group>
      <HomeCopy job={job.id} home={results.data.home} />
      <Table style={{ tableLayout: "fixed" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.files.columns.name}</Table.Th>
            <Table.Th w={96} ta="right">
              {text.files.columns.size}
            </Table.Th>
            <Table.Th visibleFrom="sm" w="30%">
              {text.files.columns.sha}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {files.map((file) => (
            <Table.Tr key={file.path}>
              <Table.Td>
                <Anchor href={resultUrl(job.id, file.path)} download className="wrap" aria-label={text.results.downloadFile(file.path)}>
                  <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
                    <Icon name="download" size={16} />
                    {file.path}
                  </Group>
                </Anchor>
              </Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
                {bytes(file.bytes)}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Group gap={4} wrap="nowrap">
                  <Text className="mono" size="xs" truncate title={file.sha256}>
                    {file.sha256}
                  </Text>
                  <CopyIcon value={file.sha256} label={text.files.copyHash(file.path)} />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
