import { Alert, Button, Checkbox, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Role, User } from "../../api/types";
import { text as common } from "../../text/common";
import { admin, roles } from "../../text/places";
import { toast } from "../../ui/toasts";

export const ROLES: readonly Role[] = ["scientist", "pool-admin", "ca-admin", "administrator", "author"];

export function RoleBoxes({ value, change }: { value: string[]; change: (value: string[]) => void }): ReactElement {
  return (
    <Checkbox.Group label={admin.users.columns.roles} value={value} onChange={change}>
      <Stack gap={8} mt={6}>
        {ROLES.map((r) => (
          <Checkbox key={r} value={r} label={roles[r]?.label ?? r} description={roles[r]?.help} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

export function RolesDialog({ user, close }: { user: User; close: () => void }): ReactElement {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string[]>(user.roles);
  const save = useMutation({
    mutationFn: () => call("patch", "/users/{user}", { path: { user: user.name }, body: { roles: chosen as Role[] } }),
    onSuccess: () => {
      toast.done(admin.users.rolesChanged(user.name));
      void client.invalidateQueries({ queryKey: keys.users });
      void client.invalidateQueries({ queryKey: keys.session });
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={admin.users.rolesOf(user.name)} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        {save.isError && (
          <Alert color="red" role="alert" className="wrap">
            {words(save.error)}
          </Alert>
        )}
        <RoleBoxes value={chosen} change={setChosen} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            {admin.users.editRoles}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
