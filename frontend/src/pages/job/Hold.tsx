/** Who holds a job and why; and the question why, for who wants to say. */
import { Alert, Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState, type ReactElement } from "react";
import type { JobDetail } from "../../api/types";
import { text as common } from "../../text/common";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { Ago } from "../../ui/time";

export function HoldBanner({ job, hold, change }: { job: JobDetail; hold: NonNullable<JobDetail["hold"]>; change: (() => void) | undefined }): ReactElement {
  const words = text.job.held;
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<Icon name="hold" />}
      className="wrap"
      title={
        <>
          {words.by(hold.by)} <Ago at={hold.at} />
        </>
      }
    >
      {typeof hold.reason === "string" && <Text size="sm">{hold.reason}</Text>}
      <Text size="sm">
        {job.counts.running > 0 && `${words.running(job.counts.running)} `}
        {words.rest}
      </Text>
      {change !== undefined && (
        <Button size="xs" variant="default" mt="xs" onClick={change}>
          {typeof hold.reason === "string" ? words.change : words.give}
        </Button>
      )}
    </Alert>
  );
}

/** Asks why; of a held job for the reason from now on. */
export function AskReason({ before, close, hold }: { before?: string; close: () => void; hold: (reason: string) => void }): ReactElement {
  const [reason, setReason] = useState(before ?? "");
  const changes = before !== undefined;
  return (
    <Modal opened onClose={close} title={changes ? text.job.held.change : text.job.holdWhy.replace("…", "")} closeButtonProps={{ "aria-label": common.close }}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          hold(reason.trim());
          close();
        }}
      >
        <TextInput
          data-autofocus
          label={text.job.held.why}
          description={text.job.held.whyHelp}
          value={reason}
          maxLength={300}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button type="submit" disabled={changes && (reason.trim() === "" || reason.trim() === before)}>
            {changes ? common.save : text.job.hold}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
