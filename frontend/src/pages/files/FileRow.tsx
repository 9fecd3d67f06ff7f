/** One row of a folder's list, with the menu of what can be done with it. */
import { ActionIcon, Checkbox, Menu, UnstyledButton } from "@mantine/core";
import { useState, type DragEvent, type MouseEvent, type ReactElement } from "react";
import type { FileEntry } from "../../api/types";
import { bytes } from "../../lib/format";
import { isArchive } from "../../lib/paths";
import { files as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { Ago } from "../../ui/time";
import styles from "./files.module.css";
import type { FolderActions } from "./folderActions";

interface FileRowProps {
  index: number;
  entry: FileEntry;
  chosen: boolean;
  current: boolean;
  press: (event: MouseEvent, entry: FileEntry) => void;
  toggle: () => void;
  open: (entry: FileEntry) => void;
  drag: (event: DragEvent, entry: FileEntry) => void;
  dropOn: (event: DragEvent, name: string) => void;
  actions: FolderActions;
  mayWrite: boolean;
  own: boolean;
}

export function FileRow({ index, entry, chosen, current, press, toggle: flip, open, drag, dropOn, actions, mayWrite, own }: FileRowProps): ReactElement {
  const [over, setOver] = useState(false);
  const isFolder = entry.kind === "folder";
  return (
    <div
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-current={current}
      data-over={over}
      className={styles.row}
      onClick={(e) => press(e, entry)}
      onDoubleClick={() => open(entry)}
      draggable={mayWrite}
      onDragStart={(e) => drag(e, entry)}
      onDragOver={
        isFolder
          ? (e) => {
              e.preventDefault();
              setOver(true);
            }
          : undefined
      }
      onDragLeave={() => setOver(false)}
      onDrop={
        isFolder
          ? (e) => {
              setOver(false);
              dropOn(e, entry.name);
            }
          : undefined
      }
    >
      <span role="gridcell">
        <Checkbox size="xs" tabIndex={-1} aria-label={text.actions.select(entry.name)} checked={chosen} onChange={flip} pl={4} />
      </span>
      <span role="gridcell" style={{ minWidth: 0, height: "100%" }}>
        <UnstyledButton className={styles.name} tabIndex={-1} onClick={() => open(entry)} title={entry.name}>
          <Icon name={isFolder ? "files" : "file"} size={16} />
          <span>{entry.name}</span>
        </UnstyledButton>
      </span>
      <span role="gridcell" className={styles.right}>
        {isFolder ? "" : bytes(entry.bytes)}
      </span>
      <span role="gridcell" className={`${styles.wide ?? ""} ${styles.quiet ?? ""}`}>
        <Ago at={entry.modifiedAt} />
      </span>
      <span role="gridcell" className={styles.right}>
        <EntryMenu entry={entry} actions={actions} mayWrite={mayWrite} own={own} open={open} />
      </span>
    </div>
  );
}

function EntryMenu({
  entry,
  actions,
  mayWrite,
  own,
  open,
}: {
  entry: FileEntry;
  actions: FolderActions;
  mayWrite: boolean;
  own: boolean;
  open: (entry: FileEntry) => void;
}): ReactElement {
  const isFolder = entry.kind === "folder";
  return (
    <Menu position="bottom-end" withinPortal transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" tabIndex={-1} aria-label={text.actions.more(entry.name)}>
          <Icon name="more" size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name={isFolder ? "files" : "eye"} size={16} />} onClick={() => open(entry)}>
          {isFolder ? text.actions.open : text.actions.preview}
        </Menu.Item>
        {own && !isFolder && (
          <Menu.Item leftSection={<Icon name="desktops" size={16} />} onClick={() => actions.openInDesktop(entry)}>
            {text.actions.desktop}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="download" size={16} />} onClick={() => actions.download([entry])}>
          {isFolder ? text.actions.downloadZip : text.actions.download}
        </Menu.Item>
        {own && (
          <Menu.Item leftSection={<Icon name="share" size={16} />} onClick={() => actions.share(entry)}>
            {text.actions.share}
          </Menu.Item>
        )}
        {own && !isFolder && (
          <Menu.Item leftSection={<Icon name="clock" size={16} />} onClick={() => actions.versions(entry)}>
            {text.actions.versions}
          </Menu.Item>
        )}
        <Menu.Divider />
        {mayWrite && (
          <Menu.Item leftSection={<Icon name="pencil" size={16} />} rightSection={<kbd className="kbd">F2</kbd>} onClick={() => actions.rename(entry)}>
            {text.actions.rename}
          </Menu.Item>
        )}
        {mayWrite && (
          <Menu.Item leftSection={<Icon name="move" size={16} />} onClick={() => actions.move([entry])}>
            {text.actions.move}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="copy" size={16} />} onClick={() => actions.copy([entry])}>
          {text.actions.copy}
        </Menu.Item>
        {mayWrite && !isFolder && isArchive(entry.name) && (
          <Menu.Item leftSection={<Icon name="box" size={16} />} onClick={() => actions.extract(entry)}>
            {text.actions.extract}
          </Menu.Item>
        )}
        {mayWrite && (
          <Menu.Item leftSection={<Icon name="box" size={16} />} onClick={() => actions.pack([entry])}>
            {text.actions.pack}
          </Menu.Item>
        )}
        {mayWrite && <Menu.Divider />}
        {mayWrite && (
          <Menu.Item color="red" leftSection={<Icon name="trash" size={16} />} onClick={() => actions.remove([entry])}>
            {text.actions.remove}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
