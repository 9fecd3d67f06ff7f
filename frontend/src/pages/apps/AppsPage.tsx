import { Badge, Button, Chip, Group, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState, type ReactElement } from "react";
import { Link, useNavigate } from "react-router";
import { appsQuery } from "../../api/queries";
import type { AppSummary } from "../../api/types";
import { may, useUser } from "../../app/user";
import { useAddress } from "../../lib/address";
import { text } from "../../text/apps";
import { authoring } from "../../text/authoring";
import { Icon } from "../../ui/icons";
import { useListKeys } from "../../ui/listKeys";
import { StageBadge } from "../app/AccessSheet";
import { NewApp } from "../author/NewApp";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { RemovedApps } from "./RemovedApps";

export default function AppsPage(): ReactElement {
  const apps = useQuery(appsQuery);
  const navigate = useNavigate();
  const mayMake = may(useUser(), "author");
  const [making, setMaking] = useState(false);
  const [search, setSearch] = useAddress();
  // typed here first: the address follows in a transition, which would swallow quick letters
  const [words, setWords] = useState(search.get("text") ?? "");
  const category = search.get("category") ?? "";
  const all = apps.data ?? [];
  const categories = [...new Set(all.map((a) => a.category))].sort();
  const shown = all.filter(
    (a) =>
      (category === "" || a.category === category) &&
      `${a.title} ${a.summary} ${a.id} ${a.category}`.toLowerCase().includes(words.trim().toLowerCase()),
  );
  const set = (key: string, value: string) =>
    setSearch(
      (before) => {
        if (value === "") {
          before.delete(key);
        } else {
          before.set(key, value);
        }
        return before;
      },
      { replace: true },
    );
  const open = useCallback(
    (row: number) => {
      const app = shown[row];
      if (app !== undefined) {
        void navigate(`/apps/${app.id}`);
      }
    },
    [navigate, shown],
  );
  const current = useListKeys(shown.length, open);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        {mayMake && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
            {authoring.make.action}
          </Button>
        )}
      </Group>
      {making && <NewApp close={() => setMaking(false)} />}
      {apps.isPending && <Loading />}
      {apps.isError && <ErrorBox error={apps.error} retry={() => void apps.refetch()} />}
      {apps.isSuccess && all.length === 0 && <Empty icon="apps" title={text.none.title} body={text.none.body} />}
      {all.length > 0 && (
        <>
          <Group gap="md">
            <TextInput
              data-filter
              aria-label={text.filter}
              placeholder={text.filter}
              leftSection={<Icon name="search" size={16} />}
              value={words}
              onChange={(e) => {
                setWords(e.currentTarget.value);
                set("text", e.currentTarget.value);
              }}
              w={{ base: "100%", xs: 280 }}
            />
            {categories.length > 1 && (
              <Chip.Group value={category} onChange={(value) => set("category", value)}>
                <Group gap={6}>
                  <Chip value="" size="xs">
                    {text.any}
                  </Chip>
                  {categories.map((c) => (
                    <Chip key={c} value={c} size="xs">
                      {c}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            )}
            <Text size="sm" c="dimmed" ml="auto">
              {text.count(shown.length)}
            </Text>
          </Group>
          {shown.length === 0 && (
            <Empty icon="search" title={text.noMatch.title} body={text.noMatch.body} action={{ label: text.noMatch.action, onClick: () => { setWords(""); setSearch({}); } }} />
          )}
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
            {shown.map((a, i) => (
              <AppCard key={a.id} app={a} current={i === current} />
            ))}
          </SimpleGrid>
        </>
      )}
      {mayMake && <RemovedApps />}
    </Stack>
  );
}

function AppCard({ app, current }: { app: AppSummary; current: boolean }): ReactElement {
  return (
    <Link
      to={app.editable === true && !app.runnable && app.category === "" ? `/apps/${app.id}/edit` : `/apps/${app.id}`}
      className="card quiet-link row"
      aria-label={text.open(app.title)}
      style={{ textDecoration: "none", outline: current ? "2px solid var(--mantine-primary-color-filled)" : undefined }}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} className="wrap">
          {app.title}
        </Title>
        <Group gap={4} wrap="nowrap">
          <StageBadge stage={app.stage} />
          {app.category !== "" && (
            <Badge variant="default" tt="none" fw={500} style={{ flexShrink: 0 }}>
              {app.category}
            </Badge>
          )}
        </Group>
      </Group>
      <Text size="sm" c="dimmed" mt={6} lineClamp={3}>
        {app.summary}
      </Text>
      {!app.runnable && (
        <Text size="sm" mt="sm" c="var(--state-bad)" className="wrap">
          <b>{text.broken}.</b> {app.problem}
        </Text>
      )}
    </Link>
  );
}
