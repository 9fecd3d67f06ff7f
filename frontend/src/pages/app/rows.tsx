/** A group of inputs that comes in rows: added, removed and moved by buttons that a keyboard reaches. */
import { ActionIcon, Button, Fieldset, Group, Input, Stack, Text } from "@mantine/core";
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps, FieldProps } from "@rjsf/utils";
import { createContext, useContext, type ComponentType, type ReactElement } from "react";
import { text } from "../../text/apps";
import type { Values } from "../../lib/validator";
import { Icon } from "../../ui/icons";
import type { FieldContext } from "./context";
import { propertyOf } from "./form";
import styles from "./form.module.css";

/** The row that a field stands in. */
export interface RowPlace {
  group: string;
  /** Counted from 0. */
  index: number;
}

const Place = createContext<RowPlace | undefined>(undefined);

export function useRow(): RowPlace | undefined {
  return useContext(Place);
}

/** A row as it is asked: which inputs it has, with which titles, bounds and choices, is its own. */
export function RowField(props: FieldProps): ReactElement {
  const Fields = props.registry.fields.SchemaField as ComponentType<FieldProps>;
  const { rows } = props.registry.formContext as FieldContext;
  const [group, index] = props.fieldPathId.path;
  const place = { group: String(group), index: Number(index) };
  return (
    <Place value={place}>
      <Fields {...props} schema={rows[place.group]?.[place.index]?.schema ?? props.schema} />
    </Place>
  );
}

export function RowsTemplate(props: ArrayFieldTemplateProps): ReactElement {
  const context = props.registry.formContext as FieldContext;
  const id = props.fieldPathId.$id;
  const name = id.replace(/^root_/, "");
  const property = propertyOf(context.app, name);
  const error = context.errors[name];
  const most = property.maxItems ?? Infinity;
  return (
    <Fieldset legend={property.title ?? name} variant="unstyled" className={styles.group}>
      <Stack gap="sm">
        {property.description !== undefined && (
          <Text size="sm" c="dimmed">
            {property.description}
          </Text>
        )}
        {props.items}
        {error !== undefined && (
          <Input.Error size="sm" role="alert">
            {error}
          </Input.Error>
        )}
        <Group>
          <Button id={id} size="sm" variant="default" leftSection={<Icon name="plus" size={16} />} disabled={props.items.length >= most || context.uploading} onClick={() => context.addRow(name)}>
            {text.rows.add(property.title ?? name)}
          </Button>
          {props.items.length >= most && (
            <Text size="sm" c="dimmed">
              {text.rows.full(most)}
            </Text>
          )}
        </Group>
      </Stack>
    </Fieldset>
  );
}

export function RowTemplate(props: ArrayFieldItemTemplateProps): ReactElement {
  const { buttonsProps: buttons, index } = props;
  const { app, uploading } = props.registry.formContext as FieldContext;
  const number = index + 1;
  const group = propertyOf(app, String(buttons.fieldPathId.path[0]));
  const called = (group as Values)["x-row"];
  const one = typeof called === "string" ? called : undefined;
  const name = text.rows.name(group.title ?? "", one, number);
  return (
    <Fieldset legend={text.rows.row(one, number)} p="sm">
      {props.children}
      <Group gap={4} justify="flex-end" mt="xs">
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.rows.up(name)} title={text.rows.up(name)} disabled={!buttons.hasMoveUp || uploading} onClick={buttons.onMoveUpItem}>
          <Icon name="up" size={16} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.rows.down(name)} title={text.rows.down(name)} disabled={!buttons.hasMoveDown || uploading} onClick={buttons.onMoveDownItem}>
          <Icon name="down" size={16} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.rows.remove(name)} title={text.rows.remove(name)} disabled={!buttons.hasRemove || uploading} onClick={buttons.onRemoveItem}>
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Group>
    </Fieldset>
  );
}
