/** Short names for the schemas of the contract. */
import type { components } from "./generated/api";

type Schemas = components["schemas"];

export type AppSummary = Schemas["AppSummary"];
export type RemovedApp = Schemas["RemovedApp"];
export type App = Schemas["App"];
export type AppAccess = Schemas["AppAccess"];
export type AppSource = Schemas["AppSource"];
export type AppStage = Schemas["AppStage"];
export type Job = Schemas["Job"];
export type JobDetail = Schemas["JobDetail"];
export type JobRequest = Schemas["JobRequest"];
export type JobState = Schemas["JobState"];
export type Subjob = Schemas["Subjob"];
export type Failure = Schemas["Failure"];
export type Estimate = Schemas["Estimate"];
export type EarlierJob = Schemas["EarlierJob"];
export type Trigger = Schemas["Trigger"];
export type TriggerRequest = Schemas["TriggerRequest"];
export type Workflow = Schemas["Workflow"];
export type WorkflowStep = Schemas["WorkflowStep"];
export type CondorState = Schemas["CondorState"];
export type TriggerRun = Schemas["TriggerRun"];
export type Results = Schemas["Results"];
export type Plot = Results["plots"][number];
export type ResultTable = Results["tables"][number];
export type Images = Schemas["Images"];
export type ResultFile = Results["files"][number];
export type Axis = Schemas["Axis"];
export type Column = Schemas["Column"];
export type PoolNode = Schemas["Node"];
export type Pool = Schemas["Pool"];
export type NodeDetail = Schemas["NodeDetail"];
export type Place = Schemas["Place"];
export type PoolLoad = Schemas["PoolLoad"];
export type WatchedPool = Schemas["WatchedPool"];
export type Run = Schemas["Run"];
export type JobUse = Schemas["JobUse"];
export type Efficiency = Schemas["Efficiency"];
export type PoolUsage = Schemas["PoolUsage"];
export type Problem = Schemas["Problem"];
export type Session = Schemas["Session"];
export type User = Schemas["User"];
export type Role = Schemas["Role"];
export type Scope = Schemas["Scope"];
export type SambaState = Schemas["SambaState"];
export type Sharing = Schemas["Sharing"];
export type NodeSharing = Schemas["NodeSharing"];
export type Policies = Schemas["Policies"];
export type SharingState = Schemas["SharingState"];
export type OverlayState = Schemas["OverlayState"];
export type OverlayNode = NonNullable<OverlayState["node"]>;
export type OverlayPeer = Schemas["OverlayPeer"];
export type CaState = Schemas["CaState"];
export type CertificateRequest = Schemas["CertificateRequest"];
export type Certificate = Schemas["Certificate"];
export type CertificateRule = Schemas["CertificateRule"];
export type Token = Schemas["Token"];
export type MailState = Schemas["MailState"];
export type MailChoice = Schemas["MailChoice"];
export type Webhook = Schemas["Webhook"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type EndKind = Schemas["EndKind"];
export type Group = Schemas["Group"];
export type GroupJobs = Schemas["GroupJobs"];
export type SavedSettings = Schemas["SavedSettings"];
export type AuditEntry = Schemas["AuditEntry"];
export type Settings = Schemas["Settings"];
export type Desktop = Schemas["Desktop"];
export type DesktopKind = Schemas["DesktopKind"];
export type DesktopTicket = Schemas["DesktopTicket"];

/** One entry of a folder, as `GET /files/{path}` lists it (a plain route, described in portal.yaml's comments). */
export interface FileEntry {
  name: string;
  kind: "file" | "folder";
  bytes: number;
  modifiedAt: string;
  /** Of files. */
  etag?: string;
}
