/** Which other pools are looked at from here: added and removed by a pool admin. */
import { Button, Group, NumberInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { CondorState } from "../../api/types";
import { condor as text } from "../../text/condor";
import { toast } from "../../ui/toasts";

export function WatchedPools({ known }: { known: NonNullable<CondorState["watched"]> }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [token, setToken] = useState("");
  const [place, setPlace] = useState("");
  const [latitude, setLatitude] = useState<number | string>("");
  const [longitude, setLongitude] = useState<number | string>("");
  const placed = place.trim() !== "" && typeof latitude === "number" && typeof longitude === "number";
  const add = useMutation({
    mutationFn: () =>
      call("put", "/pool/condor/watched", {
        body: {
          name: name.trim(),
          address: address.trim(),
          ...(token.trim() === "" ? {} : { token: token.trim() }),
          ...(placed ? { place: { name: place.trim(), latitude, longitude } } : {}),
        },
      }),
    onSuccess: (next) => {
      client.setQueryData(keys.condor, next);
      toast.done(text.watching(name.trim()));
      setName("");
      setAddress("");
      setToken("");
      setPlace("");
      setLatitude("");
      setLongitude("");
    },
    onError: (e) => toast.failed(words(e)),
  });
  const remove = useMutation({
    mutationFn: (one: { address: string; name: string }) => call("delete", "/pool/condor/watched/{address}", { path: { address: one.address } }),
    onSuccess: (_, one) => {
      void client.invalidateQueries({ queryKey: keys.condor });
      toast.done(text.unwatched(one.name));
    },
    onError: (e) => toast.failed(words(e)),
  });
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="watched">
      <Stack gap="sm">
        <Title order={2} size="h4" id="watched">
          {text.watched}
        </Title>
        <Text size="sm" c="dimmed">
          {text.watchedBody}
        </Text>
        {known.length === 0 ? (
          <Text size="sm">{text.none}</Text>
        ) : (
          known.map((one) => (
            <Group key={one.address} justify="space-between">
              <Text className="wrap">
                {one.name} ({one.address})
              </Text>
              <Button size="xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate(one)} aria-label={`${text.remove} ${one.name}`}>
                {text.remove}
              </Button>
            </Group>
          ))
        )}
        <Group align="flex-end" gap="sm" grow preventGrowOverflow={false}>
          <TextInput label={text.watchedName} value={name} maxLength={80} onChange={(e) => setName(e.currentTarget.value)} />
          <TextInput label={text.watchedAddress} value={address} maxLength={21} onChange={(e) => setAddress(e.currentTarget.value)} />
          <TextInput label={text.watchedToken} value={token} maxLength={4096} autoComplete="off" onChange={(e) => setToken(e.currentTarget.value)} />
        </Group>
        <Group align="flex-end" gap="sm" grow preventGrowOverflow={false}>
          <TextInput label={text.watchedPlace} value={place} maxLength={80} onChange={(e) => setPlace(e.currentTarget.value)} />
          <NumberInput label={text.latitude} value={latitude} min={-90} max={90} onChange={setLatitude} />
          <NumberInput label={text.longitude} value={longitude} min={-180} max={180} onChange={setLongitude} />
        </Group>
        <Group>
          <Button loading={add.isPending} disabled={name.trim() === "" || address.trim() === ""} onClick={() => add.mutate()}>
            {text.watch}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
