import { Text } from "@mantine/core";
import type { ReactElement } from "react";
import { pool } from "../../text/pool";
import { CopyLine } from "../../ui/copy";
import { EntryFrame } from "./EntryFrame";

/** Somebody opened a join link in a browser: say where it belongs. */
export default function JoinPage(): ReactElement {
  return (
    <EntryFrame title={pool.joinPage.title}>
      <Text>{pool.joinPage.body}</Text>
      <CopyLine value={`./appliance node join '${window.location.href}'`} label={pool.joinPage.title} />
    </EntryFrame>
  );
}
