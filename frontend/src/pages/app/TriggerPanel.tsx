/** Beside the form: what starts its settings by itself, a folder or a schedule. */
import { Alert, Button, Chip, Group, Input, NativeSelect, NumberInput, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useState, type ReactElement } from "react";
import type { App } from "../../api/types";
import { text } from "../../text/triggers";
import { Icon } from "../../ui/icons";
import { FilePicker } from "./FilePicker";
import { DAYS, fileInputs, type TriggerDraft } from "./trigger";

export interface TriggerPanelProps {
  app: App;
  draft: TriggerDraft;
  change: (change: Partial<TriggerDraft>) => void;
  errors: Readonly<Record<string, string>>;
  problem: string | undefined;
  busy: boolean;
  disabled: boolean;
  save: () => void;
  cancel: () => void;
}

export function TriggerPanel({ app, draft, change, errors, problem, busy, disabled, save, cancel }: TriggerPanelProps): ReactElement {
  const inputs = fileInputs(app);
  return (
    <section className="card" aria-labelledby="trigger">
      <Title order={2} id="trigger" mb="sm">
        {draft.kind === "folder" ? text.form.folderTitle : text.form.scheduleTitle}
      </Title>
      <Stack gap="sm">
        <TextInput label={text.form.name} required maxLength={100} value={draft.name} onChange={(e) => change({ name: e.currentTarget.value })} error={errors.triggerName} />
        {draft.kind === "folder" ? (
          inputs.length === 0 ? (
            <Text size="sm">{text.form.noFile}</Text>
          ) : (
            <FolderFields draft={draft} change={change} inputs={inputs} error={errors.path} />
          )
        ) : (
          <ScheduleFields draft={draft} change={change} error={errors.schedule} />
        )}
        <NumberInput
          label={text.form.perHour}
          description={text.form.perHourHelp}
          min={1}
          max={600}
          allowDecimal={false}
          value={draft.perHour}
          onChange={(v) => change({ perHour: Number(v) || 1 })}
        />
      </Stack>
      {problem !== undefined && (
        <Alert color="red" variant="light" mt="sm" role="alert" className="wrap" p="sm">
          {problem}
        </Alert>
      )}
      <Group mt="md" grow>
        <Button variant="default" onClick={cancel}>
          {text.form.cancel}
        </Button>
        <Button loading={busy} disabled={disabled} onClick={save}>
          {text.form.save}
        </Button>
      </Group>
    </section>
  );
}

interface FieldsProps {
  draft: TriggerDraft;
  change: (change: Partial<TriggerDraft>) => void;
  error: string | undefined;
}

function FolderFields({ draft, change, inputs, error }: FieldsProps & { inputs: { value: string; label: string }[] }): ReactElement {
  const [picking, setPicking] = useState(false);
  return (
    <>
      <Input.Wrapper label={text.form.folder} required error={error} labelElement="div">
        <Group gap="sm" wrap="nowrap" mt={4}>
          <Button variant="default" leftSection={<Icon name="files" size={16} />} onClick={() => setPicking(true)} data-folder>
            {text.form.chooseFolder}
          </Button>
          <Text size="sm" fw={500} className="wrap">
            {draft.path}
          </Text>
        </Group>
      </Input.Wrapper>
      {picking && (
        <FilePicker
          want="folder"
          start=""
          choose={(path) => {
            setPicking(false);
            change({ path });
          }}
          close={() => setPicking(false)}
        />
      )}
      {inputs.length > 1 && <NativeSelect label={text.form.input} data={inputs} value={draft.input} onChange={(e) => change({ input: e.currentTarget.value })} />}
      <Switch label={text.form.existing} checked={draft.existing} onChange={(e) => change({ existing: e.currentTarget.checked })} />
      <NumberInput
        label={text.form.settle}
        description={text.form.settleHelp}
        min={0}
        max={3600}
        allowDecimal={false}
        value={draft.settleSeconds}
        onChange={(v) => change({ settleSeconds: Number(v) || 0 })}
      />
    </>
  );
}

function ScheduleFields({ draft, change, error }: FieldsProps): ReactElement {
  const options = (kinds: Record<string, string>) => Object.entries(kinds).map(([value, label]) => ({ value, label }));
  return (
    <>
      <NativeSelect
        label={text.form.kind}
        data={options(text.form.kinds)}
        value={draft.repeat}
        onChange={(e) => change({ repeat: e.currentTarget.value as TriggerDraft["repeat"] })}
        error={error}
      />
      {draft.repeat === "every" ? (
        <NumberInput
          label={text.form.minutes}
          description={text.every(draft.minutes)}
          min={1}
          max={10_080}
          allowDecimal={false}
          value={draft.minutes}
          onChange={(v) => change({ minutes: Number(v) || 1 })}
        />
      ) : (
        <>
          {draft.repeat === "weekly" && (
            <Input.Wrapper label={text.form.days} labelElement="div">
              <Chip.Group multiple value={[...draft.days]} onChange={(days) => change({ days: days })}>
                <Group gap={6} mt={4}>
                  {DAYS.map((day) => (
                    <Chip key={day} value={day} size="xs">
                      {text.days[day]}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            </Input.Wrapper>
          )}
          <TextInput type="time" label={text.form.at} value={draft.at} onChange={(e) => change({ at: e.currentTarget.value })} />
          <TextInput label={text.form.zone} value={draft.zone} maxLength={64} onChange={(e) => change({ zone: e.currentTarget.value })} />
        </>
      )}
      <NativeSelect
        label={text.form.missed}
        data={options(text.form.missedKinds)}
        value={draft.missed}
        onChange={(e) => change({ missed: e.currentTarget.value as TriggerDraft["missed"] })}
      />
    </>
  );
}
