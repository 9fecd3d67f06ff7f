/** What a subjob writes, while it writes it. */
import { Button, Group, NumberInput, ScrollArea, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import type { JobView } from "../../api/events";
import { statesQuery } from "../../api/queries";
import type { JobDetail } from "../../api/types";
import { useAddress } from "../../lib/address";
import { indicesIn, stateOf } from "../../lib/subjobStates";
import { tailText } from "../../lib/tail";
import { bytes } from "../../lib/format";
import { text } from "../../text/jobs";
import { Icon } from "../../ui/icons";
import { StateChip } from "../../ui/StateChip";
import { ErrorBox, Loading } from "../../ui/states";
import { outputUrl, useTail, type Stream } from "./useTail";

export default function OutputTab({ job, sizes }: { job: JobDetail; sizes: JobView["outputs"] }): ReactElement {
  const [search, setSearch] = useAddress();
  const states = useQuery(statesQuery(job.id));
  const asked = search.get("subjob");
  const [first] = useState(() => ({ known: false, index: 0 }));
  const letters = states.data;
  if (letters === undefined) {
    return states.isError ? <ErrorBox error={states.error} /> : <Loading />;
  }
  if (!first.known) {
    // the most telling one, chosen once: what runs, else what failed, else the first
    first.index = indicesIn(letters, "Running", 1)[0] ?? indicesIn(letters, "Failed", 1)[0] ?? 0;
    first.known = true;
  }
  const last = Math.max(0, letters.length - 1);
  const index = asked !== null && /^\d+$/.test(asked) ? Math.min(last, Number(asked)) : first.index;
  const stream: Stream = search.get("stream") === "stderr" ? "stderr" : "stdout";
  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        before.set("tab", "output");
        before.set(name, value);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <NumberInput
          label={text.output.subjob}
          size="sm"
          w={110}
          min={0}
          max={last}
          clampBehavior="strict"
          allowDecimal={false}
          value={index}
          onChange={(value) => {
            if (typeof value === "number") {
              set("subjob", String(value));
            }
          }}
        />
        <SegmentedControl
          aria-label={text.output.stream}
          value={stream}
          onChange={(value) => set("stream", value)}
          data={[
            { value: "stdout", label: text.output.stdout },
            { value: "stderr", label: text.output.stderr },
          ]}
        />
        <StateChip state={stateOf(letters.charAt(index))} />
      </Group>
      <Output key={`${index}/${stream}`} job={job.id} index={index} stream={stream} known={sizes[`${index}/${stream}`] ?? 0} letter={letters.charAt(index)} />
    </Stack>
  );
}

interface OutputProps {
  job: number;
  index: number;
  stream: Stream;
  known: number;
  letter: string;
}

function Output({ job, index, stream, known, letter }: OutputProps): ReactElement {
  const live = letter === "R";
  const { tail, ready, error } = useTail(job, index, stream, known, live);
  const [follow, setFollow] = useState(true);
  const view = useRef<HTMLDivElement>(null);
  const words = useMemo(() => tailText(tail), [tail]);
  useEffect(() => {
    if (follow && view.current !== null) {
      view.current.scrollTop = view.current.scrollHeight;
    }
  }, [follow, words]);
  const name = stream === "stdout" ? text.output.stdout : text.output.stderr;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Switch label={text.output.follow} checked={follow} onChange={(e) => setFollow(e.currentTarget.checked)} />
        <Group gap="sm">
          {tail.start > 0 && (
            <Text size="xs" c="dimmed">
              {bytes(tail.start)} …
            </Text>
          )}
          <Button
            component="a"
            href={outputUrl(job, index, stream)}
            download={`job-${job}-subjob-${index}-${stream}.txt`}
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="download" size={14} />}
          >
            {text.output.download}
          </Button>
        </Group>
      </Group>
      {error !== undefined && <ErrorBox error={error} />}
      {ready && words === "" ? (
        <Text c="dimmed" py="lg">
          {letter === "I" ? text.output.notStarted : live ? text.output.empty : text.output.emptyEnded}
        </Text>
      ) : (
        <ScrollArea.Autosize
          mah="60vh"
          type="auto"
          viewportRef={view}
          viewportProps={{ tabIndex: 0, role: "log", "aria-label": text.output.region(name, index), "aria-live": "off" }}
          onScrollPositionChange={({ y }) => {
            const box = view.current;
            if (box !== null && follow && box.scrollHeight - box.clientHeight - y > 40) {
              setFollow(false); // scrolled up to read: stay there
            }
          }}
          style={{ border: "1px solid var(--line)", borderRadius: 6, background: "var(--soft)" }}
        >
          <pre className="mono" style={{ margin: 0, padding: 12, fontSize: "0.8125rem", whiteSpace: "pre-wrap", overflowWrap: "anywhere", minHeight: 60 }}>
            {words}
          </pre>
        </ScrollArea.Autosize>
      )}
    </Stack>
  );
}
