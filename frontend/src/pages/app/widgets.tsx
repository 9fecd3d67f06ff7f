/** The form's fields in Mantine. Numbers are typed as text, so that 1e-5 can be written the way the field writes it. */
import { Checkbox, Group, NativeSelect, Text, Textarea, TextInput } from "@mantine/core";
import type { WidgetProps } from "@rjsf/utils";
import { useState, type ReactElement } from "react";
import { number } from "../../lib/sweep";
import { measured } from "../../lib/format";
import { convertible, readQuantity } from "../../lib/units";
import { text } from "../../text/apps";
import type { FieldContext } from "./context";
import { choicesOf, neededOf } from "./form";
import { OptionsInput } from "./OptionsInput";

export function helpOf(props: WidgetProps): string | undefined {
  const help = props.options.help ?? props.options.description ?? props.schema.description;
  return typeof help === "string" ? help : undefined;
}

export function errorOf(props: WidgetProps): string | undefined {
  const context = props.registry.formContext as FieldContext;
  return context.errors[props.id.replace(/^root_/, "")];
}

function Units({ props }: { props: WidgetProps }): ReactElement | null {
  const units = props.schema["x-units"] as unknown;
  return typeof units === "string" && units !== "" ? (
    <Text size="sm" c="dimmed" component="span" px={8}>
      {units}
    </Text>
  ) : null;
}

function shared(props: WidgetProps) {
  return {
    id: props.id,
    label: props.label,
    description: helpOf(props),
    error: errorOf(props),
    required: props.required,
    disabled: props.disabled === true || props.readonly === true,
  };
}

export function TextWidget(props: WidgetProps): ReactElement {
  if (props.schema.type === "number" || props.schema.type === "integer") {
    return <NumberWidget {...props} />;
  }
  return (
    <TextInput
      {...shared(props)}
      value={(props.value as string | undefined) ?? ""}
      placeholder={props.placeholder}
      spellCheck={false}
      maxLength={props.schema.maxLength}
      rightSection={<Units props={props} />}
      rightSectionWidth="auto"
      onChange={(e) => props.onChange(e.currentTarget.value === "" ? undefined : e.currentTarget.value)}
    />
  );
}

/** Keeps what was typed beside the value, so that `1e-` can become `1e-5`. */
function NumberWidget(props: WidgetProps): ReactElement {
  const units = props.schema["x-units"] as string | undefined;
  const value = props.value as number | string | undefined;
  const asText = value === undefined ? "" : typeof value === "number" ? measured(value) : value;
  const [typed, setTyped] = useState(asText);
  const same = typed === "" ? value === undefined : (number(typed) ?? typed) === value;
  const whole = props.schema.type === "integer";
  const read = typeof value === "string" && units !== undefined ? readQuantity(value, units) : undefined;
  const help = [helpOf(props), read?.kind === "number" && read.converted ? text.converted(measured(read.value), units ?? "") : undefined];
  return (
    <TextInput
      {...shared(props)}
      description={help.some((h) => h !== undefined) ? help.filter((h) => h !== undefined).join(" ") : undefined}
      value={same ? typed : asText}
      placeholder={props.placeholder}
      inputMode={units !== undefined && convertible(units) ? "text" : whole ? "numeric" : "decimal"}
      autoComplete="off"
      spellCheck={false}
      rightSection={<Units props={props} />}
      rightSectionWidth="auto"
      onChange={(e) => {
        const next = e.currentTarget.value;
        setTyped(next);
        props.onChange(next.trim() === "" ? undefined : (number(next) ?? next));
      }}
    />
  );
}

export function TextareaWidget(props: WidgetProps): ReactElement {
  return (
    <Textarea
      {...shared(props)}
      autosize
      minRows={3}
      maxRows={12}
      spellCheck={false}
      value={(props.value as string | undefined) ?? ""}
      onChange={(e) => props.onChange(e.currentTarget.value === "" ? undefined : e.currentTarget.value)}
    />
  );
}

/** Choices that come from elsewhere. */
function Listed({ props, several }: { props: WidgetProps; several: boolean }): ReactElement {
  const value = props.value as string | string[] | undefined;
  return (
    <OptionsInput
      {...shared(props)}
      required={several ? (props.schema.minItems ?? 0) > 0 : props.required}
      name={props.id.replace(/^root_/, "")}
      several={several}
      values={Array.isArray(value) ? value : value === undefined || value === "" ? [] : [value]}
      onChange={(next) => props.onChange(several ? next : next[0])}
      context={props.registry.formContext as FieldContext}
    />
  );
}

/** A few values of which several may be chosen. */
export function CheckboxesWidget(props: WidgetProps): ReactElement {
  if (neededOf(props.schema) !== undefined) {
    return <Listed props={props} several />;
  }
  const items = props.schema.items;
  const choices = choicesOf(typeof items === "object" && !Array.isArray(items) ? items : {}) ?? [];
  const value = Array.isArray(props.value) ? (props.value as string[]) : [];
  return (
    <Checkbox.Group
      {...shared(props)}
      required={false}
      withAsterisk={(props.schema.minItems ?? 0) > 0}
      value={value}
      onChange={(next) => props.onChange(choices.map((c) => c.value).filter((v) => next.includes(v)))}
    >
      <Group gap="md" mt={6}>
        {choices.map((c) => (
          <Checkbox key={c.value} value={c.value} label={c.label} py={4} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

/** The system's own list: quick, reachable by keyboard, right on a phone. */
export function SelectWidget(props: WidgetProps): ReactElement {
  if (neededOf(props.schema) !== undefined) {
    return <Listed props={props} several={false} />;
  }
  const choices = choicesOf(props.schema) ?? [];
  const isNumber = props.schema.type === "number" || props.schema.type === "integer";
  const value = props.value === undefined || props.value === null ? "" : String(props.value as string | number);
  const units = props.schema["x-units"] as unknown;
  const named = typeof units === "string" && units !== "" ? choices.map((c) => ({ ...c, label: `${c.label} ${units}` })) : choices;
  const data = props.required && value !== "" ? named : [{ value: "", label: "–" }, ...named];
  return (
    <NativeSelect
      {...shared(props)}
      data={data}
      value={value}
      onChange={(e) => {
        const next = e.currentTarget.value;
        props.onChange(next === "" ? undefined : isNumber ? Number(next) : next);
      }}
    />
  );
}

export function CheckboxWidget(props: WidgetProps): ReactElement {
  return (
    <Checkbox
      id={props.id}
      label={props.label}
      description={helpOf(props)}
      error={errorOf(props)}
      disabled={props.disabled === true || props.readonly === true}
      checked={props.value === true}
      onChange={(e) => props.onChange(e.currentTarget.checked)}
      py={4}
    />
  );
}
