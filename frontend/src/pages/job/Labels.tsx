/** What its owner wrote on a job: name, tags, a note; and whether it is put away. */
import { Badge, Button, Group, Modal, Stack, Switch, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { JobDetail } from "../../api/types";
import { text as common } from "../../text/common";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";

export function Labels({ job }: { job: JobDetail }): ReactElement {
  const [open, setOpen] = useState(false);
  const tags = job.tags ?? [];
  const note = job.note ?? "";
  return (
    <Group gap="xs">
      {job.archived === true && <Badge variant="outline">{text.labels.archived}</Badge>}
      {tags.map((tag) => (
        <Badge key={tag} variant="light" tt="none">
          {tag}
        </Badge>
      ))}
      {note !== "" && (
        <Text size="sm" className="wrap" style={{ whiteSpace: "pre-wrap" }}>
          {note}
        </Text>
      )}
      <Button size="compact-xs" variant="subtle" leftSection={<Icon name="pencil" size={12} />} onClick={() => setOpen(true)}>
        {tags.length === 0 && note === "" ? text.labels.add : text.labels.change}
      </Button>
      {open && <LabelsDialog job={job} close={() => setOpen(false)} />}
    </Group>
  );
}

function LabelsDialog({ job, close }: { job: JobDetail; close: () => void }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState(job.name);
  const [tags, setTags] = useState<string[]>(job.tags ?? []);
  const [note, setNote] = useState(job.note ?? "");
  const [archived, setArchived] = useState(job.archived === true);
  const bad = tags.find((tag) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(tag));
  const save = useMutation({
    mutationFn: () => call("patch", "/jobs/{job}", { path: { job: job.id }, body: { name: name.trim(), tags, note, archived } }),
    onSuccess: (after) => {
      client.setQueryData(keys.job(job.id), after);
      void client.invalidateQueries({ queryKey: keys.jobLists });
      toast.done(text.labels.saved);
      close();
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Modal opened onClose={close} title={text.labels.title} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="md">
        <TextInput label={text.labels.name} value={name} maxLength={200} data-autofocus onChange={(e) => setName(e.currentTarget.value)} />
        <TagsInput
          label={text.labels.tags}
          description={text.labels.tagsHelp}
          value={tags}
          maxTags={20}
          clearable={false}
          error={bad === undefined ? undefined : text.labels.badTag(bad)}
          onChange={setTags}
        />
        <Textarea label={text.labels.note} value={note} maxLength={4000} autosize minRows={3} maxRows={10} onChange={(e) => setNote(e.currentTarget.value)} />
        <Switch label={text.labels.archive} description={text.labels.archiveHelp} checked={archived} onChange={(e) => setArchived(e.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button loading={save.isPending} disabled={name.trim() === "" || bad !== undefined} onClick={() => save.mutate()}>
            {text.labels.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
