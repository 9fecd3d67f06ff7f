/** A question before what cannot be undone. One dialog for the whole program. */
import { Button, Group, Modal, Text } from "@mantine/core";
import { useSyncExternalStore, type ReactElement } from "react";
import { text } from "../text/common";

interface Question {
  words: string;
  action: string;
  answer: (yes: boolean) => void;
}

let question: Question | undefined;
const listeners = new Set<() => void>();

function set(next: Question | undefined): void {
  question = next;
  listeners.forEach((tell) => tell());
}

/** Asks; true when the person presses the button named `action`. */
export function confirm(words: string, action: string): Promise<boolean> {
  question?.answer(false);
  return new Promise((resolve) => {
    set({
      words,
      action,
      answer: (yes) => {
        set(undefined);
        resolve(yes);
      },
    });
  });
}

export function ConfirmDialog(): ReactElement {
  const open = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => question,
  );
  return (
    <Modal
      opened={open !== undefined}
      onClose={() => open?.answer(false)}
      title={open?.action}
      closeButtonProps={{ "aria-label": text.close }}
    >
      <Text size="sm" className="wrap">
        {open?.words}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={() => open?.answer(false)}>
          {text.cancel}
        </Button>
        <Button color="red.8" data-autofocus onClick={() => open?.answer(true)}>
          {open?.action}
        </Button>
      </Group>
    </Modal>
  );
}
