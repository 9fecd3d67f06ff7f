/** The HTTP interface: every operation of the contract with its parameters, bodies, answers and an example. */
import { Accordion, Anchor, Badge, Box, Button, Drawer, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useEffect, useRef, type ReactElement } from "react";
import { Link } from "react-router";
import contract from "../../api/generated/reference.json";
import { API } from "../../api/client";
import { useAddress } from "../../lib/address";
import { byTag, curlOf, matching, typeParts, type Field, type Operation, type Reference } from "../../lib/reference";
import { text as common } from "../../text/common";
import { reference as text } from "../../text/reference";
import { CopyLine } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { Empty, PageTitle } from "../../ui/states";

const all: Reference = contract;
const WITHIN: Record<string, string> = { path: text.within.inPath, query: text.within.inQuery, header: text.within.inHeader, cookie: text.within.inCookie };

export default function ReferencePage(): ReactElement {
  const [search, setSearch] = useAddress();
  const filter = search.get("filter") ?? "";
  const set = (key: string, value: string | null) =>
    setSearch(
      (now) => {
        if (value === null || value === "") {
          now.delete(key);
        } else {
          now.set(key, value);
        }
        return now;
      },
      { replace: true },
    );
  const linked = useRef(search.get("operation"));
  useEffect(() => {
    document.getElementById(linked.current ?? "")?.scrollIntoView({ block: "start" });
  }, []);
  const found = matching(all.operations, filter);
  const schema = all.schemas.find((one) => one.name === search.get("schema"));
  const show = (name: string) => set("schema", name);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <Button component="a" href={`${API}/openapi.yaml`} download variant="default" leftSection={<Icon name="download" size={16} />}>
          {text.contract}
        </Button>
      </Group>
      <Text c="dimmed" size="sm">
        {text.intro} {text.token}{" "}
        <Anchor component={Link} to="/profile#tokens" inherit underline="always">
          {text.tokenLink}
        </Anchor>
        .
      </Text>
      <Group gap="sm">
        <TextInput
          data-filter
          flex={1}
          aria-label={text.filter}
          placeholder={text.filter}
          leftSection={<Icon name="search" size={16} />}
          value={filter}
          onChange={(e) => set("filter", e.currentTarget.value)}
        />
        <Text size="sm" c="dimmed" role="status">
          {text.found(found.length)}
        </Text>
      </Group>
      {found.length === 0 && <Empty icon="search" title={text.none.title} body={text.none.body} action={{ label: text.none.action, onClick: () => set("filter", null) }} />}
      <Accordion variant="contained" chevronPosition="left" order={3} value={search.get("operation")} onChange={(id) => set("operation", id)}>
        {byTag(found).map(([tag, operations]) => (
          <Box key={tag} mb="lg">
            <Title order={2} size="h4" mb="xs" tt="capitalize">
              {tag}
            </Title>
            {operations.map((one) => (
              <Accordion.Item key={one.id} value={one.id} id={one.id}>
                <Accordion.Control>
                  <Heading operation={one} />
                </Accordion.Control>
                <Accordion.Panel>{search.get("operation") === one.id && <Details operation={one} show={show} />}</Accordion.Panel>
              </Accordion.Item>
            ))}
          </Box>
        ))}
      </Accordion>
      <Drawer
        opened={schema !== undefined}
        onClose={() => set("schema", null)}
        position="right"
        size="lg"
        title={`${text.schema} ${schema?.name ?? ""}`}
        closeButtonProps={{ "aria-label": common.close }}
      >
        {schema !== undefined && (
          <Stack gap="sm">
            {schema.note !== "" && <Text size="sm">{schema.note}</Text>}
            {schema.fields.length > 0 ? <Rows rows={schema.fields} label={`${text.fields}: ${schema.name}`} show={show} /> : <Type of={schema.type} show={show} />}
          </Stack>
        )}
      </Drawer>
    </Stack>
  );
}

function Heading({ operation }: { operation: Operation }): ReactElement {
  return (
    <Group gap="xs" wrap="wrap">
      <Badge variant="outline" color="gray" radius="sm" w={80}>
        {operation.method}
      </Badge>
      <Text component="span" className="mono wrap" size="sm" fw={600}>
        {operation.path}
      </Text>
      <Text component="span" size="sm" c="dimmed" className="wrap">
        {operation.summary === "" ? operation.id : operation.summary}
      </Text>
    </Group>
  );
}

function Details({ operation, show }: { operation: Operation; show: (schema: string) => void }): ReactElement {
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        <span className="mono">{operation.id}</span>
        {operation.open && ` · ${text.anyone}`}
      </Text>
      {operation.description !== "" && (
        <Text size="sm" className="wrap">
          {operation.description}
        </Text>
      )}
      {operation.parameters.length > 0 && (
        <Part title={text.parameters}>
          <Rows rows={operation.parameters} label={text.parameters} show={show} />
        </Part>
      )}
      {operation.bodies.map((body) => (
        <Part key={body.media} title={text.body}>
          <Content media={body.media} type={body.type} show={show} />
          {body.note !== "" && <Text size="sm">{body.note}</Text>}
          {body.fields.length > 0 && <Rows rows={body.fields} label={`${text.body}: ${body.media}`} show={show} />}
        </Part>
      ))}
      <Part title={text.answers}>
        {operation.answers.map((answer) => (
          <Stack key={answer.status} gap={4}>
            <Group gap="xs">
              <Badge variant="outline" color="gray" radius="sm">
                {answer.status}
              </Badge>
              <Text size="sm" className="wrap">
                {answer.note}
              </Text>
              {answer.types.map((one) => (
                <Content key={one.media} media={one.media} type={one.type} show={show} />
              ))}
            </Group>
            {answer.types.map((one) => one.fields.length > 0 && <Rows key={one.media} rows={one.fields} label={`${answer.status}: ${one.media}`} show={show} />)}
          </Stack>
        ))}
      </Part>
      <Part title={text.example}>
        <CopyLine value={curlOf(operation, window.location.origin + API)} label={text.example} />
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }): ReactElement {
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {title}
      </Text>
      {children}
    </Stack>
  );
}

function Content({ media, type, show }: { media: string; type: string; show: (schema: string) => void }): ReactElement {
  return (
    <Text size="sm" className="wrap">
      <span className="mono">{media}</span> <Type of={type} show={show} />
    </Text>
  );
}

function Rows({ rows, label, show }: { rows: readonly Field[]; label: string; show: (schema: string) => void }): ReactElement {
  return (
    <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "group", "aria-label": label } }}>
      <Table verticalSpacing={4} fz="sm" aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">{text.columns.name}</Table.Th>
            <Table.Th w="30%">{text.columns.type}</Table.Th>
            <Table.Th>{text.columns.note}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={`${row.in ?? ""}/${row.name}`}>
              <Table.Td className="wrap" valign="top">
                <span className="mono">{row.name}</span>
                <Text size="xs" c="dimmed">
                  {[WITHIN[row.in ?? ""] ?? "", row.required ? text.required : ""].filter((word) => word !== "").join(", ")}
                </Text>
              </Table.Td>
              <Table.Td className="wrap" valign="top">
                <Type of={row.type} show={show} />
              </Table.Td>
              <Table.Td className="wrap" valign="top">
                {row.note}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** A type; the schemas it names open beside the page. */
function Type({ of, show }: { of: string; show: (schema: string) => void }): ReactElement {
  return (
    <span className="mono">
      {typeParts(of).map((part, i) =>
        part.schema ? (
          <Anchor key={i} component="button" type="button" inherit onClick={() => show(part.text)}>
            {part.text}
          </Anchor>
        ) : (
          part.text
        ),
      )}
    </span>
  );
}
