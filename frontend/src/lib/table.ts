/** Tables of text: CSV by RFC 4180, or with tabs or semicolons. Pure. At most 10,000 rows and 200 columns are read. */
export interface TextTable {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

const ROWS = 10_000;
const COLUMNS = 200;

/** What separates the first line most often. */
function guess(line: string): string {
  const counts = ["\t", ",", ";"].map((c) => [c, line.split(c).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

export function parseTable(text: string, separator?: string): TextTable {
  const end = text.indexOf("\n");
  const by = separator ?? guess(end < 0 ? text : text.slice(0, end));
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    if (line.length < COLUMNS) {
      line.push(cell);
    }
    cell = "";
  };
  const endLine = () => {
    endCell();
    if (line.length > 1 || line[0] !== "") {
      lines.push(line);
    }
    line = [];
  };
  for (let i = 0; i < text.length && lines.length <= ROWS; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c !== '"') {
        cell += c;
      } else if (text.charAt(i + 1) === '"') {
        cell += c;
        i++;
      } else {
        quoted = false;
      }
    } else if (c === '"' && cell === "") {
      quoted = true;
    } else if (c === by) {
      endCell();
    } else if (c === "\n") {
      endLine();
    } else if (c !== "\r") {
      cell += c;
    }
  }
  if ((cell !== "" || line.length > 0) && lines.length <= ROWS) {
    endLine();
  }
  const [columns = [], ...rows] = lines;
  return { columns: columns.map((name) => name.replace(/^#\s*/, "")), rows };
}

/** The numbers of a column, NaN where there is none. */
export function numbers(table: TextTable, column: number): number[] {
  return table.rows.map((row) => {
    const cell = (row[column] ?? "").trim();
    return cell === "" ? Number.NaN : Number(cell);
  });
}

/** The columns that mostly hold numbers. */
export function numeric(table: TextTable): number[] {
  return table.columns
    .map((_, i) => i)
    .filter((i) => {
      const found = numbers(table, i);
      return found.length > 0 && found.filter((n) => Number.isFinite(n)).length >= found.length * 0.8;
    });
}
