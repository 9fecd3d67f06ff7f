/** The guided making of the authority: what it is, four fields, one button. */
import { Button, Group, NumberInput, PasswordInput, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { call, words } from "../../api/client";
import { keys } from "../../api/queries";
import { certificates } from "../../text/certificates";
import { toast } from "../../ui/toasts";

const text = certificates.make;
type Algorithm = keyof typeof text.algorithms;
const LEAST = 10;

export function MakeAuthority(): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [algorithm, setAlgorithm] = useState<Algorithm>("p256");
  const [years, setYears] = useState<number | string>(10);
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const make = useMutation({
    mutationFn: () => call("post", "/ca", { body: { name: name.trim(), algorithm, years: Number(years), passphrase } }),
    onSuccess: () => {
      toast.done(text.done(name.trim()));
      void client.invalidateQueries({ queryKey: keys.ca });
    },
    onError: (e) => toast.failed(words(e)),
  });
  const differ = again !== "" && again !== passphrase;
  const complete = name.trim() !== "" && passphrase.length >= LEAST && again === passphrase && typeof years === "number";
  return (
    <section className="card" style={{ padding: 16, maxWidth: 640 }} aria-labelledby="make">
      <Title order={2} id="make" size="h4" mb="xs">
        {text.title}
      </Title>
      <Text mb="md">{text.teach}</Text>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (complete) {
            make.mutate();
          }
        }}
      >
        <Stack gap="sm">
          <TextInput label={text.name} placeholder={text.namePlaceholder} maxLength={64} value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <Group grow align="start">
            <Select
              label={text.algorithm}
              data={Object.entries(text.algorithms).map(([value, label]) => ({ value, label }))}
              value={algorithm}
              onChange={(value) => setAlgorithm((value ?? "p256") as Algorithm)}
              allowDeselect={false}
            />
            <NumberInput label={text.years} min={1} max={30} value={years} onChange={setYears} allowDecimal={false} />
          </Group>
          <PasswordInput
            label={text.passphrase}
            description={text.passphraseHelp}
            autoComplete="new-password"
            value={passphrase}
            onChange={(e) => setPassphrase(e.currentTarget.value)}
          />
          <PasswordInput
            label={text.again}
            autoComplete="new-password"
            error={differ ? text.differ : undefined}
            value={again}
            onChange={(e) => setAgain(e.currentTarget.value)}
          />
          <Group>
            <Button type="submit" disabled={!complete} loading={make.isPending}>
              {text.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}
