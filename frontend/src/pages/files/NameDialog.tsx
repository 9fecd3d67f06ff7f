/** Asks for one name. What stands before the ending is chosen already. */
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type ReactElement } from "react";
import { text as common } from "../../text/common";

export function NameDialog({
  title,
  label,
  action,
  initial,
  submit,
  close,
}: {
  title: string;
  label: string;
  action: string;
  initial: string;
  submit: (name: string) => Promise<boolean>;
  close: () => void;
}): ReactElement {
  const [name, setName] = useState(initial);
  const [busy, setBusy] = useState(false);
  const trimmed = name.trim();
  const valid = trimmed !== "" && trimmed !== "." && trimmed !== ".." && !/[/\\]/.test(trimmed);
  const send = () => {
    if (!valid) {
      return;
    }
    setBusy(true);
    submit(trimmed)
      .then((done) => (done ? close() : setBusy(false)))
      .catch(() => setBusy(false));
  };
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ "aria-label": common.close }}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          send();
        }}
      >
        <TextInput
          label={label}
          data-autofocus
          value={name}
          maxLength={255}
          onChange={(e) => setName(e.currentTarget.value)}
          onFocus={(e) => {
            const dot = initial.lastIndexOf(".");
            e.currentTarget.setSelectionRange(0, dot > 0 ? dot : initial.length);
          }}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={!valid}>
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
