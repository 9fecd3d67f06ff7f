/** A group of inputs that comes in rows: added, removed and moved by buttons that a keyboard reaches. */
import { ActionIcon, Button, Fieldset, Group, Input, Stack, Text } from "@mantine/core";
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from "@rjsf/utils";
import type { ReactElement } from "react";
import { text } from "../../text/apps";
import { Icon } from "../../ui/icons";
import type { FieldContext } from "./context";
import { propertyOf } from "./form";
import styles from "./form.module.css";

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
  const { uploading } = props.registry.formContext as FieldContext;
  const number = index + 1;
  return (
    <Fieldset legend={text.rows.row(number)} p="sm">
      {props.children}
      <Group gap={4} justify="flex-end" mt="xs">
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.rows.up(number)} title={text.rows.up(number)} disabled={!buttons.hasMoveUp || uploading} onClick={buttons.onMoveUpItem}>
          <Icon name="up" size={16} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.rows.down(number)} title={text.rows.down(number)} disabled={!buttons.hasMoveDown || uploading} onClick={buttons.onMoveDownItem}>
          <Icon name="down" size={16} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.rows.remove(number)} title={text.rows.remove(number)} disabled={!buttons.hasRemove || uploading} onClick={buttons.onRemoveItem}>
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Group>
    </Fieldset>
  );
}
