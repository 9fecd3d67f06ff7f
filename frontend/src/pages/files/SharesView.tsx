/** What the person shares with others, and how often links were opened. */
import { Anchor, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { sharesQuery } from "../../api/files";
import { parent } from "../../lib/paths";
import { shares as text } from "../../text/files";
import { Empty, ErrorBox, Loading } from "../../ui/states";
import { Ago } from "../../ui/time";
import { StopSharing, withWhom } from "./StopSharing";

export default function SharesView(): ReactElement | null {
  const shares = useQuery(sharesQuery);
  if (shares.isPending) {
    return <Loading lines={5} />;
  }
  if (shares.isError) {
    return <ErrorBox error={shares.error} retry={() => void shares.refetch()} />;
  }
  if (shares.data.length === 0) {
    return <Empty icon="share" {...text.none} />;
  }
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={text.columns.path}>
      <Table verticalSpacing="xs" miw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.columns.path}</Table.Th>
            <Table.Th>{text.columns.with}</Table.Th>
            <Table.Th>{text.columns.rights}</Table.Th>
            <Table.Th>{text.columns.uses}</Table.Th>
            <Table.Th>{text.columns.ends}</Table.Th>
            <Table.Th>
              <span className="unseen">{text.columns.actions}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shares.data.map((share) => (
            <Table.Tr key={share.id}>
              <Table.Td className="wrap">
                <Anchor component={Link} to={`/files?path=${encodeURIComponent(parent(share.path))}`}>
                  {share.path}
                </Anchor>
                {share.missing && (
                  <Text size="xs" c="var(--mantine-color-error)">
                    {text.missing}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{withWhom(share)}</Table.Td>
              <Table.Td>{text.rightsWords[share.rights]}</Table.Td>
              <Table.Td>{share.kind === "link" ? text.uses(share.uses) : "–"}</Table.Td>
              <Table.Td>{share.expired ? text.expired : <Ago at={share.expiresAt} never={text.never} />}</Table.Td>
              <Table.Td ta="right">
                <StopSharing share={share} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
