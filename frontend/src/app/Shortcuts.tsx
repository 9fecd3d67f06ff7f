import { Modal, Table } from "@mantine/core";
import type { ReactElement } from "react";
import { text } from "../text/common";

export default function Shortcuts({ close }: { close: () => void }): ReactElement {
  return (
    <Modal opened onClose={close} title={text.shortcuts.title} closeButtonProps={{ "aria-label": text.close }}>
      <Table withRowBorders={false}>
        <Table.Tbody>
          {text.shortcuts.rows.map(([press, does]) => (
            <Table.Tr key={press}>
              <Table.Th fw={400}>
                <kbd className="kbd">{press}</kbd>
              </Table.Th>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
