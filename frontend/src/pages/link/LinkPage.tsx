/** What lies behind a share link, for anyone who has it: a folder to look through, a file, or a drop box. */
import { Anchor, Box, Breadcrumbs, Button, FileButton, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState, type DragEvent, type ReactElement } from "react";
import { ApiError, call, words } from "../../api/client";
import { contentUrl, listingQuery, zipUrl, type OpenedLink, type Place } from "../../api/files";
import type { FileEntry } from "../../api/types";
import { bytes } from "../../lib/format";
import { last, under } from "../../lib/paths";
import { text as common } from "../../text/common";
import { files, link as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { Ago } from "../../ui/time";
import { toast } from "../../ui/toasts";
import { ofChooser, readDrop, type Dropped } from "../files/dropped";
import styles from "../files/files.module.css";
import { uploadAll } from "../files/uploads";

const UploadTray = lazy(() => import("../files/UploadTray"));
const Preview = lazy(() => import("../files/Preview"));

export default function LinkPage(): ReactElement {
  const [secret, setSecret] = useState(() => window.location.hash.slice(1));
  const [password, setPassword] = useState("");
  useEffect(() => {
    const changed = () => setSecret(window.location.hash.slice(1));
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  const opening = useQuery({
    queryKey: ["link", secret],
    queryFn: () => call("post", "/links", { body: { secret } }),
    enabled: secret !== "",
    retry: false,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const unlock = useMutation({ mutationFn: () => call("post", "/links", { body: { secret, password } }) });
  const opened: OpenedLink | undefined = unlock.data ?? opening.data;
  const wrong = unlock.error instanceof ApiError ? (unlock.error.field("password") ?? words(unlock.error)) : undefined;
  return (
    <Box component="main" mx="auto" px="md" py={32} maw={opened?.rights === "read" ? 880 : 520} mih="100vh">
      <Group gap="sm" mb="lg" wrap="nowrap">
        <img src="/icon.svg" alt="" width={28} height={28} />
        <Text fw={600}>{common.product}</Text>
      </Group>
      {secret === "" && <PageTitle title={text.noSecret} />}
      {opening.isLoading && <Loading />}
      {opening.isError && (
        <Stack>
          <PageTitle title={text.opening} hidden />
          <ErrorBox error={opening.error} />
        </Stack>
      )}
      {opened?.needsPassword === true && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            unlock.mutate();
          }}
        >
          <Stack gap="md">
            <PageTitle title={text.password} />
            <Text size="sm">{text.passwordBody}</Text>
            <PasswordInput label={text.password} value={password} error={wrong} autoComplete="off" onChange={(e) => setPassword(e.currentTarget.value)} />
            <Group justify="flex-end">
              <Button type="submit" loading={unlock.isPending} disabled={password === ""}>
                {text.open}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      {opened?.needsPassword === false && (opened.rights === "upload" ? <DropBox link={opened} /> : <Shared link={opened} />)}
      <Suspense fallback={null}>
        <UploadTray />
      </Suspense>
    </Box>
  );
}

function Heading({ link }: { link: OpenedLink }): ReactElement {
  return (
    <div>
      <PageTitle title={link.name} />
      <Text size="sm" c="dimmed">
        {text.from(link.owner)}
        {typeof link.expiresAt === "string" && (
          <>
            {` · ${text.ends} `}
            <Ago at={link.expiresAt} />
          </>
        )}
      </Text>
    </div>
  );
}

function Shared({ link }: { link: OpenedLink }): ReactElement {
  const place: Place = { kind: "link", id: link.id };
  const [folder, setFolder] = useState("");
  const [shown, setShown] = useState<FileEntry>();
  const listing = useQuery({ ...listingQuery(place, folder), enabled: link.kind === "folder" });
  if (link.kind === "file") {
    return (
      <Stack gap="md">
        <Heading link={link} />
        <Group>
          <Button component="a" href={contentUrl(place, "")} download leftSection={<Icon name="download" size={16} />}>
            {text.download(link.name)}
          </Button>
        </Group>
      </Stack>
    );
  }
  const parts = folder === "" ? [] : folder.split("/");
  const go = (path: string) => {
    setShown(undefined);
    setFolder(path);
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <Heading link={link} />
        <Button component="a" href={zipUrl(place, folder === "" ? [] : [folder])} download leftSection={<Icon name="download" size={16} />}>
          {text.zip}
        </Button>
      </Group>
      <Breadcrumbs separatorMargin={6} classNames={{ root: styles.crumbs }}>
        {["", ...parts.map((_, i) => parts.slice(0, i + 1).join("/"))].map((path) => (
          <Anchor key={path} component="button" className="wrap" onClick={() => go(path)}>
            {path === "" ? link.name : last(path)}
          </Anchor>
        ))}
      </Breadcrumbs>
      {listing.isPending && <Loading />}
      {listing.isError && <ErrorBox error={listing.error} />}
      {listing.data?.entries.length === 0 && <Text c="dimmed">{text.empty}</Text>}
      <div className={shown === undefined ? undefined : styles.split}>
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {(listing.data?.entries ?? []).map((entry) => (
            <li key={entry.name} style={{ display: "flex", alignItems: "center", gap: 8, minHeight: 44, borderBottom: "1px solid var(--line)" }}>
              <Icon name={entry.kind === "folder" ? "files" : "file"} size={16} />
              <Anchor component="button" className="wrap" ta="left" flex={1} onClick={() => (entry.kind === "folder" ? go(under(folder, entry.name)) : setShown(entry))}>
                {entry.name}
              </Anchor>
              <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                {entry.kind === "file" ? bytes(entry.bytes) : ""}
              </Text>
              {entry.kind === "file" && (
                <Anchor href={contentUrl(place, under(folder, entry.name))} download aria-label={text.download(entry.name)}>
                  <Icon name="download" size={16} />
                </Anchor>
              )}
            </li>
          ))}
        </ul>
        {shown !== undefined && (
          <Suspense fallback={<Loading />}>
            <Preview key={under(folder, shown.name)} place={place} path={under(folder, shown.name)} entry={shown} mayWrite={false} close={() => setShown(undefined)} />
          </Suspense>
        )}
      </div>
    </Stack>
  );
}

function DropBox({ link }: { link: OpenedLink }): ReactElement {
  const place: Place = { kind: "link", id: link.id };
  const [sent, setSent] = useState(0);
  const [over, setOver] = useState(false);
  const take = (list: readonly Dropped[]) => uploadAll(place, "", list, () => setSent((n) => n + list.length));
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    readDrop(event.dataTransfer)
      .then(({ files: dropped }) => take(dropped))
      .catch((e: unknown) => toast.failed(words(e)));
  };
  return (
    <Stack gap="md">
      <Heading link={link} />
      <Text size="sm">{text.drop.body(link.owner)}</Text>
      <Stack
        align="center"
        gap="sm"
        py={48}
        className={`card ${over ? (styles.over ?? "") : ""}`}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Icon name="upload" size={28} />
        <Text c="dimmed">{text.dropHere}</Text>
        <FileButton multiple onChange={(list) => take(ofChooser(list))} inputProps={{ "aria-label": files.uploadFiles }}>
          {(props) => <Button {...props}>{text.add}</Button>}
        </FileButton>
      </Stack>
      {sent > 0 && (
        <Text role="status" fw={500}>
          {text.thanks(sent)}
        </Text>
      )}
    </Stack>
  );
}
