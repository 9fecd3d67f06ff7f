/** Desktops and terminals of the person: cards, open, stop, share. */
import { ActionIcon, Alert, Badge, Button, Group, Menu, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link, useNavigate } from "react-router";
import { API, call, words } from "../../api/client";
import { desktopsQuery, keys } from "../../api/queries";
import type { Desktop, DesktopKind } from "../../api/types";
import { memory } from "../../lib/format";
import { desktops as text } from "../../text/desktops";
import { confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago, useNow } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { EndsSoon } from "./EndsSoon";
import { ShareDialog } from "./ShareDialog";

export default function DesktopsPage(): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const list = useQuery(desktopsQuery);
  const [sharing, setSharing] = useState<string>();
  const open = useMutation({
    mutationFn: (kind: DesktopKind) => call("post", "/desktops", { body: { kind } }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: keys.desktops });
      void navigate(`/desktops/${made.id}`);
    },
    onError: (e) => toast.failed(words(e)),
  });
  const obstacles = Object.entries(list.data?.obstacles ?? {});
  const shown = list.data?.desktops.toReversed() ?? [];
  const shared = shown.find((d) => d.id === sharing);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle title={text.title} />
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<Icon name="terminal" size={16} />}
            disabled={list.data?.obstacles["terminal"] !== undefined}
            loading={open.isPending && open.variables === "terminal"}
            onClick={() => open.mutate("terminal")}
          >
            {text.openTerminal}
          </Button>
          <Button
            leftSection={<Icon name="desktops" size={16} />}
            disabled={list.data?.obstacles["desktop"] !== undefined}
            loading={open.isPending && open.variables === "desktop"}
            onClick={() => open.mutate("desktop")}
          >
            {text.open}
          </Button>
        </Group>
      </Group>
      {obstacles.length > 0 && (
        <Alert color="yellow" variant="light" icon={<Icon name="warn" />} className="wrap">
          {obstacles.map(([kind, why]) => (
            <Text size="sm" key={kind} c="var(--mantine-color-text)">
              {text.obstacle(text.kinds[kind as DesktopKind], why)}
            </Text>
          ))}
        </Alert>
      )}
      {list.isPending && <Loading lines={4} />}
      {list.isError && <ErrorBox error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && shown.length === 0 && <Empty icon="desktops" {...text.empty} />}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {shown.map((desktop) => (
          <Card key={desktop.id} desktop={desktop} share={() => setSharing(desktop.id)} />
        ))}
      </SimpleGrid>
      {shared !== undefined && <ShareDialog desktop={shared} close={() => setSharing(undefined)} />}
    </Stack>
  );
}

/** What the desktop shows now, renewed while the page is looked at. */
function Picture({ desktop, to }: { desktop: Desktop; to: string }): ReactElement {
  const now = useNow(10_000);
  const [broken, setBroken] = useState(false);
  const address = `${API}/desktops/${desktop.id}/picture?at=${Math.floor(now / 10_000)}`;
  return (
    <Link to={to} style={{ display: "block", aspectRatio: "16 / 10", overflow: "hidden", background: "var(--soft)", marginBottom: 8 }}>
      <img
        src={address}
        alt={text.picture(desktop.title)}
        style={{ width: "100%", height: "100%", objectFit: "contain", visibility: broken ? "hidden" : "visible" }}
        onError={() => setBroken(true)}
        onLoad={() => setBroken(false)}
      />
    </Link>
  );
}

function Card({ desktop, share }: { desktop: Desktop; share: () => void }): ReactElement {
  const client = useQueryClient();
  const running = desktop.endedAt === undefined || desktop.endedAt === null;
  const stop = useMutation({
    mutationFn: () => call("delete", "/desktops/{desktop}", { path: { desktop: desktop.id } }),
    onSuccess: () => toast.done(text.stopped(desktop.title)),
    onError: (e) => toast.failed(words(e)),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.desktops }),
  });
  const ask = async () => {
    if (await confirm(text.sureStop(desktop.title), text.stop)) {
      stop.mutate();
    }
  };
  const to = `/desktops/${desktop.id}`;
  return (
    <section className="card" aria-labelledby={desktop.id} data-desktop={desktop.id}>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Group gap={8} wrap="nowrap">
          <Icon name={desktop.kind === "terminal" ? "terminal" : "desktops"} />
          <Title order={2} id={desktop.id} className="wrap" fz="md">
            {desktop.title}
          </Title>
        </Group>
        <Badge variant="light" tt="none" color={running ? "blue" : "gray"} c={running ? "var(--state-running)" : "var(--state-idle)"}>
          {running ? text.running : text.ended}
        </Badge>
      </Group>
      {running && desktop.kind !== "terminal" && <Picture desktop={desktop} to={to} />}
      <Stack gap={2} mb="sm">
        <Text size="sm">
          {running ? text.since : text.ended} <Ago at={desktop.endedAt ?? desktop.createdAt} />
        </Text>
        {running ? (
          <>
            {desktop.endsAt !== undefined && desktop.endsAt !== null && desktop.endsSoon !== true && (
              <Text size="sm" c="dimmed">
                {text.endsAt} <Ago at={desktop.endsAt} />
              </Text>
            )}
            <Text size="sm" c="dimmed">
              {desktop.id.startsWith("job-") ? text.inJob(memory(desktop.memoryLimit)) : text.memory(memory(desktop.memoryBytes), memory(desktop.memoryLimit))}
            </Text>
            {typeof desktop.reason === "string" && (
              <Text size="sm" className="wrap">
                {desktop.reason}
              </Text>
            )}
            <Text size="sm" c="dimmed" className="wrap">
              {desktop.viewers.length === 0 ? text.nobody : text.connected(desktop.viewers.map((v) => (v.viewOnly ? text.watches(v.user) : v.user)).join(", "))}
              {desktop.shares.length > 0 && ` · ${text.shares(desktop.shares.length)}`}
            </Text>
          </>
        ) : (
          <Text size="sm" className="wrap">
            {text.endedWhy(desktop.reason ?? "")}
          </Text>
        )}
      </Stack>
      {running && <EndsSoon desktop={desktop} />}
      {running && (
        <Group gap="xs">
          <Button component={Link} to={to} size="xs">
            {text.connect}
          </Button>
          <Button component="a" href={to} target="_blank" rel="noreferrer" size="xs" variant="default">
            {text.newTab}
          </Button>
          <Menu position="bottom-end" withinPortal transitionProps={{ duration: 80 }}>
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label={text.more(desktop.title)} ml="auto">
                <Icon name="more" size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={Link} to={`${to}?watch`} leftSection={<Icon name="search" size={16} />}>
                {text.watch}
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="share" size={16} />} onClick={share}>
                {text.share}
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="stop" size={16} />} onClick={() => void ask()}>
                {text.stop}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      )}
    </section>
  );
}
