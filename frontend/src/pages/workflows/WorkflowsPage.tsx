/** All workflows of the person, and the file that begins a new one. */
import { Anchor, Alert, Button, FileButton, Group, NativeSelect, Stack, Table, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link, useNavigate } from "react-router";
import { call, words } from "../../api/client";
import { keys, workflowsQuery } from "../../api/queries";
import { text } from "../../text/workflows";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";

const MOST_CHARACTERS = 262_144;

export default function WorkflowsPage(): ReactElement {
  const workflows = useQuery(workflowsQuery);
  const [adding, setAdding] = useState(false);
  const all = workflows.data ?? [];
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: "1 1 260px" }}>
          <PageTitle title={text.title} />
          <Text c="dimmed" mt={4}>
            {text.lead}
          </Text>
        </div>
        {!adding && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
            {text.add}
          </Button>
        )}
      </Group>
      {adding && <NewWorkflow />}
      {workflows.isPending && <Loading />}
      {workflows.isError && <ErrorBox error={workflows.error} retry={() => void workflows.refetch()} />}
      {workflows.isSuccess && all.length === 0 && !adding && (
        <Empty icon="jobs" title={text.none.title} body={text.none.body} action={{ label: text.add, onClick: () => setAdding(true) }} />
      )}
      {all.length > 0 && (
        <Table.ScrollContainer minWidth={440}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.columns.name}</Table.Th>
                <Table.Th>{text.columns.state}</Table.Th>
                <Table.Th>{text.columns.steps}</Table.Th>
                <Table.Th>{text.columns.submitted}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {all.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/workflows/${one.id}`} size="sm" className="wrap">{one.name}</Anchor>
                  </Table.Td>
                  <Table.Td>
                    <StateChip state={one.state} />
                  </Table.Td>
                  <Table.Td>{text.steps(one.steps.filter((step) => step.state === "Completed").length, one.steps.length)}</Table.Td>
                  <Table.Td>
                    <Ago at={one.submittedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

function NewWorkflow(): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState(text.example);
  const [pool, setPool] = useState<"" | "local" | "condor">("");
  const run = useMutation({
    mutationFn: () => call("post", "/workflows", { body: pool === "" ? { file } : { file, pool } }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: keys.workflows });
      void navigate(`/workflows/${made.id}`);
    },
  });
  return (
    <section className="card" style={{ padding: 16 }} aria-label={text.add}>
      <Stack gap="sm">
        <Textarea
          label={text.file}
          description={text.fileHint}
          value={file}
          onChange={(e) => setFile(e.currentTarget.value)}
          maxLength={MOST_CHARACTERS}
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
          data-autofocus
        />
        {run.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(run.error)}
          </Alert>
        )}
        <Group align="flex-end" gap="sm">
          <NativeSelect
            label={text.pool}
            value={pool}
            data={Object.entries(text.pools).map(([value, label]) => ({ value, label }))}
            onChange={(e) => setPool(e.currentTarget.value === "local" ? "local" : e.currentTarget.value === "condor" ? "condor" : "")}
          />
          <FileButton onChange={(chosen) => void chosen?.text().then(setFile)} accept=".yaml,.yml,.json,text/plain">
            {(props) => (
              <Button variant="default" leftSection={<Icon name="file" size={16} />} {...props}>
                {text.open}
              </Button>
            )}
          </FileButton>
          <Button leftSection={<Icon name="play" size={16} />} loading={run.isPending} disabled={file.trim() === ""} onClick={() => run.mutate()}>
            {text.run}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
