import { ActionIcon, Box, CopyButton, Group, Stack, Text, Tooltip } from "@mantine/core";
import type { ReactElement } from "react";
import { text } from "../text/common";
import { Icon } from "./icons";

export function CopyIcon({ value, label }: { value: string; label: string }): ReactElement {
  return (
    <CopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? text.copied : text.copy}>
          <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={copied ? text.copied : label}>
            <Icon name={copied ? "check" : "copy"} size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A line to take along: a command, a token, a hash. */
export function CopyLine({ value, label }: { value: string; label: string }): ReactElement {
  return (
    <Group wrap="nowrap" gap="xs" className="card" p="xs" style={{ background: "var(--soft)" }}>
      <Box className="mono wrap" fz="sm" flex={1} tabIndex={0} role="textbox" aria-readonly="true" aria-label={label}>
        {value}
      </Box>
      <CopyIcon value={value} label={`${text.copy}: ${label}`} />
    </Group>
  );
}

/** A secret that was made just now, with the words that say that it is not shown again. */
export function ShownOnce({ words, value, label }: { words: string; value: string; label: string }): ReactElement {
  return (
    <Stack gap="sm">
      <Text size="sm" fw={500}>
        {words}
      </Text>
      <CopyLine value={value} label={label} />
    </Stack>
  );
}
