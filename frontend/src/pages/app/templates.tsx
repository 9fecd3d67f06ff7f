/** How RJSF lays out an application's form: groups under headings, and a switch to several values beside a field. */
import { Badge, Box, Button, Fieldset, SimpleGrid, Stack, Tabs, Text } from "@mantine/core";
import { generateForm } from "@rjsf/mantine";
import type { FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import type { Values } from "../../lib/validator";
import { text } from "../../text/apps";
import type { FieldContext } from "./context";
import { choicesOf, isFile, neededOf, titleOf } from "./form";
import { FileWidget } from "./FileWidget";
import { isWithin } from "./steps";
import styles from "./form.module.css";
import { RowField, RowsTemplate, RowTemplate } from "./rows";
import { SweepEditor } from "./SweepEditor";
import { CheckboxesWidget, CheckboxWidget, SelectWidget, TextareaWidget, TextWidget } from "./widgets";

interface FormGroup {
  title?: string;
  fields: string[];
}

function groupsOf(uiSchema: unknown, key: "ui:groups" | "ui:tabs" | "ui:pages"): FormGroup[] {
  const groups = (uiSchema as Values | undefined)?.[key];
  return Array.isArray(groups) ? (groups as FormGroup[]).filter((g) => Array.isArray(g.fields)) : [];
}

function ObjectTemplate(props: ObjectFieldTemplateProps): ReactElement {
  const groups = groupsOf(props.uiSchema, "ui:groups");
  const visible = props.properties.filter((p) => !p.hidden);
  const grouped = new Set(groups.flatMap((g) => g.fields));
  const context = props.registry.formContext as FieldContext;
  // a row of a group has inputs of its own, of which none is swept
  const whole = props.fieldPathId.$id === "root";
  const swept = (name: string) => whole && name in context.sweep;
  const isWide = (name: string) => {
    const declared = props.schema.properties?.[name];
    const property = typeof declared === "object" ? declared : {};
    return property.format === "file" || property.type === "array" || (swept(name) && typeof context.sweep[name] === "object");
  };
  const part = (names: (name: string) => boolean): ReactNode => {
    const chosen = visible.filter((p) => names(p.name));
    const narrow = chosen.filter((p) => !isWide(p.name)).length;
    const fields = chosen.map((p) => (
      <Box key={p.name} style={isWide(p.name) ? { gridColumn: "1 / -1" } : undefined}>
        {p.content}
      </Box>
    ));
    // files want the whole width, short fields stand side by side
    return narrow > 1 || (narrow > 0 && chosen.some((p) => swept(p.name))) ? (
      <SimpleGrid type="container" cols={{ base: 1, "500px": 2, "640px": 3 }} spacing="md" verticalSpacing="md">
        {fields}
      </SimpleGrid>
    ) : (
      <Stack gap="md">{fields}</Stack>
    );
  };
  const section = (names: (name: string) => boolean): ReactNode => (
    <Stack gap="xl">
      {visible.some((p) => names(p.name) && !grouped.has(p.name)) && part((name) => names(name) && !grouped.has(name))}
      {groups
        .filter((g) => visible.some((p) => g.fields.includes(p.name) && names(p.name)))
        .map((g) => (
          <Fieldset key={g.title ?? g.fields.join()} legend={g.title} variant="unstyled" className={styles.group}>
            {part((name) => names(name) && g.fields.includes(name))}
          </Fieldset>
        ))}
    </Stack>
  );
  const pages = groupsOf(props.uiSchema, "ui:pages");
  if (pages.length > 0) {
    // all stay, so that a file goes on to be sent while another page is looked at
    return (
      <>
        {pages.map((page, i) => (
          <Box key={i} hidden={context.page !== i + 1}>
            {section((name) => page.fields.includes(name))}
          </Box>
        ))}
      </>
    );
  }
  const tabs = groupsOf(props.uiSchema, "ui:tabs").filter((t) => visible.some((p) => t.fields.includes(p.name)));
  const tabbed = new Set(tabs.flatMap((t) => t.fields));
  if (tabs.length === 0) {
    return <>{section(() => true)}</>;
  }
  return (
    <Stack gap="xl">
      {visible.some((p) => !tabbed.has(p.name)) && section((name) => !tabbed.has(name))}
      <FormTabs tabs={tabs} errors={context.errors} panel={(tab) => section((name) => tab.fields.includes(name))} />
    </Stack>
  );
}

/** Pages of a form. One with a field that needs a change comes to the front when the shown one has none. */
function FormTabs({ tabs, errors, panel }: { tabs: FormGroup[]; errors: FieldContext["errors"]; panel: (tab: FormGroup) => ReactNode }): ReactElement {
  const title = (tab: FormGroup) => tab.title ?? tab.fields.join();
  const [chosen, setChosen] = useState<string | null>(null);
  const current = tabs.find((t) => title(t) === chosen) ?? tabs[0];
  const within = (tab: FormGroup, field: string) => isWithin(tab.fields, field);
  const wrong = (tab: FormGroup) => Object.keys(errors).filter((f) => within(tab, f)).length;
  const first = Object.keys(errors).some((f) => f !== "" && !tabs.some((t) => within(t, f))) || (current !== undefined && wrong(current) > 0) ? undefined : tabs.find((t) => wrong(t) > 0);
  const front = first === undefined ? undefined : title(first);
  useEffect(() => {
    if (front !== undefined) {
      setChosen(front);
    }
  }, [front]);
  return (
    <Tabs value={current === undefined ? null : title(current)} onChange={setChosen}>
      <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
        {tabs.map((t) => (
          <Tabs.Tab
            key={title(t)}
            value={title(t)}
            rightSection={
              wrong(t) > 0 ? (
                <Badge size="sm" circle color="red">
                  {wrong(t)}
                </Badge>
              ) : undefined
            }
          >
            {title(t)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((t) => (
        <Tabs.Panel key={title(t)} value={title(t)} pt="md">
          {panel(t)}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function FieldTemplate(props: FieldTemplateProps): ReactElement {
  if (props.hidden === true) {
    return <div hidden>{props.children}</div>;
  }
  const context = props.registry.formContext as FieldContext;
  const name = props.id.replace(/^root_/, "");
  if (!(context.app.sweepable ?? []).includes(name) || context.dropped?.input === name) {
    return <>{props.children}</>;
  }
  const typed = context.sweep[name];
  const title = titleOf(context.app, name);
  const listed = choicesOf(props.schema) !== undefined || neededOf(props.schema) !== undefined || isFile(props.schema);
  const turn = () => {
    if (typed !== undefined) {
      context.setSweep(name, undefined);
      return;
    }
    const now = (props.formData as unknown) === undefined || props.formData === null ? "" : String(props.formData as string | number);
    context.setSweep(name, !listed ? now : now === "" ? [] : [now]);
  };
  return (
    <Box pos="relative" className={styles.several}>
        {typed === undefined ? (
          props.children
        ) : (
          <SweepEditor id={props.id} name={name} title={title} property={props.schema} typed={typed} context={context} />
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

export const templates = { ObjectFieldTemplate: ObjectTemplate, FieldTemplate, ErrorListTemplate: NoErrorList, ArrayFieldTemplate: RowsTemplate, ArrayFieldItemTemplate: RowTemplate };

export const fields = { ArraySchemaField: RowField };

export const widgets = {
  TextWidget,
  UpDownWidget: TextWidget,
  TextareaWidget,
  SelectWidget,
  CheckboxWidget,
  CheckboxesWidget,
  FileWidget,
  file: FileWidget,
};
