/** Files: one's own, what others share, what one shares, and the trash; which of them stands in the address. */
import { Button, Group, Progress, SegmentedControl, Stack, Text, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState, type ReactElement } from "react";
import { HOME, type Place, type StorageUse } from "../../api/files";
import { storageQuery } from "../../api/kept";
import { useAddress } from "../../lib/address";
import { bytes } from "../../lib/format";
import { files as text, mount } from "../../text/files";
import { Icon } from "../../ui/icons";
import { Loading, PageTitle } from "../../ui/states";
import { FolderView } from "./FolderView";
import styles from "./files.module.css";
import { refresh } from "./operations";
import { recall } from "./uploads";

const ReceivedView = lazy(() => import("./ReceivedView"));
const SharesView = lazy(() => import("./SharesView"));
const TrashView = lazy(() => import("./TrashView"));
const MountDialog = lazy(() => import("./MountDialog"));

const VIEWS = ["home", "received", "shares", "trash"] as const;
type View = (typeof VIEWS)[number];

let recalled = false;

export default function FilesPage(): ReactElement {
  const client = useQueryClient();
  const [search, setSearch] = useAddress();
  const [mounting, setMounting] = useState(false);
  const share = Number(search.get("share") ?? 0) || 0;
  const asked = search.get("view");
  const view: View = share > 0 ? "received" : (VIEWS.find((v) => v === asked) ?? "home");
  const place = useMemo<Place>(() => (share > 0 ? { kind: "share", id: share } : HOME), [share]);
  useEffect(() => {
    if (!recalled) {
      recalled = true;
      recall(HOME, () => refresh(client)).catch(() => undefined); // only a reminder of what an earlier visit left
    }
  }, [client]);
  return (
    <Stack gap="md" mih="70vh">
      <Group justify="space-between" gap="sm">
        <PageTitle title={text.title} />
        <Button variant="default" leftSection={<Icon name="drive" size={16} />} onClick={() => setMounting(true)}>
          {mount.title}
        </Button>
      </Group>
      <Group justify="space-between" gap="sm">
        <SegmentedControl
          size="sm"
          aria-label={text.viewsLabel}
          value={view}
          onChange={(value) => setSearch(value === "home" ? {} : { view: value })}
          data={VIEWS.map((value) => ({ value, label: text.views[value] }))}
          className={styles.views}
        />
        <Quota />
      </Group>
      <Suspense fallback={<Loading />}>
        {(view === "home" || share > 0) && <FolderView key={share} place={place} />}
        {view === "received" && share === 0 && <ReceivedView />}
        {view === "shares" && <SharesView />}
        {view === "trash" && <TrashView />}
        {mounting && <MountDialog close={() => setMounting(false)} />}
      </Suspense>
    </Stack>
  );
}

/** How full the home is, and how long what was deleted stays. */
function Quota(): ReactElement | null {
  const use = useQuery(storageQuery);
  if (use.data === undefined) {
    return null;
  }
  const { usedBytes, quotaBytes, trashBytes, versionBytes, retentionDays }: StorageUse = use.data;
  const part = quotaBytes === null ? 0 : Math.min(100, Math.ceil((100 * usedBytes) / Math.max(1, quotaBytes)));
  const words = quotaBytes === null ? text.quota.used(usedBytes) : text.quota.of(usedBytes, quotaBytes);
  const kept = `${text.quota.kept(trashBytes, versionBytes)}. ${text.quota.retention(retentionDays)}.`;
  return (
    <Tooltip label={part > 90 ? `${text.quota.nearly} ${kept}` : kept} multiline w={280}>
      <div tabIndex={0} role="group" aria-label={`${text.quota.label}: ${words}. ${kept}`} style={{ minWidth: 180 }}>
        <Text size="xs" c="dimmed">
          {words}
          {trashBytes > 0 && ` · ${text.views.trash} ${bytes(trashBytes)}`}
        </Text>
        {quotaBytes !== null && <Progress value={part} size={4} mt={4} color={part > 90 ? "red" : undefined} aria-label={text.quota.label} />}
      </div>
    </Tooltip>
  );
}
