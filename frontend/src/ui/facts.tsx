import { Group, SimpleGrid, Text } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";

/** What is known of a thing, each with its name above it: two beside each other in a sheet, or `large` in a row of a card. */
export function Facts({ facts, large = false }: { facts: readonly (readonly [string, ReactNode])[]; large?: boolean }): ReactElement {
  const list = facts.map(([label, value]) => (
    <div key={label}>
      <Text component="dt" size={large ? "sm" : "xs"} c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0} {...(large ? { fw: 600 } : { size: "sm" })} className="wrap">
        {value}
      </Text>
    </div>
  ));
  return large ? (
    <Group component="dl" m={0} gap="xl">
      {list}
    </Group>
  ) : (
    <SimpleGrid cols={2} spacing="sm" verticalSpacing="xs" component="dl" m={0}>
      {list}
    </SimpleGrid>
  );
}
