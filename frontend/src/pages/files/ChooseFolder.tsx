/** Where to move or copy to: folders of one's own home or of the place shown, one level at a time. */
import { Anchor, Breadcrumbs, Button, Group, Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { HOME, listingQuery, type Place } from "../../api/files";
import { isWithin, last, parent, under } from "../../lib/paths";
import { text as common } from "../../text/common";
import { files as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading } from "../../ui/states";
import styles from "./files.module.css";
import { copy, move } from "./operations";

export default function ChooseFolder({
  kind,
  place,
  paths,
  start,
  close,
}: {
  kind: "move" | "copy";
  place: Place;
  paths: readonly string[];
  start: string;
  close: () => void;
}): ReactElement {
  const client = useQueryClient();
  const [target, setTarget] = useState<{ place: Place; folder: string }>({ place, folder: start });
  const listing = useQuery(listingQuery(target.place, target.folder));
  const folders = (listing.data?.entries ?? []).filter((e) => e.kind === "folder");
  const here = target.place === place;
  const blocked = here && paths.some((p) => isWithin(target.folder, p) || (kind === "move" && parent(p) === target.folder));
  const parts = target.folder === "" ? [] : target.folder.split("/");
  const run = () => {
    close();
    void (kind === "move" ? move : copy)(client, place, paths, target.place, target.folder);
  };
  return (
    <Modal opened onClose={close} title={text.choose[kind](paths.length)} closeButtonProps={{ "aria-label": common.close }}>
      <Stack gap="sm">
        <Breadcrumbs separatorMargin={6} classNames={{ root: styles.crumbs }}>
          {["", ...parts.map((_, i) => parts.slice(0, i + 1).join("/"))].map((path) => (
            <Anchor key={path} component="button" className="wrap" onClick={() => setTarget({ ...target, folder: path })}>
              {path === "" ? (target.place.kind === "home" ? text.home : text.views.received) : last(path)}
            </Anchor>
          ))}
        </Breadcrumbs>
        {place.kind !== "home" && here && (
          <Button size="compact-sm" variant="default" onClick={() => setTarget({ place: HOME, folder: "" })}>
            {text.choose.here(text.views.home)}
          </Button>
        )}
        <div className={styles.scroll} style={{ minHeight: 160 }}>
          {listing.isPending && <Loading />}
          {listing.isError && <ErrorBox error={listing.error} />}
          {listing.isSuccess && folders.length === 0 && (
            <Text size="sm" c="dimmed">
              {text.choose.none}
            </Text>
          )}
          {folders.map((f) => {
            const path = under(target.folder, f.name);
            return (
              <UnstyledButton key={f.name} className={styles.name} h={36} w="100%" disabled={here && paths.includes(path)} onClick={() => setTarget({ ...target, folder: path })}>
                <Icon name="files" size={16} />
                <span>{f.name}</span>
              </UnstyledButton>
            );
          })}
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {common.cancel}
          </Button>
          <Button disabled={blocked} onClick={run} data-autofocus>
            {kind === "move" ? text.choose.moveHere : text.choose.copyHere}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
