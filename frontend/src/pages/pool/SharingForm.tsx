/** Rules for jobs on a machine: what its owner allows, or the most that a policy lets owners allow. */
import { Alert, Button, Checkbox, Chip, Group, NumberInput, Radio, Select, SimpleGrid, Stack, TagsInput, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { words } from "../../api/client";
import type { Sharing } from "../../api/types";
import { sharing as text } from "../../text/sharing";

const levels = ["OFF", "AWAY", "GENTLE", "ALWAYS"] as const;
const days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;

export function SharingForm({ given, title, put, button }: { given: Sharing; title: string; put: (wanted: Sharing) => Promise<Sharing>; button: string }): ReactElement {
  const [wanted, setWanted] = useState(given);
  const save = useMutation({
    mutationFn: () => put(wanted),
    onSuccess: (next) => setWanted(next),
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
        <Radio.Group label={title} value={wanted.level} onChange={(value) => change({ level: value })}>
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
            {button}
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
