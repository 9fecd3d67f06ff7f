/** One workflow: its graph, its steps as a table, and what may be done with it. */
import { Alert, Anchor, Button, Group, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link, useParams } from "react-router";
import { ApiError, call, words } from "../../api/client";
import { keys, workflowQuery } from "../../api/queries";
import type { Workflow } from "../../api/types";
import { text } from "../../text/workflows";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { Graph } from "./Graph";

export default function WorkflowPage(): ReactElement {
  const { workflow: number = "" } = useParams();
  const id = Number(number);
  const valid = Number.isSafeInteger(id) && id > 0;
  const workflow = useQuery({ ...workflowQuery(id), enabled: valid });
  if (!valid || (workflow.error instanceof ApiError && workflow.error.status === 404)) {
    return <Empty icon="jobs" title={text.missing.title} body={text.missing.body} action={{ label: text.missing.action, to: "/workflows" }} />;
  }
  if (workflow.isError) {
    return <ErrorBox error={workflow.error} retry={() => void workflow.refetch()} />;
  }
  return workflow.data === undefined ? <Loading lines={6} /> : <Loaded workflow={workflow.data} />;
}

function Loaded({ workflow }: { workflow: Workflow }): ReactElement {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (action: "cancel" | "rescue") => call("post", "/workflows/{workflow}/{action}", { path: { workflow: workflow.id, action } }),
    onSuccess: (after, action) => {
      toast.done(text.did[action]);
      client.setQueryData(keys.workflow(workflow.id), after);
    },
    onError: (e) => toast.failed(words(e)),
  });
  const cancel = async (): Promise<void> => {
    if (await confirm(text.sureCancel, text.cancel)) {
      act.mutate("cancel");
    }
  };
  return (
    <Stack gap="lg">
      <Anchor component={Link} to="/workflows" size="sm">
        {text.back}
      </Anchor>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <PageTitle title={workflow.name} />
          <StateChip state={workflow.state} />
          <Text size="sm" c="dimmed" component="span">
            <Ago at={workflow.submittedAt} />
          </Text>
        </Group>
        {workflow.state === "Running" && (
          <Button variant="default" leftSection={<Icon name="stop" size={16} />} loading={act.isPending} onClick={() => void cancel()}>
            {text.cancel}
          </Button>
        )}
        {(workflow.state === "Failed" || workflow.state === "Removed") && (
          <Button leftSection={<Icon name="again" size={16} />} loading={act.isPending} onClick={() => act.mutate("rescue")}>
            {text.rescue}
          </Button>
        )}
      </Group>
      <section className="card" style={{ padding: 16 }}>
        <Graph workflow={workflow} />
      </section>
      {workflow.steps
        .filter((step) => step.message != null)
        .map((step) => (
          <Alert key={step.name} color="red" variant="light" title={step.name} className="wrap">
            {step.message}
          </Alert>
        ))}
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.step}</Table.Th>
              <Table.Th>{text.columns.state}</Table.Th>
              <Table.Th>{text.app}</Table.Th>
              <Table.Th>{text.needs}</Table.Th>
              <Table.Th>{text.job}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {workflow.steps.map((step) => (
              <Table.Tr key={step.name}>
                <Table.Td>{step.name}</Table.Td>
                <Table.Td>
                  <StateChip state={step.state} />
                </Table.Td>
                <Table.Td>{step.appTitle}</Table.Td>
                <Table.Td>{step.needs.join(", ") || text.nothing}</Table.Td>
                <Table.Td>{step.job === undefined ? "" : <Anchor component={Link} to={`/jobs/${step.job}`} size="sm">{step.job}</Anchor>}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
