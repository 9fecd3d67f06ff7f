import { ActionIcon, Group, Text } from "@mantine/core";
import type { ReactElement } from "react";
import { Icon } from "./icons";

/** Where one is among many things that are shown by pages, and the way on; nothing where one page holds all. */
export function Pager({ from, size, all, words, go }: { from: number; size: number; all: number; words: { page: (first: number, last: number, all: number) => string; before: string; after: string }; go: (from: number) => void }): ReactElement | null {
  if (all <= size) {
    return null;
  }
  return (
    <Group justify="flex-end" gap="xs" mt="xs">
      <Text size="sm" c="dimmed" role="status">
        {words.page(from + 1, Math.min(from + size, all), all)}
      </Text>
      <ActionIcon variant="default" aria-label={words.before} disabled={from === 0} onClick={() => go(Math.max(0, from - size))}>
        <Icon name="left" size={16} />
      </ActionIcon>
      <ActionIcon variant="default" aria-label={words.after} disabled={from + size >= all} onClick={() => go(from + size)}>
        <Icon name="right" size={16} />
      </ActionIcon>
    </Group>
  );
}
