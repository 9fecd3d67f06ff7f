import { Group, Progress, Text } from "@mantine/core";
import type { ReactElement } from "react";
import type { Job } from "../api/types";
import { count, duration, percent } from "../lib/format";
import { text } from "../text/jobs";

/** A job's subjobs as one bar: done, failed, running (as far as their programs say they are); the words beside it say the same. */
export function JobProgress({ job, wide = false, left = true }: { job: Job; wide?: boolean; left?: boolean }): ReactElement {
  const { counts } = job;
  const total = Math.max(1, counts.total);
  const part = (n: number) => (100 * n) / total;
  const done = counts.completed + counts.failed + counts.removed;
  const label = text.of(count(done), count(counts.total));
  const said = job.progress ?? undefined;
  const whole = said === undefined ? percent(done, counts.total) : Math.floor(said.percent);
  // of what runs, the part that its programs say is behind them
  const running = said === undefined ? part(counts.running) : Math.min(part(counts.running), Math.max(0, said.percent - part(done)));
  return (
    <Group gap="xs" wrap="nowrap" w="100%">
      <Progress.Root size={wide ? 10 : 8} flex={1} miw={60} role="img" aria-label={`${label}, ${whole} %`}>
        <Progress.Section value={part(counts.completed)} color="var(--square-good)" aria-hidden />
        <Progress.Section value={part(counts.failed)} color="var(--square-bad)" aria-hidden />
        <Progress.Section value={part(counts.removed)} color="var(--square-removed)" aria-hidden />
        <Progress.Section value={running} color="var(--square-running)" aria-hidden />
        <Progress.Section value={part(counts.suspended + counts.held)} color="var(--square-paused)" aria-hidden />
      </Progress.Root>
      <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
        {wide ? (said === undefined ? label : `${label} · ${whole} %`) : `${whole} %`}
        {left && job.state === "Running" && typeof job.secondsLeft === "number" && ` · ${text.timeLeft(duration(job.secondsLeft))}`}
      </Text>
    </Group>
  );
}

/** Seconds that a job took, or has taken so far. */
export function took(job: { startedAt?: string | null; endedAt?: string | null }, now: number): number | undefined {
  if (job.startedAt === null || job.startedAt === undefined) {
    return undefined;
  }
  const end = typeof job.endedAt === "string" ? Date.parse(job.endedAt) : now;
  return Math.max(0, (end - Date.parse(job.startedAt)) / 1000);
}
