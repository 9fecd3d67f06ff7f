/** What this machine's owner allows jobs to do here: the Desktop Controller's page. */
import { Alert, Anchor, Button, Checkbox, Chip, Group, NumberInput, Radio, Select, SimpleGrid, Stack, TagsInput, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Sharing, SharingState } from "../../api/types";
import { duration } from "../../lib/format";
import { sharing as text } from "../../text/sharing";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { toast } from "../../ui/toasts";

const LOOK_MILLIS = 2_000;
const QUIET_MINUTES = 60;
const levels = ["OFF", "AWAY", "GENTLE", "ALWAYS"] as const;
const days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;

export default function SharePage(): ReactElement {
  const state = useQuery({
    queryKey: keys.sharing,
    queryFn: ({ signal }) => call("get", "/sharing", { signal }),
    refetchInterval: LOOK_MILLIS,
  });
  return (
    <Stack gap="lg" maw={760}>
      <Anchor component={Link} to="/pool" size="sm">
        {text.back}
      </Anchor>
      <PageTitle title={text.title} />
      <Text c="dimmed">{text.intro}</Text>
      {state.isPending && <Loading lines={6} />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && (
        <>
          <Now state={state.data} />
          <Settings given={state.data.sharing} />
        </>
      )}
    </Stack>
  );
}

function Now({ state }: { state: SharingState }): ReactElement {
  const client = useQueryClient();
  const quiet = useMutation({
    mutationFn: (minutes: number) => call("post", "/sharing/snooze", { body: { minutes } }),
    onSuccess: (next) => client.setQueryData(keys.sharing, next),
    onError: (e) => toast.failed(words(e)),
  });
  const why = state.paused ?? undefined;
  const left = state.snoozeSeconds ?? 0;
  const facts = [
    state.idleSeconds === null || state.idleSeconds === undefined ? text.now.noIdle : text.now.idle(duration(state.idleSeconds), state.idleSource ?? ""),
    text.now.foreign(state.foreignCpuPercent ?? 0),
    ...(state.onBattery === true ? [text.now.battery] : []),
  ];
  return (
    <section className="card" aria-labelledby="now" style={{ padding: 16 }}>
      <Title order={2} id="now" size="h4" mb="xs">
        {text.now.title}
      </Title>
      <Group justify="space-between" align="flex-start" gap="md">
        <Stack gap={4} flex={1} miw={240}>
          <Text fw={600} role="status" className="wrap">
            {why === undefined ? text.now.running(state.percent ?? 0) : text.now.paused(why)}
            {why !== undefined && (state.pausedSeconds ?? 0) > 0 && ` · ${text.now.since(duration(state.pausedSeconds ?? 0))}`}
          </Text>
          <Text size="sm" c="dimmed" className="wrap">
            {facts.join(" · ")}
          </Text>
        </Stack>
        {left > 0 ? (
          <Button variant="default" loading={quiet.isPending} onClick={() => quiet.mutate(0)}>
            {text.resume}
          </Button>
        ) : (
          <Button variant="default" leftSection={<Icon name="pause" size={16} />} loading={quiet.isPending} onClick={() => quiet.mutate(QUIET_MINUTES)}>
            {text.quiet}
          </Button>
        )}
      </Group>
    </section>
  );
}

function Settings({ given }: { given: Sharing }): ReactElement {
  const client = useQueryClient();
  const [wanted, setWanted] = useState(given);
  const save = useMutation({
    mutationFn: () => call("put", "/sharing", { body: wanted }),
    onSuccess: (next) => {
      client.setQueryData(keys.sharing, next);
      setWanted(next.sharing);
      toast.done(text.saved);
    },
  });
  const change = (part: Partial<Sharing>) => setWanted((before) => ({ ...before, ...part }));
  const number = (name: "idleMinutes" | "cpuPercent" | "inUsePercent" | "foreignCpuPercent" | "longestPauseMinutes", label: string, help: string, min: number, max: number) => (
    <NumberInput
      label={label}
      description={help}
      min={min}
      max={max}
      allowDecimal={false}
      clampBehavior="strict"
      value={wanted[name]}
      onChange={(value) => change({ [name]: typeof value === "number" ? value : min })}
    />
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const off = wanted.level === "OFF";
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {save.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(save.error)}
          </Alert>
        )}
        <Radio.Group label={text.level.title} value={wanted.level} onChange={(value) => change({ level: value })}>
          <Stack gap="xs" mt="xs">
            {levels.map((level) => (
              <Radio key={level} value={level} label={text.level[level].label} description={text.level[level].help} />
            ))}
          </Stack>
        </Radio.Group>
        {!off && (
          <>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
              {wanted.level !== "ALWAYS" && number("idleMinutes", text.idleMinutes, text.minutes, 1, 1440)}
              {number("cpuPercent", text.cpuPercent, text.percent, 1, 100)}
              {wanted.level === "GENTLE" && number("inUsePercent", text.inUsePercent, text.percent, 1, 100)}
              {number("foreignCpuPercent", text.foreign, text.foreignHelp, 0, 100)}
              {number("longestPauseMinutes", text.longest, text.longestHelp, 0, 1440)}
            </SimpleGrid>
            <Group align="flex-end" gap="sm">
              <Hour label={`${text.hours}: ${text.from}`} from={0} value={wanted.fromHour} set={(fromHour) => change({ fromHour })} />
              <Hour label={text.to} from={1} value={wanted.toHour} set={(toHour) => change({ toHour })} />
            </Group>
            <Stack gap={6} role="group" aria-label={text.days}>
              <Text size="sm" fw={600}>
                {text.days}
              </Text>
              <Chip.Group multiple value={wanted.days} onChange={(value) => change({ days: value })}>
                <Group gap={6}>
                  {days.map((day) => (
                    <Chip key={day} value={day} size="sm">
                      {text.dayNames[day]}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            </Stack>
            <Checkbox label={text.onBattery} checked={wanted.onBattery} onChange={(e) => change({ onBattery: e.currentTarget.checked })} />
            <TagsInput
              label={text.exclusive}
              description={text.exclusiveHelp}
              maxTags={32}
              value={wanted.exclusive}
              onChange={(exclusive) => change({ exclusive })}
            />
          </>
        )}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {text.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Hour({ label, from, value, set }: { label: string; from: 0 | 1; value: number; set: (hour: number) => void }): ReactElement {
  const hours = Array.from({ length: 24 }, (_, i) => ({ value: String(i + from), label: `${i + from}:00` }));
  return <Select label={label} data={hours} value={String(value)} allowDeselect={false} w={160} onChange={(hour) => set(Number(hour ?? from))} />;
}
