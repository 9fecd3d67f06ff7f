/** How RJSF lays out an application's form: groups under headings, and a switch to several values beside a field. */
import { Box, Button, Fieldset, Group, MultiSelect, Stack, Text, Textarea } from "@mantine/core";
import { generateForm } from "@rjsf/mantine";
import type { FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";
import type { ReactElement, ReactNode } from "react";
import type { Values } from "../../lib/validator";
import { text } from "../../text/apps";
import type { FieldContext } from "./context";
import { choicesOf, titleOf } from "./form";
import { FileWidget } from "./FileWidget";
import { CheckboxWidget, SelectWidget, TextareaWidget, TextWidget } from "./widgets";

interface FormGroup {
  title?: string;
  fields: string[];
}

function groupsOf(uiSchema: unknown): FormGroup[] {
  const groups = (uiSchema as Values | undefined)?.["ui:groups"];
  return Array.isArray(groups) ? (groups as FormGroup[]).filter((g) => Array.isArray(g.fields)) : [];
}

function ObjectTemplate(props: ObjectFieldTemplateProps): ReactElement {
  const groups = groupsOf(props.uiSchema);
  const visible = props.properties.filter((p) => !p.hidden);
  const grouped = new Set(groups.flatMap((g) => g.fields));
  const column = (names: (name: string) => boolean): ReactNode =>
    visible.filter((p) => names(p.name)).map((p) => <Box key={p.name}>{p.content}</Box>);
  return (
    <Stack gap="lg">
      {column((name) => !grouped.has(name))}
      {groups.map((g) => (
        <Fieldset key={g.title ?? g.fields.join()} legend={g.title} variant="unstyled">
          <Stack gap="lg" mt="sm">
            {column((name) => g.fields.includes(name))}
          </Stack>
        </Fieldset>
      ))}
    </Stack>
  );
}

function FieldTemplate(props: FieldTemplateProps): ReactElement {
  if (props.hidden === true) {
    return <div hidden>{props.children}</div>;
  }
  const context = props.registry.formContext as FieldContext;
  const name = props.id.replace(/^root_/, "");
  if (!(context.app.sweepable ?? []).includes(name)) {
    return <>{props.children}</>;
  }
  const typed = context.sweep[name];
  const title = titleOf(context.app, name);
  const choices = choicesOf(props.schema);
  const turn = () => {
    if (typed !== undefined) {
      context.setSweep(name, undefined);
      return;
    }
    const now = (props.formData as unknown) === undefined || props.formData === null ? "" : String(props.formData as string | number);
    context.setSweep(name, choices === undefined ? now : now === "" ? [] : [now]);
  };
  return (
    <Group align="flex-start" gap="sm" wrap="wrap">
      <Box flex="0 1 400px" miw={220}>
        {typed === undefined ? (
          props.children
        ) : Array.isArray(typed) ? (
          <MultiSelect
            id={props.id}
            label={title}
            data={choices ?? []}
            value={typed}
            error={context.errors[name]}
            onChange={(values) => context.setSweep(name, values)}
            maw={400}
          />
        ) : (
          <Textarea
            id={props.id}
            label={title}
            description={text.form.severalHelp}
            value={typed}
            error={context.errors[name]}
            autosize
            minRows={2}
            maxRows={8}
            autoFocus
            spellCheck={false}
            onChange={(e) => context.setSweep(name, e.currentTarget.value)}
            maw={400}
          />
        )}
      </Box>
      <Button
        size="compact-sm"
        variant="subtle"
        mt={2}
        aria-pressed={typed !== undefined}
        aria-label={text.form.severalLabel(title)}
        onClick={turn}
      >
        {typed === undefined ? text.form.several : text.form.one}
      </Button>
    </Group>
  );
}

function NoErrorList(): ReactElement {
  return <Text component="span" />;
}

export const InputsForm = generateForm<Values>();

export const templates = { ObjectFieldTemplate: ObjectTemplate, FieldTemplate, ErrorListTemplate: NoErrorList };

export const widgets = {
  TextWidget,
  UpDownWidget: TextWidget,
  TextareaWidget,
  SelectWidget,
  CheckboxWidget,
  FileWidget,
  file: FileWidget,
};
