/** What others share with the person. */
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { contentUrl, receivedQuery } from "../../api/files";
import { shares as text } from "../../text/files";
import { Icon } from "../../ui/icons";
import { Empty, ErrorBox, Loading } from "../../ui/states";

export default function ReceivedView(): ReactElement {
  const shares = useQuery(receivedQuery);
  return (
    <Stack gap={0}>
      {shares.isPending && <Loading lines={5} />}
      {shares.isError && <ErrorBox error={shares.error} retry={() => void shares.refetch()} />}
      {shares.data?.length === 0 && <Empty icon="share" title={text.receivedNone.title} body={text.receivedNone.body} />}
      {(shares.data ?? []).map((share) => (
        <Group key={share.id} gap="sm" wrap="nowrap" py={10} style={{ borderBottom: "1px solid var(--line)" }}>
          <Icon name={share.kind === "folder" ? "files" : "file"} size={18} />
          <div style={{ minWidth: 0, flex: 1 }}>
            {share.missing ? (
              <Text className="wrap">{share.name}</Text>
            ) : share.kind === "folder" ? (
              <Anchor component={Link} to={`/files?share=${share.id}`} className="wrap">
                {share.name}
              </Anchor>
            ) : (
              <Anchor href={contentUrl({ kind: "share", id: share.id }, "")} download className="wrap">
                {share.name}
              </Anchor>
            )}
            <Text size="xs" c="dimmed">
              {text.by(share.owner)}
              {share.missing && `: ${text.missing}`}
            </Text>
          </div>
          <Text size="sm" c="dimmed">
            {text.rightsWords[share.rights]}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
