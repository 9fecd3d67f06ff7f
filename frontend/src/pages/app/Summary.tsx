import { Alert, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactElement } from "react";
import { Link } from "react-router";
import type { App, EarlierJob, Estimate } from "../../api/types";
import { count, duration, exact, memory } from "../../lib/format";
import { text } from "../../text/apps";
import { usage } from "../../text/usage";
import { Icon } from "../../ui/icons";

export interface SummaryProps {
  app: App;
  /** Asked for in place of the application's. */
  memoryBytes: number | undefined;
  estimate: Estimate | undefined;
  /** A job that had the same results; undefined while that is not known of what is in the form now. */
  earlier: EarlierJob | undefined;
  /** Of swept values. */
  combinations: number;
  estimating: boolean;
  problem: string | undefined;
  busy: boolean;
  disabled: boolean;
  run: () => void;
}

/** What a run would become, beside the button that starts it. */
export function Summary({ app, memoryBytes, estimate, earlier, combinations, estimating, problem, busy, disabled, run }: SummaryProps): ReactElement {
  return (
    <section className="card" aria-labelledby="summary">
      <Title order={2} id="summary" mb="sm">
        {text.form.summary}
      </Title>
      {estimate === undefined ? (
        <Text size="sm" c="dimmed" mih={120}>
          {text.form.unknown}
        </Text>
      ) : (
        <Stack gap={6} mih={120} aria-busy={estimating} aria-live="polite">
          {combinations > 1 && combinations !== estimate.subjobs && <Line label={text.sweep.combinations} value={count(combinations)} />}
          <Line label={text.form.subjobs} value={count(estimate.subjobs)} />
          <Line label={text.form.time} value={typeof estimate.wallSeconds === "number" ? text.form.wall(duration(estimate.wallSeconds)) : "–"} />
          <Line label={text.form.cpuTime} value={duration(estimate.cpuSeconds)} />
          <Line label={text.form.memory} value={memoryBytes === undefined || memoryBytes === app.resources.memoryBytes ? memory(app.resources.memoryBytes) : `${memory(memoryBytes)} (${usage.instead(memory(app.resources.memoryBytes))})`} />
          <Line label={text.form.slots} value={count(estimate.freeSlots)} />
          <Line label={text.form.waits} value={estimate.waitsFor ?? text.form.starts} />
        </Stack>
      )}
      {problem !== undefined && (
        <Alert color="red" variant="light" mt="sm" role="alert" className="wrap" p="sm">
          {problem}
        </Alert>
      )}
      <Button fullWidth mt="md" size="md" loading={busy} disabled={disabled} onClick={run} leftSection={<Icon name={isInteractive(app) ? "desktops" : "play"} size={16} />}>
        {isInteractive(app) ? text.form.openProgram : text.form.run}
      </Button>
      {earlier !== undefined && (
        // below the button, so that it does not move from under the pointer
        <Alert color="blue" variant="light" mt="sm" p="sm" role="status" className="wrap">
          {text.form.earlier(exact(earlier.endedAt), earlier.job, duration(earlier.seconds))}{" "}
          <Anchor component={Link} to={`/jobs/${earlier.job}?tab=results`} inherit underline="always">
            {text.form.earlierResults}
          </Anchor>
        </Alert>
      )}
      <Text size="xs" c="dimmed" ta="center" mt={8} visibleFrom="sm">
        <kbd className="kbd">{text.form.runHint}</kbd>
      </Text>
    </section>
  );
}

/** Whether its program shows windows, which open here. */
export function isInteractive(app: { interactive?: "vnc" | null }): boolean {
  return app.interactive === "vnc";
}

function Line({ label, value }: { label: string; value: string }): ReactElement {
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start" gap="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="sm" ta="right" className="wrap">
        {value}
      </Text>
    </Group>
  );
}
