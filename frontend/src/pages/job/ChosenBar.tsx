/** What can be done with the chosen rows of a table. */
import { Button, Group, Switch, Text } from "@mantine/core";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import type { ResultTable } from "../../api/types";
import { csvOf } from "../../lib/csv";
import { count } from "../../lib/format";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { save } from "../../ui/save";
import { toast } from "../../ui/toasts";
import { MOST_CHOSEN, type TableChoice } from "./useChosen";

interface Props {
  job: number;
  table: ResultTable;
  choice: TableChoice;
  /** The chosen rows as the contract has them. */
  ranges: string;
  sort: string;
  only: boolean;
  setOnly: (only: boolean) => void;
}

export function ChosenBar({ job, table, choice, ranges, sort, only, setOnly }: Props): ReactElement {
  const [saving, setSaving] = useState(false);
  const store = async () => {
    setSaving(true);
    try {
      const { columns, rows } = await call("post", "/jobs/{job}/tables/{table}/rows", { path: { job, table: table.name }, body: { rows: ranges, sort, from: 0, limit: MOST_CHOSEN } });
      save(new Blob([csvOf(columns.map((c) => c.name), rows)], { type: "text/csv" }), `job-${job}-${table.name}-chosen.csv`);
    } catch (e) {
      toast.failed(words(e));
    }
    setSaving(false);
  };
  return (
    <Group gap="sm" mb="xs">
      <Text size="sm" fw={600} role="status">
        {text.results.chosen.count(count(choice.rows.size), choice.rows.size === 1)}
      </Text>
      <Switch size="xs" label={text.results.chosen.only} checked={only} onChange={(e) => setOnly(e.currentTarget.checked)} />
      <Button size="compact-xs" variant="default" leftSection={<Icon name="download" size={12} />} loading={saving} onClick={() => void store()}>
        {text.results.chosen.save}
      </Button>
      <Button size="compact-xs" variant="default" leftSection={<Icon name="cross" size={12} />} rightSection={<span className="kbd" aria-hidden>Esc</span>} onClick={choice.clear}>
        {text.results.chosen.clear}
      </Button>
      {(choice.full || !choice.linked) && (
        <Text size="xs" c="dimmed">
          {choice.full ? text.results.chosen.full(count(MOST_CHOSEN)) : text.results.chosen.notLinked}
        </Text>
      )}
    </Group>
  );
}
