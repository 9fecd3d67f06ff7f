/** Shares one file or folder: by a link, or with a person or group; and ends what is shared already. */
import { Button, Group, Modal, NativeSelect, PasswordInput, Radio, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { ApiError, call, words } from "../../api/client";
import { fileKeys, sharesQuery } from "../../api/files";
import { keys } from "../../api/queries";
import { last } from "../../lib/paths";
import { text as common } from "../../text/common";
import { shares as text } from "../../text/files";
import { ShownOnce } from "../../ui/copy";
import { toast } from "../../ui/toasts";
import { StopSharing, withWhom } from "./StopSharing";

const DAYS = [1, 7, 30, 90, 365];

export default function ShareDialog({ path, isFolder, close }: { path: string; isFolder: boolean; close: () => void }): ReactElement {
  const [tab, setTab] = useState<"link" | "person">("link");
  const shares = useQuery(sharesQuery);
  const existing = (shares.data ?? []).filter((s) => s.path === path);
  return (
    <Modal opened onClose={close} size="lg" title={text.title(last(path))} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        <SegmentedControl
          aria-label={text.kind}
          value={tab}
          onChange={(value) => setTab(value)}
          data={[
            { value: "link", label: text.tabs.link },
            { value: "person", label: text.tabs.person },
          ]}
        />
        {tab === "link" ? <LinkForm path={path} isFolder={isFolder} /> : <PersonForm path={path} />}
        {existing.length > 0 && (
          <Stack gap={4}>
            <Text size="sm" fw={600}>
              {text.existing}
            </Text>
            {existing.map((share) => (
              <Group key={share.id} justify="space-between" wrap="nowrap" gap="sm">
                <Text size="sm" className="wrap">
                  {withWhom(share)}, {text.rightsWords[share.rights]}
                </Text>
                <StopSharing share={share} />
              </Group>
            ))}
          </Stack>
        )}
      </Stack>
    </Modal>
  );
}

function useShare() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Parameters<typeof call<"post", "/shares">>[2]) => call("post", "/shares", body),
    onSuccess: () => client.invalidateQueries({ queryKey: fileKeys.shares }),
    onError: (e) => toast.failed(words(e)),
  });
}

function LinkForm({ path, isFolder }: { path: string; isFolder: boolean }): ReactElement {
  const share = useShare();
  const [rights, setRights] = useState<"read" | "upload">("read");
  const [days, setDays] = useState("30");
  const [password, setPassword] = useState("");
  const secret = share.data?.secret;
  if (typeof secret === "string") {
    return <ShownOnce words={text.once} value={`${window.location.origin}/link#${secret}`} label={text.link} />;
  }
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        share.mutate({ body: { path, kind: "link", rights, ...(days === "0" ? {} : { days: Number(days) }), ...(password === "" ? {} : { password }) } });
      }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {text.linkBody}
        </Text>
        {isFolder && (
          <Radio.Group label={text.rights} value={rights} onChange={(value) => setRights(value === "upload" ? "upload" : "read")}>
            <Stack gap={6} mt={6}>
              <Radio value="read" label={text.read} />
              <Radio value="upload" label={text.upload} />
            </Stack>
          </Radio.Group>
        )}
        <Group grow align="flex-start">
          <NativeSelect
            label={text.expires}
            value={days}
            onChange={(e) => setDays(e.currentTarget.value)}
            data={[...DAYS.map((n) => ({ value: String(n), label: text.days(n) })), { value: "0", label: text.never }]}
          />
          <PasswordInput label={text.password} description={text.passwordHelp} inputWrapperOrder={["label", "input", "description"]} value={password} autoComplete="new-password" onChange={(e) => setPassword(e.currentTarget.value)} />
        </Group>
        <Group justify="flex-end">
          <Button type="submit" loading={share.isPending}>
            {text.makeLink}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function PersonForm({ path }: { path: string }): ReactElement {
  const share = useShare();
  const groups = useQuery({ queryKey: keys.groups, queryFn: async ({ signal }) => (await call("get", "/groups", { signal })).groups });
  const [kind, setKind] = useState<"person" | "group">("person");
  const [name, setName] = useState("");
  const [rights, setRights] = useState<"read" | "write">("read");
  const failure = share.error instanceof ApiError ? share.error.field("with") : undefined;
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        share.mutate(
          { body: { path, kind, rights, with: name.trim() } },
          {
            onSuccess: () => {
              toast.done(text.shared(last(path), name.trim()));
              setName("");
            },
          },
        );
      }}
    >
      <Stack gap="sm">
        <Group grow align="flex-start">
          <NativeSelect
            label={text.kind}
            value={kind}
            onChange={(e) => setKind(e.currentTarget.value === "group" ? "group" : "person")}
            data={[
              { value: "person", label: text.person },
              { value: "group", label: text.group },
            ]}
          />
          <TextInput label={text.with} value={name} error={failure} list={kind === "group" ? "groups" : undefined} onChange={(e) => setName(e.currentTarget.value)} autoComplete="off" />
          <datalist id="groups">
            {(groups.data ?? []).map((g) => (
              <option key={g.name} value={g.name} />
            ))}
          </datalist>
        </Group>
        <Radio.Group label={text.rights} value={rights} onChange={(value) => setRights(value === "write" ? "write" : "read")}>
          <Stack gap={6} mt={6}>
            <Radio value="read" label={text.read} />
            <Radio value="write" label={text.write} />
          </Stack>
        </Radio.Group>
        <Group justify="flex-end">
          <Button type="submit" loading={share.isPending} disabled={name.trim() === ""}>
            {text.share}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
