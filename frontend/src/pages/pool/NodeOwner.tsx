/** Whose a joined machine is, the group whose policy bounds it, and the way to its rules; of HTCondor's, whose rules are set where they stand, the group. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import type { NodeDetail } from "../../api/types";
import { text as common } from "../../text/common";
import { pool } from "../../text/pool";
import { sharing } from "../../text/sharing";
import { toast } from "../../ui/toasts";

const text = pool.owning;

export function NodeOwner({ node, admin, saved }: { node: NodeDetail; admin: boolean; saved: () => void }): ReactElement {
  const [changing, setChanging] = useState(false);
  const joined = node.kind === "executor";
  return (
    <Stack gap={6}>
      <Text size="sm" className="wrap">
        {joined ? text.now(node.group ?? "", node.owner ?? undefined) : text.nowThere(node.group ?? "")}
      </Text>
      <Group gap="xs">
        {joined && (
          <Button size="xs" variant="default" component={Link} to={`/pool/share/${node.id}`}>
            {sharing.titleOf(node.name)}
          </Button>
        )}
        {admin && (
          <Button size="xs" variant="default" onClick={() => setChanging(true)}>
            {joined ? text.change : text.changeGroup}
          </Button>
        )}
      </Group>
      {changing && <Change node={node} close={() => setChanging(false)} saved={saved} />}
    </Stack>
  );
}

function Change({ node, close, saved }: { node: NodeDetail; close: () => void; saved: () => void }): ReactElement {
  const [group, setGroup] = useState(node.group ?? "");
  const [owner, setOwner] = useState(node.owner ?? "");
  const joined = node.kind === "executor";
  const save = useMutation({
    mutationFn: () =>
      call("patch", "/nodes/{node}", {
        path: { node: node.id },
        body: joined ? { group: group.trim(), owner: owner.trim() === "" ? null : owner.trim() } : { group: group.trim() },
      }),
    onSuccess: () => {
      toast.done((joined ? text.changed : text.changedGroup)(node.name));
      saved();
      close();
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Modal opened onClose={close} title={(joined ? text.title : text.titleGroup)(node.name)} closeButtonProps={{ "aria-label": common.close }}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput label={text.group} description={text.groupHelp} required value={group} onChange={(e) => setGroup(e.currentTarget.value)} data-autofocus />
          {joined && <TextInput label={text.owner} description={text.ownerHelp} value={owner} onChange={(e) => setOwner(e.currentTarget.value)} />}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
