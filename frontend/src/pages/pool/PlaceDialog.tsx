/** Where a node stands: a click on the map, or typed degrees, and a name for people. */
import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import type { Place, PoolNode } from "../../api/types";
import { text as common } from "../../text/common";
import { pool } from "../../text/pool";
import { Contained } from "../../ui/states";
import { toast } from "../../ui/toasts";

const World = lazy(() => import("./World"));
const text = pool.placing;

export function PlaceDialog({ node, close, saved }: { node: PoolNode; close: () => void; saved: () => void }): ReactElement {
  const [name, setName] = useState(node.place?.name ?? "");
  const [latitude, setLatitude] = useState<number | string>(node.place?.latitude ?? "");
  const [longitude, setLongitude] = useState<number | string>(node.place?.longitude ?? "");
  const save = useMutation({
    mutationFn: (place: Place | null) => call("patch", "/nodes/{node}", { path: { node: node.id }, body: { place } }),
    onSuccess: (_, place) => {
      toast.done(place === null ? pool.node.unplaced(node.name) : pool.node.placed(node.name));
      saved();
      close();
    },
    onError: (e) => toast.failed(words(e)),
  });
  const complete = name.trim() !== "" && typeof latitude === "number" && typeof longitude === "number";
  const pick = (north: number, east: number) => {
    setLatitude(Math.round(north * 100) / 100);
    setLongitude(Math.round(east * 100) / 100);
  };
  return (
    <Modal opened onClose={close} size="lg" title={text.title(node.name)} closeButtonProps={{ "aria-label": common.close }}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (complete) {
            save.mutate({ name: name.trim(), latitude, longitude });
          }
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {text.pick}
          </Text>
          <Contained words={pool.map.failed}>
            <Suspense fallback={<div style={{ aspectRatio: "1 / 0.48" }} />}>
              <World view="world" label={text.pick} onPick={pick}>
                {(project) => {
                  const at = typeof latitude === "number" && typeof longitude === "number" ? project([longitude, latitude]) : null;
                  return at === null ? null : (
                    <circle cx={at[0]} cy={at[1]} r={8} fill="var(--square-running)" stroke="var(--mantine-color-body)" strokeWidth={2} />
                  );
                }}
              </World>
            </Suspense>
          </Contained>
          <TextInput label={text.name} placeholder={text.example} maxLength={80} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
          <Group grow align="start">
            <NumberInput label={text.latitude} min={-90} max={90} decimalScale={4} value={latitude} onChange={setLatitude} />
            <NumberInput label={text.longitude} min={-180} max={180} decimalScale={4} value={longitude} onChange={setLongitude} />
          </Group>
          <Group justify="flex-end" gap="sm">
            {node.place !== undefined && (
              <Button variant="default" onClick={() => save.mutate(null)}>
                {text.clear}
              </Button>
            )}
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" disabled={!complete} loading={save.isPending}>
              {text.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
