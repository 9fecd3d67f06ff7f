import { Button, Group } from "@mantine/core";
import type { ReactElement } from "react";
import { API } from "../../api/client";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";

export function DownloadAll({ job, ended }: { job: number; ended: boolean }): ReactElement {
  return (
    <Group gap="xs">
      <Button component="a" href={`${API}/jobs/${job}/results.zip`} download variant="default" leftSection={<Icon name="download" size={16} />}>
        {text.results.download}
      </Button>
      {ended && (
        <Button component="a" href={`${API}/jobs/${job}/crate.zip`} download variant="default" title={text.results.crateHelp} leftSection={<Icon name="box" size={16} />}>
          {text.results.crate}
        </Button>
      )}
    </Group>
  );
}
