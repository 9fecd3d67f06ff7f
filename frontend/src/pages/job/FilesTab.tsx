import { ActionIcon, Anchor, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { resultsQuery } from "../../api/queries";
import type { JobDetail } from "../../api/types";
import { useAddress } from "../../lib/address";
import { bytes } from "../../lib/format";
import { kindOf } from "../../lib/paths";
import { text } from "../../text/jobs";
import { reader } from "../../text/results";
import { CopyIcon } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { DownloadAll } from "./DownloadAll";
import { HomeCopy } from "./HomeCopy";
import { resultUrl } from "./resultUrl";
import { TextFile } from "./TextFile";

/** What is read in the page: what its name says is a text, and what programs print. */
function isText(path: string): boolean {
  return ["text", "table"].includes(kindOf(path)) || /(^|\/)std(out|err)(-\d+)?$/.test(path);
}

/** The result files with their hashes. */
export default function FilesTab({ job }: { job: JobDetail }): ReactElement {
  const results = useQuery(resultsQuery(job.id));
  const [search, setSearch] = useAddress();
  if (results.isError) {
    return <ErrorBox error={results.error} retry={() => void results.refetch()} />;
  }
  if (results.data === undefined) {
    return <Loading />;
  }
  const { files } = results.data;
  const read = files.find((file) => file.path === search.get("read"));
  const open = (path: string | undefined) =>
    setSearch(
      (before) => {
        if (path === undefined) {
          before.delete("read");
        } else {
          before.set("read", path);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
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
      {read !== undefined && <TextFile key={read.path} job={job.id} title={read.path} path={read.path} />}
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
                <Group gap={6} wrap="nowrap" justify="space-between">
                <Anchor href={resultUrl(job.id, file.path)} download className="wrap" aria-label={text.results.downloadFile(file.path)}>
                  <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
                    <Icon name="download" size={16} />
                    {file.path}
                  </Group>
                </Anchor>
                {isText(file.path) && (
                  <ActionIcon variant="subtle" color="gray" aria-label={reader.read(file.path)} title={reader.read(file.path)} aria-pressed={file.path === read?.path} onClick={() => open(file.path === read?.path ? undefined : file.path)}>
                    <Icon name="eye" size={16} />
                  </ActionIcon>
                )}
                </Group>
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
