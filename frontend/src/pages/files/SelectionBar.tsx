/** What can be done with the chosen entries. */
import { Button, Group, Text } from "@mantine/core";
import type { ReactElement } from "react";
import type { Place } from "../../api/files";
import type { FileEntry } from "../../api/types";
import { bytes } from "../../lib/format";
import { files as text } from "../../text/files";
import { Icon, type IconName } from "../../ui/icons";
import styles from "./files.module.css";
import type { FolderActions } from "./folderActions";

export function SelectionBar({
  entries,
  place,
  mayWrite,
  actions,
  clear,
}: {
  entries: readonly FileEntry[];
  folder: string;
  place: Place;
  mayWrite: boolean;
  actions: FolderActions;
  clear: () => void;
}): ReactElement {
  const [one] = entries;
  const size = entries.reduce((sum, e) => sum + e.bytes, 0);
  const single = entries.length === 1 && one !== undefined;
  return (
    <Group gap={6} className={styles.bar} role="toolbar" aria-label={text.selected(entries.length)}>
      <Text size="sm" fw={500} px={6} role="status">
        {text.selected(entries.length)}
        {size > 0 && ` · ${bytes(size)}`}
      </Text>
      <Act icon="download" label={single && one.kind === "file" ? text.actions.download : text.actions.downloadZip} run={() => actions.download(entries)} />
      {mayWrite && <Act icon="move" label={text.actions.move} run={() => actions.move(entries)} />}
      <Act icon="copy" label={text.actions.copy} run={() => actions.copy(entries)} />
      {mayWrite && <Act icon="box" label={text.actions.pack} run={() => actions.pack(entries)} />}
      {single && place.kind === "home" && <Act icon="share" label={text.actions.share} run={() => actions.share(one)} />}
      {mayWrite && <Act icon="trash" label={text.actions.remove} run={() => (actions.remove(entries), clear())} />}
      <Button size="compact-sm" variant="subtle" color="gray" ml="auto" onClick={clear}>
        {text.selectNone}
      </Button>
    </Group>
  );
}

function Act({ icon, label, run }: { icon: IconName; label: string; run: () => void }): ReactElement {
  return (
    <Button size="compact-sm" variant="default" leftSection={<Icon name={icon} size={14} />} onClick={run}>
      {label}
    </Button>
  );
}
