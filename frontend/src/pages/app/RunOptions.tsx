/** Beside the application's own fields: how swept inputs go together, the job's name, where it runs and in how many parts. */
import { Accordion, Input, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { poolQuery } from "../../api/queries";
import type { App } from "../../api/types";
import { isSampled } from "../../lib/range";
import { text } from "../../text/apps";
import type { Errors, FormState, PoolName } from "./form";
import { isInteractive } from "./Summary";

export interface RunOptionsProps {
  app: App;
  form: FormState;
  errors: Errors;
  /** Whether a trigger starts it, after which each run is named. */
  named: boolean;
  edit: (change: Partial<FormState>, ...fields: string[]) => void;
}

export function RunOptions({ app, form, errors, named, edit }: RunOptionsProps): ReactElement {
  const split = app.split ?? undefined;
  const plainSweeps = Object.values(form.sweep).filter((s) => typeof s === "string" || Array.isArray(s) || !isSampled(s.kind)).length;
  return (
    <>
      {plainSweeps > 1 && (
        <Input.Wrapper label={text.sweep.combine} labelElement="div">
          <SegmentedControl
            aria-label={text.sweep.combine}
            value={form.together ? "together" : "every"}
            data={[
              { value: "every", label: text.sweep.every },
              { value: "together", label: text.sweep.together },
            ]}
            onChange={(value) => edit({ together: value === "together" })}
          />
        </Input.Wrapper>
      )}
      {!named && (
        <TextInput
          id="root_name"
          label={text.form.name}
          placeholder={text.form.namePlaceholder}
          maxLength={200}
          value={form.name}
          error={errors.name}
          onChange={(e) => edit({ name: e.currentTarget.value }, "name")}
          maw={400}
        />
      )}
      {!isInteractive(app) && <WhereItRuns pool={form.pool} error={errors.pool} change={(pool) => edit({ pool }, "pool")} />}
      {split !== undefined && (
        <Accordion variant="default" chevronPosition="left" defaultValue={form.chunks === undefined ? null : "advanced"}>
          <Accordion.Item value="advanced" style={{ border: 0 }}>
            <Accordion.Control px={0} w="auto">
              <Text size="sm" fw={500}>
                {text.form.advanced}
              </Text>
            </Accordion.Control>
            <Accordion.Panel>
              <Chunks unit={split.unit ?? split.input ?? ""} chunks={form.chunks} error={errors.chunks} change={(chunks) => edit({ chunks }, "chunks")} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </>
  );
}

/** The choice between the pools; there is none to make while HTCondor is not there. */
function WhereItRuns({
  pool,
  error,
  change,
}: {
  pool: PoolName | undefined;
  error: string | undefined;
  change: (pool: PoolName | undefined) => void;
}): ReactElement | null {
  const condor = useQuery(poolQuery).data?.condor;
  if (condor?.ready !== true && pool !== "condor") {
    return null;
  }
  return (
    <Input.Wrapper label={text.form.where} error={error} labelElement="div">
      <SegmentedControl
        id="root_pool"
        aria-label={text.form.where}
        value={pool ?? "auto"}
        data={[
          { value: "auto", label: text.form.whereAuto },
          { value: "condor", label: text.form.whereCondor(condor?.slots ?? 0) },
          { value: "local", label: text.form.whereLocal },
        ]}
        onChange={(value) => change(value === "auto" ? undefined : value)}
      />
    </Input.Wrapper>
  );
}

function Chunks({
  unit,
  chunks,
  error,
  change,
}: {
  unit: string;
  chunks: number | undefined;
  error: string | undefined;
  change: (chunks: number | undefined) => void;
}): ReactElement {
  return (
    <TextInput
      id="root_chunks"
      label={text.form.chunks}
      description={text.form.chunksHelp(unit)}
      placeholder={text.form.chunksAuto}
      inputMode="numeric"
      value={chunks === undefined ? "" : String(chunks)}
      error={error}
      onChange={(e) => {
        const digits = e.currentTarget.value.replace(/\D/g, "").slice(0, 6);
        change(digits === "" ? undefined : Math.max(1, Math.min(100_000, Number(digits))));
      }}
      maw={280}
    />
  );
}
