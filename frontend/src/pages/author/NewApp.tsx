/** Makes an application, a draft of its author. */
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { useNavigate } from "react-router";
import { ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import { authoring } from "../../text/authoring";
import { text as common } from "../../text/common";
import { toast } from "../../ui/toasts";

const text = authoring.make;

/** A name for addresses out of a title: "Count words!" is `count-words`. */
export function idOf(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 64)
    .replace(/-$/, "");
}

export function NewApp({ close }: { close: () => void }): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const [id, setId] = useState<string>();
  const make = useMutation({
    mutationFn: () => call("post", "/apps", { body: { id: id ?? idOf(title), title: title.trim() } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.apps });
      toast.done(text.done(title.trim()));
      void navigate(`/apps/${id ?? idOf(title)}/edit`);
    },
  });
  const field = (name: string) => (make.error instanceof ApiError ? make.error.field(name) : undefined);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Modal opened onClose={close} title={text.title} closeButtonProps={{ "aria-label": common.close }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">{text.body}</Text>
          {make.isError && field("id") === undefined && field("title") === undefined && (
            <Alert color="red" role="alert" className="wrap">
              {words(make.error)}
            </Alert>
          )}
          <TextInput label={text.name} placeholder={text.namePlaceholder} data-autofocus maxLength={80} value={title} error={field("title")} onChange={(e) => setTitle(e.currentTarget.value)} />
          <TextInput
            label={text.id}
            description={text.idHelp}
            maxLength={64}
            value={id ?? idOf(title)}
            error={field("id")}
            onChange={(e) => setId(e.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={make.isPending} disabled={title.trim() === "" || (id ?? idOf(title)) === ""}>
              {text.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
