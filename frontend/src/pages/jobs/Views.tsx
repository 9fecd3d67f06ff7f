/** Filters of the list of jobs that a person keeps by name, and what a filter can say. */
import { ActionIcon, Button, Code, Divider, Group, Popover, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys, viewsQuery } from "../../api/queries";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";

export function Views({ query, choose }: { query: string; choose: (query: string) => void }): ReactElement {
  const client = useQueryClient();
  const views = useQuery(viewsQuery).data ?? [];
  const [name, setName] = useState("");
  const [open, setOpen] = useState(false);
  const done = () => void client.invalidateQueries({ queryKey: keys.views });
  const keep = useMutation({
    mutationFn: () => call("put", "/views/{name}", { path: { name: name.trim() }, body: { query } }),
    onSuccess: (view) => {
      done();
      setName("");
      setOpen(false);
      toast.done(text.views.saved(view.name));
    },
    onError: (e) => toast.failed(words(e)),
  });
  const forget = useMutation({
    mutationFn: (view: string) => call("delete", "/views/{name}", { path: { name: view } }),
    onSuccess: done,
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus shadow="md" transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button variant="default" rightSection={<Icon name="down" size={14} />} onClick={() => setOpen(!open)}>
          {text.views.title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown miw={260} p="xs">
        <Stack gap={2}>
        {text.views.ready.map((view) => (
          <Button variant="subtle" size="compact-sm" justify="flex-start"
            key={view.query}
            onClick={() => {
              choose(view.query);
              setOpen(false);
            }}
          >
            {view.name}
          </Button>
        ))}
        {views.length > 0 && <Divider my={4} />}
        {views.map((view) => (
          <Group key={view.name} gap={4} wrap="nowrap">
            <Button variant="subtle" size="compact-sm" justify="flex-start"
              flex={1}
              onClick={() => {
                choose(view.query);
                setOpen(false);
              }}
            >
              {view.name}
            </Button>
            <ActionIcon variant="subtle" aria-label={text.views.remove(view.name)} onClick={() => forget.mutate(view.name)}>
              <Icon name="cross" size={14} />
            </ActionIcon>
          </Group>
        ))}
        {query !== "" && (
          <>
            <Divider my={4} />
            <Group gap="xs" wrap="nowrap">
              <TextInput
                size="xs"
                flex={1}
                aria-label={text.views.name}
                placeholder={text.views.name}
                maxLength={80}
                value={name}
                onChange={(e) => setName(e.currentTarget.value)}
              />
              <Button size="xs" disabled={name.trim() === ""} loading={keep.isPending} onClick={() => keep.mutate()}>
                {text.views.save}
              </Button>
            </Group>
          </>
        )}
      </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

export interface FilterHelpText {
  title: string;
  intro: string;
  rows: readonly (readonly [string, string])[];
}

/** What can be written in the filter, by example. */
export function FilterHelp({ help = text.filterHelp }: { help?: FilterHelpText }): ReactElement {
  return (
    <Popover width={340} position="bottom-start" withArrow shadow="md">
      <Popover.Target>
        <ActionIcon variant="default" size={36} aria-label={help.title}>
          ?
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text size="sm">{help.intro}</Text>
          <Table withRowBorders={false} verticalSpacing={2} horizontalSpacing={4}>
            <Table.Tbody>
              {help.rows.map(([term, means]) => (
                <Table.Tr key={term}>
                  <Table.Td>
                    <Code>{term}</Code>
                  </Table.Td>
                  <Table.Td>{means}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
