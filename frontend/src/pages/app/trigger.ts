/** What the trigger part of the form holds, and how it becomes a request. Pure. */
import type { RJSFSchema } from "@rjsf/utils";
import type { App, JobRequest, Trigger, TriggerRequest } from "../../api/types";
import { text } from "../../text/triggers";
import type { FormState } from "./form";

export type Day = keyof typeof text.days;
export const DAYS = Object.keys(text.days) as readonly Day[];

export interface TriggerDraft {
  /** Of the trigger that is edited; undefined for a new one. */
  id: number | undefined;
  kind: "folder" | "schedule";
  name: string;
  path: string;
  input: string;
  existing: boolean;
  settleSeconds: number;
  perHour: number;
  repeat: "every" | "daily" | "weekly";
  minutes: number;
  at: string;
  days: readonly Day[];
  zone: string;
  missed: "skip" | "once";
}

/** The inputs of an application that take a file. */
export function fileInputs(app: App): { value: string; label: string }[] {
  const properties = (app.schema as RJSFSchema).properties ?? {};
  return Object.entries(properties)
    .filter(([, p]) => typeof p === "object" && p.format === "file")
    .map(([name, p]) => ({ value: name, label: (p as RJSFSchema).title ?? name }));
}

export function newDraft(app: App, kind: TriggerDraft["kind"]): TriggerDraft {
  return {
    id: undefined,
    kind,
    name: app.title,
    path: "",
    input: fileInputs(app)[0]?.value ?? "",
    existing: false,
    settleSeconds: 3,
    perHour: 60,
    repeat: "daily",
    minutes: 60,
    at: "08:00",
    days: ["mon", "tue", "wed", "thu", "fri"],
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    missed: "skip",
  };
}

export function draftOf(app: App, trigger: Trigger): TriggerDraft {
  const { folder, schedule, perHour } = trigger.request;
  const base = newDraft(app, folder === undefined ? "schedule" : "folder");
  return {
    ...base,
    id: trigger.id,
    name: trigger.name,
    perHour,
    path: folder?.path ?? "",
    input: folder?.input ?? base.input,
    existing: folder?.existing ?? false,
    settleSeconds: folder?.settleSeconds ?? base.settleSeconds,
    repeat: schedule?.kind ?? base.repeat,
    minutes: schedule?.minutes ?? base.minutes,
    at: schedule?.at ?? base.at,
    days: schedule?.days ?? base.days,
    zone: schedule?.zone ?? base.zone,
    missed: schedule?.missed ?? base.missed,
  };
}

/** The form with the file of the trigger filled in, so that it can be checked like any other. */
export function withFile(form: FormState, draft: TriggerDraft): FormState {
  return draft.kind === "folder" && draft.input !== ""
    ? { ...form, inputs: { ...form.inputs, [draft.input]: `home:${draft.path}/file` } }
    : form;
}

export function requestOf(draft: TriggerDraft, job: JobRequest): TriggerRequest {
  const settings: JobRequest = { ...job };
  delete settings.name; // each run is named after the trigger
  const request: TriggerRequest = { name: draft.name.trim(), job: settings, perHour: draft.perHour };
  if (draft.kind === "folder") {
    const inputs = Object.fromEntries(Object.entries(job.inputs).filter(([name]) => name !== draft.input));
    return {
      ...request,
      job: { ...settings, inputs },
      folder: { path: draft.path, input: draft.input, existing: draft.existing, settleSeconds: draft.settleSeconds },
    };
  }
  const schedule: NonNullable<TriggerRequest["schedule"]> = { kind: draft.repeat, missed: draft.missed, zone: draft.zone };
  if (draft.repeat === "every") {
    return { ...request, schedule: { ...schedule, minutes: draft.minutes } };
  }
  return { ...request, schedule: { ...schedule, at: draft.at, ...(draft.repeat === "weekly" ? { days: [...draft.days] } : {}) } };
}

/** When a trigger starts, in words. */
export function whenOf({ folder, schedule }: TriggerRequest): string {
  if (folder !== undefined) {
    return text.folder(folder.path);
  }
  const at = schedule?.at ?? "";
  const zone = schedule?.zone ?? "UTC";
  switch (schedule?.kind) {
    case "every":
      return text.every(schedule.minutes ?? 0);
    case "weekly":
      return text.weekly(DAYS.filter((d) => (schedule.days ?? []).includes(d)).map((d) => text.days[d]).join(", "), at, zone);
    case "daily":
      return text.daily(at, zone);
    case undefined:
      return "";
  }
}
