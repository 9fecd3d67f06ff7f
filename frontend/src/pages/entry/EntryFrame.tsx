import { Box, Group, Stack, Text } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import { text } from "../../text/common";
import { LanguageSwitch } from "../../ui/language";
import { PageTitle } from "../../ui/states";

/** The narrow page of login, registration and setup. */
export function EntryFrame({ title, node, children }: { title: string; node?: string; children: ReactNode }): ReactElement {
  return (
    <Box component="main" mx="auto" px="md" py={48} maw={440} mih="100vh">
      <Group gap="sm" mb="xl" wrap="nowrap">
        <img src="/icon.svg" alt="" width={32} height={32} />
        <Text fw={600}>{text.product}</Text>
        {node !== undefined && (
          <Text c="dimmed" truncate>
            {node}
          </Text>
        )}
      </Group>
      <Stack gap="md">
        <PageTitle title={title} />
        {children}
      </Stack>
      <LanguageSwitch mt={48} w={200} />
    </Box>
  );
}

/** Only addresses of this program are followed after login. */
export function safeNext(next: string | null): string {
  return next !== null && next.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/";
}
