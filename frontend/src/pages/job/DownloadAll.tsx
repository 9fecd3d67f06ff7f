import { Button } from "@mantine/core";
import type { ReactElement } from "react";
import { API } from "../../api/client";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";

export function DownloadAll({ job }: { job: number }): ReactElement {
  return (
    <Button component="a" href={`${API}/jobs/${job}/results.zip`} download variant="default" leftSection={<Icon name="download" size={16} />}>
      {text.results.download}
    </Button>
  );
}
