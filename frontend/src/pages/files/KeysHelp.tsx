import { Modal, Table } from "@mantine/core";
import type { ReactElement } from "react";
import { text as common } from "../../text/common";
import { files as text } from "../../text/files";

export default function KeysHelp({ close }: { close: () => void }): ReactElement {
  return (
    <Modal opened onClose={close} title={text.keys.title} closeButtonProps={{ "aria-label": common.close }}>
      <Table>
        <Table.Tbody>
          {text.keys.rows.map(([key, what]) => (
            <Table.Tr key={key}>
              <Table.Td>
                <kbd className="kbd">{key}</kbd>
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
