import { Accordion, Box, Button, Grid, Group, Input, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { useNavigate } from "react-router";
import { ApiError, call, words } from "../../api/client";
import { keys, poolQuery } from "../../api/queries";
import type { App, JobRequest, TriggerRequest } from "../../api/types";
import { useAddress } from "../../lib/address";
import { isSampled } from "../../lib/range";
import { validator } from "../../lib/validator";
import { text } from "../../text/apps";
import { text as triggers } from "../../text/triggers";
import { toast } from "../../ui/toasts";
import { askedNow, filledRow, followed, meant } from "./cases";
import type { FieldContext } from "./context";
import { check, fromRequest, memoryIn, propertyOf, schemaFor, serverErrors, withMemory, withPreset, type Errors, type FormState, type PoolName } from "./form";
import { SavedSettings } from "./SavedSettings";
import { isInteractive, Summary } from "./Summary";
import { requestOf, withFile, type TriggerDraft } from "./trigger";
import { TriggerPanel } from "./TriggerPanel";
import { fields, InputsForm, templates, widgets } from "./templates";

const NONE: Errors = {};

/**
 * The form and its summary. Errors are shown from the first Run on, and follow the typing from then. With a trigger
 * the same form makes saved settings, and what starts them stands where the summary was.
 */
export function AppForm({ app, start, trigger, preview = false }: { app: App; start: FormState; trigger: TriggerDraft | undefined; preview?: boolean }): ReactElement {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form, setForm] = useState(start);
  const [draft, setDraft] = useState(trigger);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Errors>(NONE);
  const [uploading, setUploading] = useState<ReadonlySet<string>>(new Set());
  const area = useRef<HTMLDivElement>(null);
  const memoryBytes = memoryIn(useAddress()[0]);
  const checked = useMemo(() => withMemory(check(app, draft === undefined ? form : withFile(form, draft)), memoryBytes), [app, form, draft, memoryBytes]);
  const [asked] = useDebouncedValue(checked, 400);
  const estimate = useQuery({
    queryKey: ["estimate", asked],
    queryFn: ({ signal }) => call("post", "/jobs/estimate", { body: (asked as { request: JobRequest }).request, signal }),
    enabled: asked.kind === "request" && app.runnable && draft === undefined && !preview,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 5_000,
  });
  const submit = useMutation({
    mutationFn: (request: JobRequest) => call("post", "/jobs", { body: request }),
    onSuccess: (job) => {
      void client.invalidateQueries({ queryKey: keys.jobLists });
      void client.invalidateQueries({ queryKey: keys.settingsOf(app.id) });
      if (isInteractive(app)) {
        toast.done(text.form.opening(job.id));
        void navigate(`/desktops/job-${job.id}-0`);
        return;
      }
      toast.done(text.form.submitted(job.id));
      void navigate(`/jobs/${job.id}`);
    },
    onError: (e) => {
      if (e instanceof ApiError) {
        setRefused(serverErrors(app, e.problem.errors ?? []));
      }
    },
  });
  const save = useMutation({
    mutationFn: ({ request, id }: { request: TriggerRequest; id: number | undefined }) =>
      id === undefined ? call("post", "/triggers", { body: request }) : call("put", "/triggers/{trigger}", { path: { trigger: id }, body: request }),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.triggers });
      toast.done(triggers.form.saved(saved.name));
      void navigate("/triggers");
    },
    onError: (e) => {
      if (e instanceof ApiError) {
        setRefused(serverErrors(app, e.problem.errors ?? []));
      }
    },
  });
  const errors = tried ? { ...refused, ...(checked.kind === "errors" ? checked.errors : NONE) } : refused;
  const wrong = Object.keys(errors).filter((name) => name !== "");

  const focusFirst = useCallback((names: readonly string[]) => {
    const fields = names.map((name) => area.current?.querySelector<HTMLElement>(`[id="root_${name}"]`)).filter((f) => f !== null && f !== undefined);
    const first = fields.toSorted((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
    const target = first?.matches("input[type=file]") === true ? first.parentElement?.querySelector("button") : first;
    // a tab may have to come to the front first
    requestAnimationFrame(() => {
      target?.focus();
      target?.scrollIntoView({ block: "center" });
    });
  }, []);

  const keep = () => {
    setTried(true);
    if (checked.kind === "errors") {
      focusFirst(Object.keys(checked.errors));
    } else if (draft !== undefined && draft.name.trim() !== "" && (draft.kind === "schedule" || draft.path !== "")) {
      setRefused(NONE);
      save.mutate({ request: requestOf(draft, checked.request), id: draft.id });
    }
  };
  const run = () => {
    if (preview) {
      setTried(true);
      return;
    }
    if (draft !== undefined) {
      keep();
      return;
    }
    setTried(true);
    if (checked.kind === "errors") {
      focusFirst(Object.keys(checked.errors));
      return;
    }
    if (!submit.isPending && uploading.size === 0 && app.runnable) {
      setRefused(NONE);
      submit.mutate(checked.request);
    }
  };
  useEffect(() => {
    if (submit.isError) {
      focusFirst(Object.keys(refused));
    }
  }, [submit.isError, refused, focusFirst]);

  const edit = (change: Partial<FormState>, ...fields: string[]) => {
    setForm((before) => ({ ...before, ...change, ...(change.inputs === undefined ? {} : { inputs: followed(app, before.inputs, change.inputs) }) }));
    setRefused((before) => (fields.some((f) => f in before) ? Object.fromEntries(Object.entries(before).filter(([f]) => !fields.includes(f))) : before));
  };
  const now = useMemo(() => askedNow(app, form.inputs), [app, form.inputs]);
  const context: FieldContext = {
    app: now.app,
    inputs: Object.fromEntries(Object.entries(form.inputs).filter(([name, v]) => now.names.has(name) && !(name in form.sweep) && v !== undefined && v !== "")),
    rows: now.rows,
    sweep: form.sweep,
    errors,
    dropped: draft?.kind === "folder" ? { input: draft.input, words: triggers.form.placeholder(draft.path) } : undefined,
    setSweep: (name, value) => {
      const sweep = Object.fromEntries(Object.entries(form.sweep).filter(([n]) => n !== name));
      edit({ sweep: value === undefined ? sweep : { ...sweep, [name]: value } }, name);
    },
    addRow: (name) => {
      const rows = form.inputs[name];
      edit({ inputs: { ...form.inputs, [name]: [...(Array.isArray(rows) ? (rows as unknown[]) : []), filledRow(propertyOf(now.app, name), {}, meant(app, form.inputs), name)] } }, name);
    },
    uploading: uploading.size > 0,
    busy: (name, is) =>
      setUploading((before) => {
        const next = new Set(before);
        if (is) {
          next.add(name);
        } else {
          next.delete(name);
        }
        return next;
      }),
  };
  const schema = useMemo(() => schemaFor(now, form.sweep), [now, form.sweep]);
  const uiSchema = useMemo(() => ({ ...app.ui, "ui:submitButtonOptions": { norender: true } }), [app]);
  const split = app.split ?? undefined;
  const plainSweeps = Object.values(form.sweep).filter((s) => typeof s === "string" || Array.isArray(s) || !isSampled(s.kind)).length;

  return (
    <Grid
      gap="xl"
      ref={area}
      onKeyDown={(e) => {
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
          e.preventDefault();
          run();
        }
      }}
    >
      <Grid.Col span={preview ? 12 : { base: 12, md: 8 }}>
        <Stack gap="lg">
          <Group gap="xs" role="group" aria-label={text.presets}>
            {draft === undefined && !preview && (
              <SavedSettings
                app={app}
                request={checked.kind === "request" ? checked.request : undefined}
                fill={(request) => {
                  setForm(fromRequest(app, request));
                  setRefused(NONE);
                }}
              />
            )}
            {(app.presets ?? []).length > 0 && (
              <Text size="sm" c="dimmed">
                {text.presets}
              </Text>
            )}
            {(app.presets ?? []).map((preset) => (
                <Button key={preset.title} size="xs" variant="default" title={preset.about} onClick={() => setForm((before) => withPreset(app, before, preset))}>
                  {preset.title}
                </Button>
              ))}
          </Group>
          <InputsForm
            tagName="div"
            schema={schema}
            uiSchema={uiSchema}
            validator={validator}
            formData={form.inputs}
            formContext={context}
            templates={templates}
            fields={fields}
            widgets={widgets}
            noHtml5Validate
            showErrorList={false}
            experimental_defaultFormStateBehavior={{ emptyObjectFields: "skipDefaults" }}
            onChange={(event, id) => edit({ inputs: event.formData ?? {} }, (id ?? "").replace(/^root_/, ""))}
          />
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
          {draft === undefined && (
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
                  <Chunks
                    unit={split.unit ?? split.input ?? ""}
                    chunks={form.chunks}
                    error={errors.chunks}
                    change={(chunks) => edit({ chunks }, "chunks")}
                  />
                </Accordion.Panel>
              </Accordion.Item>
            </Accordion>
          )}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }} display={preview ? "none" : undefined}>
        <Box pos="sticky" top={72}>
          {draft !== undefined ? (
            <TriggerPanel
              app={app}
              draft={draft}
              change={(change) => setDraft({ ...draft, ...change })}
              errors={tried && draft.kind === "folder" && draft.path === "" ? { path: triggers.form.folderNeeded } : {}}
              problem={save.isError ? words(save.error) : wrong.length > 0 ? text.form.fix(wrong.length) : undefined}
              busy={save.isPending}
              disabled={uploading.size > 0 || (draft.kind === "folder" && draft.input === "")}
              save={keep}
              cancel={() => void navigate(-1)}
            />
          ) : (
            <Summary
              app={app}
              memoryBytes={memoryBytes}
              estimate={checked.kind === "request" ? estimate.data : undefined}
              combinations={checked.kind === "request" ? checked.combinations : 1}
              estimating={estimate.isFetching || checked !== asked}
              problem={
                checked.kind === "errors" && checked.errors[""] !== undefined
                  ? checked.errors[""]
                  : submit.isError && wrong.length === 0
                  ? (refused[""] ?? words(submit.error))
                  : wrong.length > 0
                    ? text.form.fix(wrong.length)
                    : checked.kind === "request" && estimate.isError
                      ? words(estimate.error)
                      : undefined
              }
              busy={submit.isPending}
              disabled={uploading.size > 0 || !app.runnable}
              run={run}
            />
          )}
        </Box>
      </Grid.Col>
    </Grid>
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
