import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { call, words } from "../../api/client";
import { fileKeys, type Share } from "../../api/files";
import { last } from "../../lib/paths";
import { shares as text } from "../../text/files";
import { toast } from "../../ui/toasts";

/** Who can see a share, in words. */
export function withWhom(share: Share): string {
  if (share.kind === "link") {
    return share.hasPassword ? text.aLinkPassword : text.aLink;
  }
  return `${text.kindWords[share.kind] ?? share.kind} ${share.with ?? ""}`;
}

export function StopSharing({ share }: { share: Share }): ReactElement {
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => call("delete", "/shares/{share}", { path: { share: share.id } }),
    onSuccess: async () => {
      toast.done(text.stopped(last(share.path)));
      await client.invalidateQueries({ queryKey: fileKeys.shares });
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <Button size="compact-sm" variant="default" loading={stop.isPending} onClick={() => stop.mutate()} aria-label={`${text.stop}: ${last(share.path)}, ${withWhom(share)}`}>
      {text.stop}
    </Button>
  );
}
