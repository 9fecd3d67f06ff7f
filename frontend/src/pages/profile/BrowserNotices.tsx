import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useState, type ReactElement } from "react";
import { standing, turnOff, turnOn } from "../../app/notices";
import { browser as text } from "../../text/notices";
import { Icon } from "../../ui/icons";

/** Whether this browser tells of jobs' ends; asked for by a click, never by itself. */
export function BrowserNotices(): ReactElement {
  const [now, setNow] = useState(standing);
  return (
    <section aria-labelledby="browser-notices">
      <Title order={2} id="browser-notices" mb="xs">
        {text.title}
      </Title>
      <Stack gap="sm" maw={560} align="flex-start">
        <Text c="dimmed" size="sm">
          {text.body}
        </Text>
        {(now === "refused" || now === "missing") && (
          <Alert color="yellow" variant="light" icon={<Icon name="warn" />} role="alert" className="wrap">
            {text[now]}
          </Alert>
        )}
        {now === "on" ? (
          <>
            <Group gap={6} wrap="nowrap" role="status">
              <Icon name="check" size={16} />
              <Text size="sm">{text.on}</Text>
            </Group>
            <Button variant="default" onClick={() => setNow(turnOff())}>
              {text.switchOff}
            </Button>
          </>
        ) : (
          now !== "missing" && (
            <Button variant="default" onClick={() => void turnOn().then(setNow)}>
              {text.switchOn}
            </Button>
          )
        )}
      </Stack>
    </section>
  );
}
