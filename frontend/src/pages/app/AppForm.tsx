import { Box, Button, Grid, Group, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { useNavigate } from "react-router";
import { ApiError, call, words } from "../../api/client";
import { keys } from "../../api/queries";
import type { App, JobRequest, TriggerRequest } from "../../api/types";
import { useAddress } from "../../lib/address";
import { validator } from "../../lib/validator";
import { text } from "../../text/apps";
import { text as triggers } from "../../text/triggers";
import { toast } from "../../ui/toasts";
import { askedNow, filledRow, followed, meant } from "./cases";
import type { FieldContext } from "./context";
import { check, fromRequest, memoryIn, propertyOf, schemaFor, serverErrors, withMemory, withPreset, type Errors, type FormState } from "./form";
import { RunOptions } from "./RunOptions";
import { SavedSettings } from "./SavedSettings";
import { stepOf, stepsOf } from "./steps";
import { isInteractive, Summary } from "./Summary";
import { requestOf, withFile, type TriggerDraft } from "./trigger";
import { TriggerPanel } from "./TriggerPanel";
import { fields, InputsForm, templates, widgets } from "./templates";
import { Review, usePlace, WizardButtons, WizardHead } from "./Wizard";

const NONE: Errors = {};
const NO_STEP: ReadonlySet<number> = new Set();

/**
 * The form and its summary. Errors are shown from the first Run on, those of a step from the first Next on, and
 * follow the typing from then. With a trigger the same form makes saved settings, and what starts them stands where
 * the summary was.
 */
export function AppForm({ app, start, trigger, preview = false }: { app: App; start: FormState; trigger: TriggerDraft | undefined; preview?: boolean }): ReactElement {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form, setForm] = useState(start);
  const [draft, setDraft] = useState(trigger);
  const [tried, setTried] = useState(false);
  const [triedPages, setTriedPages] = useState(NO_STEP);
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
    onError: (e) => refuse(e),
  });
  const save = useMutation({
    mutationFn: ({ request, id }: { request: TriggerRequest; id: number | undefined }) =>
      id === undefined ? call("post", "/triggers", { body: request }) : call("put", "/triggers/{trigger}", { path: { trigger: id }, body: request }),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.triggers });
      toast.done(triggers.form.saved(saved.name));
      void navigate("/triggers");
    },
    onError: (e) => refuse(e),
  });
  const refuse = (e: unknown) => {
    if (e instanceof ApiError) {
      const list = serverErrors(app, e.problem.errors ?? []);
      setRefused(list);
      reveal(Object.keys(list));
    }
  };
  const now = useMemo(() => askedNow(app, form.inputs), [app, form.inputs]);
  const steps = useMemo(() => stepsOf(app, now.names), [app, now]);
  const against = checked.kind === "errors" ? checked.errors : NONE;
  const place = usePlace(steps, against, preview);
  const isShown = (name: string) => tried || triedPages.has(steps[stepOf(steps, name)]?.page ?? 0);
  const errors = { ...refused, ...Object.fromEntries(Object.entries(against).filter(([name]) => isShown(name))) };
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

  // fields of which the first is to be gone to, once it and what is said of it are drawn
  const [aim, setAim] = useState<readonly string[]>();
  const at = place?.at ?? -1;
  const placeOfFirst = useCallback((names: readonly string[]) => Math.min(...names.map((name) => stepOf(steps, name))), [steps]);
  const reveal = (names: readonly string[]) => {
    if (names.length > 0) {
      setAim(names);
      if (placeOfFirst(names) !== at) {
        place?.go(placeOfFirst(names));
      }
    }
  };
  useEffect(() => {
    if (aim !== undefined && placeOfFirst(aim) === at) {
      focusFirst(aim);
      setAim(undefined);
    }
  }, [aim, at, placeOfFirst, focusFirst]);
  const next = () => {
    if (place === undefined || place.last) {
      run();
      return;
    }
    const here = Object.keys(against).filter((name) => stepOf(steps, name) === place.at);
    setTriedPages((before) => new Set(before).add(place.step.page));
    if (here.length > 0 && !preview) {
      reveal(here);
    } else if (uploading.size === 0) {
      place.go(place.at + 1);
    }
  };

  const keep = () => {
    setTried(true);
    if (checked.kind === "errors") {
      reveal(Object.keys(checked.errors));
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
      reveal(Object.keys(checked.errors));
      return;
    }
    if (!submit.isPending && uploading.size === 0 && app.runnable) {
      setRefused(NONE);
      submit.mutate(checked.request);
    }
  };

  const edit = (change: Partial<FormState>, ...fields: string[]) => {
    setForm((before) => ({ ...before, ...change, ...(change.inputs === undefined ? {} : { inputs: followed(app, before.inputs, change.inputs) }) }));
    setRefused((before) => (fields.some((f) => f in before) ? Object.fromEntries(Object.entries(before).filter(([f]) => !fields.includes(f))) : before));
  };
  const context: FieldContext = {
    app: now.app,
    page: place?.step.page,
    inputs: Object.fromEntries(Object.entries(form.inputs).filter(([name, v]) => now.names.has(name) && !(name in form.sweep) && v !== undefined && v !== "")),
    rows: now.rows,
    sweep: form.sweep,
    errors,
    dropped: draft?.kind === "folder" ? { input: draft.input, words: triggers.form.placeholder(draft.path) } : undefined,
    setSweep: (name, value) => {
      const sweep = Object.fromEntries(Object.entries(form.sweep).filter(([n]) => n !== name));
      edit({ sweep: value === undefined ? sweep : { ...sweep, [name]: value } }, name);
    },
    addSwept: (name, values) => {
      setForm((before) => {
        const had = before.sweep[name];
        return { ...before, sweep: { ...before.sweep, [name]: [...new Set([...(Array.isArray(had) ? had : []), ...values])] } };
      });
      setRefused((before) => Object.fromEntries(Object.entries(before).filter(([f]) => f !== name)));
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

  return (
    <Grid
      gap="xl"
      ref={area}
      onKeyDown={(e) => {
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
          e.preventDefault();
          next();
        }
      }}
    >
      <Grid.Col span={preview || place?.last === false ? 12 : { base: 12, md: 8 }} maw={place?.last === false ? 960 : undefined}>
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
          {place !== undefined && <WizardHead steps={steps} place={place} errors={against} shown={errors} free={preview} takesFocus={aim === undefined} />}
          <Box hidden={place?.last}>
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
          </Box>
          {place !== undefined && place.last && <Review steps={steps} place={place} asked={now} form={form} dropped={context.dropped} />}
          {(place === undefined || place.last) && <RunOptions app={app} form={form} errors={errors} named={draft !== undefined} edit={edit} />}
          {place !== undefined && <WizardButtons place={place} disabled={uploading.size > 0} next={next} />}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }} display={preview || place?.last === false ? "none" : undefined}>
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
              earlier={checked === asked && !estimate.isPlaceholderData ? estimate.data?.earlier : undefined}
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
