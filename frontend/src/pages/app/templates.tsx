/** How RJSF lays out an application's form: groups under headings, and a switch to several values beside a field. */
import { Box, Button, Fieldset, MultiSelect, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { generateForm } from "@rjsf/mantine";
import type { FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";
import type { ReactElement, ReactNode } from "react";
import type { Values } from "../../lib/validator";
import { text } from "../../text/apps";
import type { FieldContext } from "./context";
import { choicesOf, propertyOf, titleOf } from "./form";
import { FileWidget } from "./FileWidget";
import styles from "./form.module.css";
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
  const context = props.registry.formContext as FieldContext;
  const isFile = (name: string) => propertyOf(context.app, name).format === "file";
  const part = (names: (name: string) => boolean): ReactNode => {
    const chosen = visible.filter((p) => names(p.name));
    // files want the whole width, short fields stand side by side
    return chosen.every((p) => !isFile(p.name)) && chosen.length > 1 ? (
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="md" verticalSpacing="md">
        {column(names)}
      </SimpleGrid>
    ) : (
      <Stack gap="md">{column(names)}</Stack>
    );
  };
  return (
    <Stack gap="xl">
      {visible.some((p) => !grouped.has(p.name)) && part((name) => !grouped.has(name))}
      {groups.map((g) => (
        <Fieldset key={g.title ?? g.fields.join()} legend={g.title} variant="unstyled" className={styles.group}>
          {part((name) => g.fields.includes(name))}
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
    <Box pos="relative">
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
          />
        )}
      <Button
        size="compact-xs"
        variant="subtle"
        pos="absolute"
        top={0}
        right={0}
        aria-pressed={typed !== undefined}
        aria-label={text.form.severalLabel}
        aria-describedby={`${props.id}-label`}
        onClick={turn}
      >
        {typed === undefined ? text.form.several : text.form.one}
      </Button>
    </Box>
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
