/** Earlier versions of an application: looked at, and brought back as a new one. */
import { Badge, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call } from "../../api/client";
import type { AppSource } from "../../api/types";
import { authoring } from "../../text/authoring";
import { text as common } from "../../text/common";
import { confirm } from "../../ui/confirm";
import { ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import styles from "./editor.module.css";
import { onlyOf } from "./source";

const text = authoring.versions;

export interface VersionsProps {
  app: string;
  source: AppSource;
  dirty: boolean;
  close: () => void;
  adopt: (after: AppSource) => void;
  failed: (error: unknown) => void;
}

export function Versions({ app, source, dirty, close, adopt, failed }: VersionsProps): ReactElement {
  const [looked, setLooked] = useState<number>();
  const restore = useMutation({
    mutationFn: (version: number) => call("post", "/apps/{app}/source/versions/{version}/restore", { path: { app, version }, headers: onlyOf(source.version) }),
    onSuccess: (after, version) => {
      toast.done(text.restored(version));
      adopt(after);
      close();
    },
    onError: (e) => {
      close();
      failed(e);
    },
  });
  const ask = async (version: number) => {
    if (!dirty || (await confirm(text.sure, text.discard))) {
      restore.mutate(version);
    }
  };
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={text.of(app)} closeButtonProps={{ "aria-label": common.close }} transitionProps={{ duration: 120 }}>
      <Text size="sm" c="dimmed" mb="sm">
        {text.keep}
      </Text>
      {source.versions.map((one) => (
        <Stack key={one.version} gap={6} py={8} style={{ borderBottom: "1px solid var(--line)" }}>
          <Group justify="space-between" wrap="nowrap">
            <div>
              <Group gap={6}>
                <Text size="sm" fw={500}>
                  {text.one(one.version)}
                </Text>
                {one.version === source.version && (
                  <Badge variant="default" tt="none" fw={500}>
                    {text.now}
                  </Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed">
                <Ago at={one.at} /> {text.by(one.by)}
                {typeof one.from === "number" && `, ${text.from(one.from)}`}
              </Text>
            </div>
            {one.version !== source.version && (
              <Group gap={4} wrap="nowrap">
                <Button size="compact-sm" variant="subtle" aria-expanded={looked === one.version} onClick={() => setLooked(looked === one.version ? undefined : one.version)} aria-label={text.look(one.version)}>
                  {text.look(one.version).split(" ")[0]}
                </Button>
                <Button size="compact-sm" variant="default" loading={restore.isPending} onClick={() => void ask(one.version)} aria-label={text.restore(one.version)}>
                  {text.restore(one.version).split(" ")[0]}
                </Button>
              </Group>
            )}
          </Group>
          {looked === one.version && <Old app={app} version={one.version} />}
        </Stack>
      ))}
    </Drawer>
  );
}

function Old({ app, version }: { app: string; version: number }): ReactElement {
  const old = useQuery({
    queryKey: ["app source", app, version],
    queryFn: ({ signal }) => call("get", "/apps/{app}/source", { path: { app }, query: { version }, signal }),
    staleTime: Infinity,
  });
  if (old.isError) {
    return <ErrorBox error={old.error} />;
  }
  return old.data === undefined ? <Loading /> : <Side title={text.one(version)} words={old.data.text} />;
}

export function Side({ title, words }: { title: string; words: string }): ReactElement {
  return (
    <div className={styles.side} tabIndex={0} role="region" aria-label={title}>
      <pre>{words}</pre>
    </div>
  );
}
