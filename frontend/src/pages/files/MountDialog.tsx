/** How to see one's files as a drive, with a token made on the spot. */
import { Alert, Anchor, Button, Group, Modal, NativeSelect, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import { useUser } from "../../app/user";
import { text as common } from "../../text/common";
import { mount as text } from "../../text/files";
import { CopyLine } from "../../ui/copy";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { stepsFor, systemOf, type MountFacts, type System } from "./mounting";

const SYSTEMS = Object.entries(text.systems).map(([value, label]) => ({ value, label }));

export default function MountDialog({ close }: { close: () => void }): ReactElement {
  const client = useQueryClient();
  const user = useUser();
  const [system, setSystem] = useState<System>(systemOf(navigator.userAgent));
  const { protocol, hostname, port, origin } = window.location;
  const tls = protocol === "https:";
  const facts: MountFacts = { origin, host: hostname, port: port === "" ? (tls ? "443" : "80") : port, user: user.name, tls };
  const token = useMutation({
    mutationFn: () => call("post", "/tokens", { body: { name: text.tokenName, scopes: ["files"], days: 365 } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Modal opened onClose={close} size="lg" title={text.title} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        <Text size="sm">{text.intro}</Text>
        {(hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]") && <Alert color="gray">{text.loopback}</Alert>}
        <Group grow align="flex-end">
          <div>
            <Text size="sm" fw={500} mb={4}>
              {text.name}
            </Text>
            <CopyLine value={facts.user} label={text.name} />
          </div>
          {token.data === undefined && (
            <Button variant="default" leftSection={<Icon name="key" size={16} />} loading={token.isPending} onClick={() => token.mutate()}>
              {text.make}
            </Button>
          )}
        </Group>
        {token.data !== undefined && (
          <div>
            <Text size="sm" fw={500} mb={4}>
              {text.password}
            </Text>
            <CopyLine value={token.data.token} label={text.password} />
            <Text size="xs" c="dimmed" mt={4}>
              {text.once}
            </Text>
          </div>
        )}
        {tls && (
          <Text size="sm">
            {text.trust}:{" "}
            <Anchor href="/ca.pem" download>
              {text.ca}
            </Anchor>
            .
          </Text>
        )}
        <NativeSelect label={text.system} data={SYSTEMS} value={system} onChange={(e) => setSystem(e.currentTarget.value as System)} />
        <Stack gap="sm" component="ol" pl={20} m={0}>
          {stepsFor(system, facts).map((step) => (
            <li key={step.words}>
              <Text size="sm" mb={step.command === undefined ? 0 : 4}>
                {step.words}
              </Text>
              {step.command !== undefined && <CopyLine value={step.command} label={step.words} />}
            </li>
          ))}
        </Stack>
      </Stack>
    </Modal>
  );
}
