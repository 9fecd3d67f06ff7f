import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SubmitEvent } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Role } from "../../api/types";
import { text as common } from "../../text/common";
import { admin } from "../../text/places";
import { toast } from "../../ui/toasts";
import { AccountFields, accountErrors, noAccount } from "../entry/account";
import { RoleBoxes } from "./RolesDialog";

export function AddPerson({ close }: { close: () => void }): ReactElement {
  const client = useQueryClient();
  const [account, setAccount] = useState(noAccount);
  const [roles, setRoles] = useState<string[]>(["scientist"]);
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      call("post", "/users", {
        body: { name: account.name, password: account.password, fullName: account.fullName || undefined, roles: roles as Role[] },
      }),
    onSuccess: () => {
      toast.done(admin.users.created(account.name));
      void client.invalidateQueries({ queryKey: keys.users });
      close();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const errors = accountErrors(account);
    if (errors.name === undefined && errors.password === undefined) {
      add.mutate();
    }
  };
  return (
    <Modal opened onClose={close} title={admin.users.add} closeButtonProps={{ "aria-label": common.close }}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {add.isError && (
            <Alert color="red" role="alert" className="wrap">
              {words(add.error)}
            </Alert>
          )}
          <AccountFields account={account} change={setAccount} tried={tried} error={add.error} />
          <RoleBoxes value={roles} change={setRoles} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={add.isPending}>
              {admin.users.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
