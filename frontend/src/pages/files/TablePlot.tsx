/** A plot of two columns of a table. */
import { Group, NativeSelect, SegmentedControl, Stack, Text, useComputedColorScheme } from "@mantine/core";
import { useMemo, useState, type ReactElement } from "react";
import type { Plot } from "../../api/types";
import { numbers, numeric, type TextTable } from "../../lib/table";
import { preview as text } from "../../text/files";
import Chart from "../job/Chart";
import type { PlotData } from "../job/plot";

const SCALES = { logX: false, logY: false };

export default function TablePlot({ table, name }: { table: TextTable; name: string }): ReactElement {
  const scheme = useComputedColorScheme("light");
  const columns = useMemo(() => numeric(table), [table]);
  const [x, setX] = useState(columns[0] ?? 0);
  const [y, setY] = useState(columns[1] ?? columns[0] ?? 0);
  const [kind, setKind] = useState<"line" | "scatter">("line");
  const data = useMemo<PlotData>(() => {
    const xs = numbers(table, x);
    const ys = numbers(table, y);
    const rows = xs.map((_, i) => i).filter((i) => Number.isFinite(xs[i]) && Number.isFinite(ys[i]));
    return { x: rows.map((i) => xs[i] ?? 0), y: rows.map((i) => ys[i] ?? 0), label: rows.map(() => "") };
  }, [table, x, y]);
  const plot = useMemo(
    () => ({ name, title: name, table: name, kind, x: { column: "x", label: table.columns[x] ?? "x" }, y: { column: "y", label: table.columns[y] ?? "y" } }) as unknown as Plot,
    [name, kind, table, x, y],
  );
  if (columns.length === 0) {
    return <Text c="dimmed">{text.noNumbers}</Text>;
  }
  const options = columns.map((i) => ({ value: String(i), label: table.columns[i] ?? String(i + 1) }));
  return (
    <Stack gap="sm">
      <Group gap="sm" align="end">
        <NativeSelect size="xs" label={text.x} data={options} value={String(x)} onChange={(e) => setX(Number(e.currentTarget.value))} />
        <NativeSelect size="xs" label={text.y} data={options} value={String(y)} onChange={(e) => setY(Number(e.currentTarget.value))} />
        <SegmentedControl
          size="xs"
          aria-label={text.plot}
          value={kind}
          onChange={(value) => setKind(value)}
          data={[
            { value: "line", label: text.line },
            { value: "scatter", label: text.scatter },
          ]}
        />
      </Group>
      <Chart ref={null} plot={plot} data={data} scales={SCALES} scheme={scheme} label={`${text.plot}: ${name}`} />
    </Stack>
  );
}
