import { Table } from "@mantine/core";
import type { ReactElement } from "react";
import type { TextTable } from "../../lib/table";
import { preview as text } from "../../text/files";

const SHOWN = 200;

/** The first rows of a table. */
export function TablePreview({ table }: { table: TextTable }): ReactElement {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={text.table}>
      <Table className="nums" fz="xs" striped>
        <Table.Thead>
          <Table.Tr>
            {table.columns.map((column, i) => (
              <Table.Th key={i}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {table.rows.slice(0, SHOWN).map((row, i) => (
            <Table.Tr key={i}>
              {table.columns.map((_, j) => (
                <Table.Td key={j}>{row[j]}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
