/** Two texts of one version: both are shown, and both stay, whichever holds. */
import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { call, words } from "../../api/client";
import type { AppSource } from "../../api/types";
import { authoring } from "../../text/authoring";
import { text as common } from "../../text/common";
import { toast } from "../../ui/toasts";
import styles from "./editor.module.css";
import { onlyOf } from "./source";
import { Side } from "./Versions";

const text = authoring.conflict;

export interface ConflictProps {
  app: string;
  mine: string;
  theirs: AppSource;
  close: () => void;
  adopt: (after: AppSource) => void;
}

export function Conflict({ app, mine, theirs, close, adopt }: ConflictProps): ReactElement {
  const settle = useMutation({
    mutationFn: async (take: boolean) => {
      const saved = await call("put", "/apps/{app}/source", { path: { app }, body: { text: mine }, headers: onlyOf(theirs.version) });
      return take
        ? call("post", "/apps/{app}/source/versions/{version}/restore", { path: { app, version: theirs.version }, headers: onlyOf(saved.version) })
        : saved;
    },
    onSuccess: (after) => {
      toast.done(authoring.saved(after.version));
      adopt(after);
    },
  });
  return (
    <Modal opened size="xl" onClose={close} title={text.title} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        <Alert color="yellow">{text.body(theirs.version)}</Alert>
        {settle.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(settle.error)}
          </Alert>
        )}
        <div className={styles.compare}>
          {[
            { title: text.yours, body: mine },
            { title: text.theirs, body: theirs.text },
          ].map((side) => (
            <div key={side.title}>
              <Text size="sm" fw={600} mb={4}>
                {side.title}
              </Text>
              <Side title={side.title} words={side.body} />
            </div>
          ))}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" loading={settle.isPending} onClick={() => settle.mutate(true)}>
            {text.take}
          </Button>
          <Button loading={settle.isPending} onClick={() => settle.mutate(false)}>
            {text.mine}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
