/** Where the results lie in the person's own files, or why they do not, with the way to mend it. */
import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { Results } from "../../api/types";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";

export function HomeCopy({ job, home }: { job: number; home: Results["home"] }): ReactElement | null {
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => call("post", "/jobs/{job}/{action}", { path: { job, action: "copy-results" } }),
    onSuccess: () => {
      toast.done(text.results.home.asked);
      void client.invalidateQueries({ queryKey: keys.results(job) });
      void client.invalidateQueries({ queryKey: keys.folders });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const button = (
    <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()} leftSection={<Icon name="copy" size={14} />}>
      {text.results.home.again}
    </Button>
  );
  switch (home?.state) {
    case "copied":
      return (
        <Group gap={6} wrap="nowrap" align="flex-start">
          <Icon name="files" size={16} />
          <Text size="sm" className="wrap">
            {text.results.home.copied}{" "}
            <Anchor component={Link} to={`/files?path=${encodeURIComponent(home.folder ?? "")}`}>
              {home.folder}
            </Anchor>
          </Text>
        </Group>
      );
    case "waiting":
      return (
        <Text size="sm" c="dimmed" role="status">
          {text.results.home.waiting}
        </Text>
      );
    case "refused":
      return (
        <Alert color="yellow" variant="light" icon={<Icon name="warn" />} title={text.results.home.refused} className="wrap" role="alert">
          <Text size="sm" mb="sm" c="var(--mantine-color-text)">
            {home.message}
          </Text>
          {button}
        </Alert>
      );
    case "empty":
      return null;
    case undefined:
      return null;
  }
}
