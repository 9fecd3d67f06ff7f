/** Several values for one input: a list, or a range told in short. */
import { Input, MultiSelect, NativeSelect, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import type { RJSFSchema } from "@rjsf/utils";
import type { ReactElement } from "react";
import { count } from "../../lib/format";
import { isSampled, KINDS, type Range } from "../../lib/range";
import { text } from "../../text/apps";
import type { FieldContext } from "./context";
import { choicesOf, countOf, isFile, neededOf, type SweepField } from "./form";
import { OptionsInput } from "./OptionsInput";
import { SeveralFiles } from "./SeveralFiles";

export interface SweepEditorProps {
  id: string;
  name: string;
  title: string;
  property: RJSFSchema;
  typed: SweepField;
  context: FieldContext;
}

export function SweepEditor({ id, name, title, property, typed, context }: SweepEditorProps): ReactElement {
  const set = (value: SweepField) => context.setSweep(name, value);
  const error = context.errors[name];
  if (isFile(property)) {
    return <SeveralFiles id={id} name={name} title={title} property={property} chosen={Array.isArray(typed) ? typed : []} context={context} />;
  }
  if (neededOf(property) !== undefined) {
    return <OptionsInput id={id} name={name} label={title} error={error} several values={Array.isArray(typed) ? typed : []} onChange={set} context={context} />;
  }
  const choices = choicesOf(property);
  if (choices !== undefined || Array.isArray(typed)) {
    return <MultiSelect id={id} label={title} data={choices ?? []} value={Array.isArray(typed) ? typed : []} error={error} onChange={set} />;
  }
  const numeric = property.type === "number" || property.type === "integer";
  const list = typeof typed === "string";
  const n = countOf(context.app, name, typed);
  const tell = n === undefined ? undefined : text.sweep.values(count(n), n === 1);
  return (
    <Stack gap={6}>
      <Input.Label id={`${id}-label`} htmlFor={id}>
        {title}
      </Input.Label>
      {numeric && (
        <NativeSelect
          aria-label={`${title}: ${text.sweep.how}`}
          value={list ? "list" : typed.kind}
          data={[{ value: "list", label: text.sweep.kinds.list }, ...KINDS.map((k) => ({ value: k, label: text.sweep.kinds[k] }))]}
          onChange={(e) => {
            const kind = KINDS.find((k) => k === e.currentTarget.value);
            const before: Range = list ? { kind: "step", from: typed.split(/[\s,;]/)[0] ?? "", to: "", step: "", count: "10" } : typed;
            set(kind === undefined ? (list ? typed : before.from) : { ...before, kind });
          }}
        />
      )}
      {list ? (
        <Textarea
          id={id}
          aria-label={title}
          description={text.form.severalHelp}
          value={typed}
          error={error}
          autosize
          minRows={2}
          maxRows={8}
          autoFocus
          spellCheck={false}
          onChange={(e) => set(e.currentTarget.value)}
        />
      ) : (
        <RangeFields id={id} title={title} units={property["x-units"] as unknown} range={typed} error={error} change={set} />
      )}
      <Text size="xs" c="dimmed" role="status">
        {tell}
        {!list && isSampled(typed.kind) ? `${tell === undefined ? "" : " · "}${text.sweep.sampledHelp}` : ""}
      </Text>
    </Stack>
  );
}

function RangeFields({
  id,
  title,
  units,
  range,
  error,
  change,
}: {
  id: string;
  title: string;
  units: unknown;
  range: Range;
  error: string | undefined;
  change: (range: Range) => void;
}): ReactElement {
  const fields = ["from", "to", range.kind === "step" ? "step" : "count"] as const;
  return (
    <>
      <SimpleGrid cols={3} spacing="xs">
        {fields.map((field, i) => (
          <TextInput
            key={field}
            id={i === 0 ? id : `${id}-${field}`}
            label={text.sweep.fields[field]}
            aria-label={`${title}: ${text.sweep.fields[field]}`}
            size="xs"
            value={range[field]}
            error={error !== undefined}
            autoComplete="off"
            spellCheck={false}
            rightSection={
              typeof units === "string" && field !== "count" && /^[\d.\s]*$/.test(range[field]) ? (
                <Text size="xs" c="dimmed" px={6}>
                  {units}
                </Text>
              ) : undefined
            }
            rightSectionWidth="auto"
            onChange={(e) => change({ ...range, [field]: e.currentTarget.value })}
          />
        ))}
      </SimpleGrid>
      {error !== undefined && <Input.Error>{error}</Input.Error>}
    </>
  );
}
