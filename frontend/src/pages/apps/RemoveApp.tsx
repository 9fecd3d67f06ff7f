/** The button that removes an application at once; its undo stands in the toast and on the page Apps. */
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useNavigate } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import { removing as text } from "../../text/authoring";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { useRestore, usesOf } from "./RemovedApps";

const UNDO_MILLISECONDS = 15_000;

export function RemoveApp({ app }: { app: { id: string; title: string } }): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const restore = useRestore();
  const remove = useMutation({
    mutationFn: () => call("delete", "/apps/{app}", { path: { app: app.id } }),
    onSuccess: (removed) => {
      void client.invalidateQueries({ queryKey: keys.apps });
      void navigate("/apps");
      toast.undoable([text.done(removed.title), ...usesOf(removed)].join(". "), () => restore.mutate(app), UNDO_MILLISECONDS);
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Button size="xs" variant="default" leftSection={<Icon name="trash" size={14} />} aria-label={text.of(app.title)} loading={remove.isPending} onClick={() => remove.mutate()}>
      {text.action}
    </Button>
  );
}
