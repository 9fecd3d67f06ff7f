/** The pool's authority: make it, unlock it, decide requests, revoke. For CA admins. */
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { caQuery } from "../../api/queries";
import { certificates as text } from "../../text/certificates";
import { ErrorBox, Loading, PageTitle } from "../../ui/states";
import { AuthorityCard } from "./AuthorityCard";
import { CertificateList } from "./CertificateList";
import { MakeAuthority } from "./MakeAuthority";
import { Queue } from "./Queue";
import { Rules } from "./Rules";

export default function CertificatesPage(): ReactElement {
  const state = useQuery(caQuery);
  return (
    <Stack gap="lg">
      <PageTitle title={text.title} />
      <Text c="dimmed" maw={720}>
        {text.intro}
      </Text>
      {state.isPending && <Loading lines={6} />}
      {state.isError && <ErrorBox error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && !state.data.made && <MakeAuthority />}
      {state.data !== undefined && state.data.made && (
        <>
          <Queue locked={state.data.locked === true} wanted={state.data.approvals} />
          <Rules wanted={state.data.approvals} />
          <AuthorityCard state={state.data} />
          <CertificateList />
        </>
      )}
    </Stack>
  );
}
