/** An application's descriptor, edited beside the form that it makes. Nothing of it runs here. */
import { Alert, Box, Button, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { Link, useParams } from "react-router";
import { ApiError, call, words } from "../../api/client";
import { appSourceQuery, keys } from "../../api/queries";
import type { App, AppSource } from "../../api/types";
import { access, authoring as text } from "../../text/authoring";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { AccessSheet } from "../app/AccessSheet";
import { RemoveApp } from "../apps/RemoveApp";
import { AppForm } from "../app/AppForm";
import { emptyForm } from "../app/form";
import { CodeArea, offsetOf, type Mistake } from "./CodeArea";
import { Conflict } from "./Conflict";
import { ExampleFiles } from "./ExampleFiles";
import { onlyOf } from "./source";
import { Versions } from "./Versions";

export default function EditorPage(): ReactElement {
  const { app = "" } = useParams();
  const source = useQuery(appSourceQuery(app));
  if (source.isError) {
    return source.error instanceof ApiError && [403, 404, 409, 410].includes(source.error.status) ? (
      <Empty icon="apps" title={text.notHere.title} body={words(source.error)} action={{ label: text.notHere.action, to: "/apps" }} />
    ) : (
      <ErrorBox error={source.error} retry={() => void source.refetch()} />
    );
  }
  return source.data === undefined ? <Loading lines={8} /> : <Editor key={app} app={app} first={source.data} />;
}

function Editor({ app, first }: { app: string; first: AppSource }): ReactElement {
  const client = useQueryClient();
  const area = useRef<HTMLTextAreaElement>(null);
  const [opened, setOpened] = useState(first);
  const [value, setValue] = useState(first.text);
  const [theirs, setTheirs] = useState<AppSource>();
  const [sheet, setSheet] = useState<"access" | "versions">();
  const dirty = value !== opened.text;

  const [asked] = useDebouncedValue(value, 400);
  const check = useQuery({
    queryKey: ["app check", app, asked, opened.version],
    queryFn: ({ signal }) => call("post", "/apps/{app}/source/check", { path: { app }, body: { text: asked }, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const [shown, setShown] = useState<App>();
  if (check.data?.app != null && check.data.app !== shown) {
    setShown(check.data.app);
  }
  useEffect(() => {
    if (!dirty) {
      return undefined;
    }
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);

  const adopt = (after: AppSource, keepText = false) => {
    setOpened(after);
    if (!keepText) {
      setValue(after.text);
    }
    setTheirs(undefined);
    client.setQueryData(keys.appSource(app), after);
    void client.invalidateQueries({ queryKey: keys.apps });
    void client.invalidateQueries({ queryKey: keys.app(app) });
  };
  const failed = async (e: unknown) => {
    if (e instanceof ApiError && e.status === 412) {
      setTheirs(await call("get", "/apps/{app}/source", { path: { app } }));
      return;
    }
    toast.failed(words(e));
  };
  const save = useMutation({
    mutationFn: (of: number) => call("put", "/apps/{app}/source", { path: { app }, body: { text: value }, headers: onlyOf(of) }),
    onSuccess: (after) => {
      toast.done(text.saved(after.version));
      adopt(after, true); // what was typed meanwhile stays
    },
    onError: failed,
  });
  const keep = () => {
    if (dirty && !save.isPending) {
      save.mutate(opened.version);
    }
  };
  const go = (mistake: Mistake) => {
    const at = offsetOf(value, mistake.line, mistake.column);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
    area.current?.parentElement?.parentElement?.scrollTo({ top: (mistake.line - 4) * 20 });
  };
  const mistakes = check.data?.problems ?? [];
  const current = asked === value && !check.isPlaceholderData;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <Box>
          <Text size="sm" c="dimmed" role="status">
            {dirty ? text.unsaved : text.noChange(opened.version)}
          </Text>
          <PageTitle title={text.page(app)} />
        </Box>
        <Group gap="xs">
          <Button component={Link} to={`/apps/${app}`} size="xs" variant="default" leftSection={<Icon name="play" size={14} />}>
            {text.back}
          </Button>
          <Button size="xs" variant="default" leftSection={<Icon name="clock" size={14} />} onClick={() => setSheet("versions")}>
            {text.versions.title}
          </Button>
          <Button size="xs" variant="default" leftSection={<Icon name="person" size={14} />} onClick={() => setSheet("access")}>
            {access.title}
          </Button>
          {!dirty && <RemoveApp app={{ id: app, title: shown?.title ?? app }} />}
          <Button size="xs" disabled={!dirty} loading={save.isPending} onClick={keep}>
            {text.save}
          </Button>
        </Group>
      </Group>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="sm">
            <CodeArea label={text.label} value={value} mistakes={mistakes} change={setValue} save={keep} area={area} />
            <Mistakes mistakes={mistakes} checking={!current || check.isFetching} go={go} />
            {check.isError && <ErrorBox error={check.error} retry={() => void check.refetch()} />}
            <ExampleFiles app={app} source={opened} adopt={(after) => adopt(after, true)} failed={(e) => void failed(e)} />
            <Text size="xs" c="dimmed">
              {text.docs}
            </Text>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Preview app={shown} old={mistakes.length > 0} />
        </Grid.Col>
      </Grid>
      {sheet === "access" && <AccessSheet app={{ id: app, title: shown?.title ?? app }} close={() => setSheet(undefined)} />}
      {sheet === "versions" && <Versions app={app} source={opened} dirty={dirty} close={() => setSheet(undefined)} adopt={adopt} failed={(e) => void failed(e)} />}
      {theirs !== undefined && <Conflict app={app} mine={value} theirs={theirs} close={() => setTheirs(undefined)} adopt={adopt} />}
    </Stack>
  );
}

function Mistakes({ mistakes, checking, go }: { mistakes: readonly Mistake[]; checking: boolean; go: (mistake: Mistake) => void }): ReactElement {
  return (
    <Stack gap={4}>
      <Group gap={6} role="status">
        <Icon name={mistakes.length === 0 ? "check" : "warn"} size={16} />
        <Text size="sm" fw={500} c={mistakes.length === 0 ? undefined : "var(--state-bad)"}>
          {mistakes.length === 0 ? text.good : text.wrong(mistakes.length)}
        </Text>
        {checking && (
          <Text size="sm" c="dimmed">
            {text.checking}
          </Text>
        )}
      </Group>
      {mistakes.slice(0, 20).map((one, i) => (
        <Button key={i} variant="subtle" size="compact-sm" h="auto" py={4} justify="flex-start" onClick={() => go(one)} styles={{ label: { whiteSpace: "normal", textAlign: "left", lineHeight: 1.5 } }}>
          {text.at(one.line, one.column)}: {one.place === "" ? "" : `${one.place}: `}
          {one.message}
        </Button>
      ))}
    </Stack>
  );
}

/** The form as it would be; a change of what it asks begins it anew. */
function Preview({ app, old }: { app: App | undefined; old: boolean }): ReactElement {
  return (
    <section aria-labelledby="preview">
      <Title order={2} id="preview" mb="xs">
        {text.preview}
      </Title>
      {app === undefined ? (
        <Text c="dimmed">{text.previewNone}</Text>
      ) : (
        <Box className="card">
          {old && (
            <Alert color="yellow" mb="md" icon={<Icon name="warn" />}>
              {text.previewOld}
            </Alert>
          )}
          <Text size="sm" c="dimmed">
            {app.category}
          </Text>
          <Title order={3}>{app.title}</Title>
          <Text mt={4} mb="md" className="wrap">
            {app.about}
          </Text>
          {!app.runnable && (
            <Text size="sm" c="var(--state-bad)" className="wrap" mb="md">
              {app.problem}
            </Text>
          )}
          <AppForm key={JSON.stringify([app.schema, app.ui, app.presets])} app={app} start={emptyForm(app)} trigger={undefined} preview />
        </Box>
      )}
    </section>
  );
}
