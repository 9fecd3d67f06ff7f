import { Alert, Button, Group, Loader, Modal, NativeSelect, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { text as common } from "../../text/common";
import { pool as text } from "../../text/pool";
import { CopyLine } from "../../ui/copy";

const HOURS = [1, 8, 24, 168];

/** Makes a one-use link and shows the one command for the other machine. */
export function AddComputer({ close, known }: { close: () => void; known: number }): ReactElement {
  const [hours, setHours] = useState(24);
  const [before] = useState(known);
  const make = useMutation({ mutationFn: () => call("post", "/nodes/join-tokens", { body: { hours } }) });
  const link = make.data === undefined ? "" : (make.data.link ?? `${window.location.origin}/join#${make.data.token}`);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
  return (
    <Modal opened onClose={close} title={text.add} size="lg" closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        {loopback && (
          <Alert color="yellow" variant="light" className="wrap">
            {text.loopback}
          </Alert>
        )}
        {make.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(make.error)}
          </Alert>
        )}
        {make.data === undefined ? (
          <Group align="flex-end" gap="sm">
            <NativeSelect
              label={text.addHours}
              value={String(hours)}
              data={HOURS.map((h) => ({ value: String(h), label: text.hours(h) }))}
              onChange={(e) => setHours(Number(e.currentTarget.value))}
            />
            <Button loading={make.isPending} onClick={() => make.mutate()} data-autofocus>
              {text.make}
            </Button>
          </Group>
        ) : (
          <>
            <Text>{text.addBody}</Text>
            <CopyLine value={`./appliance node join '${link}'`} label={text.add} />
            <Text size="sm" c="dimmed">
              {text.addNote(hours)}
            </Text>
            <Group gap="sm">
              {known > before ? (
                <Text size="sm" fw={500} role="status">
                  {text.joined}
                </Text>
              ) : (
                <>
                  <Loader size="xs" aria-hidden />
                  <Text size="sm" role="status">
                    {text.waiting}
                  </Text>
                </>
              )}
              <Button ml="auto" variant="default" size="xs" onClick={() => make.reset()}>
                {text.again}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
