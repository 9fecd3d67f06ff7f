/** Query keys and the reads behind the pages. Writes stand beside the buttons that make them. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { adoptSession, call, send } from "./client";
import type { FileEntry, JobState } from "./types";
import { fileUrl } from "./upload";

export interface JobFilter {
  state?: JobState;
  app?: string;
  q?: string;
  owner?: "me" | "all";
  /** Jobs that this group shows, instead of one's own. */
  group?: string;
  before?: number;
  limit?: number;
}

export interface EfficiencyFilter {
  span: "week" | "month" | "quarter" | "year";
  owner?: "me" | "all";
  /** Of this group instead of one's own. */
  group?: string;
}

export interface RunFilter {
  q?: string;
  owner?: "me" | "all";
  before?: number;
  limit?: number;
}

export const keys = {
  session: ["session"] as const,
  apps: ["apps"] as const,
  removedApps: ["apps", "removed"] as const,
  app: (id: string) => ["app", id] as const,
  jobLists: ["jobs"] as const,
  jobs: (filter: JobFilter) => ["jobs", filter] as const,
  views: ["views"] as const,
  appSource: (app: string) => ["app source", app] as const,
  appAccess: (app: string) => ["app access", app] as const,
  settingsOf: (app: string) => ["settings of", app] as const,
  job: (id: number) => ["job", id] as const,
  states: (id: number) => ["states", id] as const,
  subjobs: (id: number) => ["subjobs", id] as const,
  results: (id: number) => ["results", id] as const,
  triggers: ["triggers"] as const,
  triggerRuns: (id: number) => ["triggerRuns", id] as const,
  workflows: ["workflows"] as const,
  workflow: (id: number) => ["workflow", id] as const,
  condor: ["condor"] as const,
  nodes: ["nodes"] as const,
  node: (id: number) => ["nodes", id] as const,
  pool: ["pool"] as const,
  poolUsage: ["pool", "usage"] as const,
  jobWait: (id: number) => ["wait", id] as const,
  poolHistory: (span: string) => ["pool", "history", span] as const,
  watched: ["pool", "watched"] as const,
  runs: (filter: RunFilter) => ["pool", "runs", filter] as const,
  efficiency: (filter: EfficiencyFilter) => ["pool", "efficiency", filter] as const,
  jobEfficiency: (id: number, state: string) => ["efficiency", id, state] as const,
  announcement: ["announcement"] as const,
  folder: (path: string) => ["folder", path] as const,
  folders: ["folder"] as const,
  users: ["users"] as const,
  groups: ["groups"] as const,
  settings: ["settings"] as const,
  wall: ["wall"] as const,
  audit: ["audit"] as const,
  tokens: ["tokens"] as const,
  mail: ["mail"] as const,
  webhooks: ["webhooks"] as const,
  deliveries: (webhook: number) => ["webhooks", webhook] as const,
  samba: ["samba"] as const,
  sharing: ["sharing"] as const,
  nodeSharing: (id: number) => ["sharing", id] as const,
  policies: ["policies"] as const,
  overlay: ["overlay"] as const,
  desktops: ["desktops"] as const,
  ca: ["ca"] as const,
  certificatesWaiting: ["certificates waiting"] as const,
};

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async () => adoptSession(await call("get", "/session")),
  staleTime: Infinity,
});

export const appsQuery = queryOptions({
  queryKey: keys.apps,
  queryFn: async ({ signal }) => (await call("get", "/apps", { signal })).apps,
  staleTime: 10_000,
});

/** The removed applications that the person may restore. */
export const removedAppsQuery = queryOptions({
  queryKey: keys.removedApps,
  queryFn: async ({ signal }) => (await call("get", "/removed-apps", { signal })).apps,
});

export const appQuery = (id: string) =>
  queryOptions({
    queryKey: keys.app(id),
    queryFn: ({ signal }) => call("get", "/apps/{app}", { path: { app: id }, signal }),
  });

export const jobsQuery = (filter: JobFilter) =>
  queryOptions({
    queryKey: keys.jobs(filter),
    queryFn: ({ signal }) => call("get", "/jobs", { query: filter, signal }),
  });

export const viewsQuery = queryOptions({
  queryKey: keys.views,
  queryFn: async ({ signal }) => (await call("get", "/views", { signal })).views,
  staleTime: 30_000,
});

/** Who may see, run and publish an application; for those who say so. */
export const appAccessQuery = (id: string) =>
  queryOptions({
    queryKey: keys.appAccess(id),
    queryFn: ({ signal }) => call("get", "/apps/{app}/access", { path: { app: id }, signal }),
  });

/** The descriptor of an application that was made in the browser. */
export const appSourceQuery = (id: string) =>
  queryOptions({
    queryKey: keys.appSource(id),
    queryFn: ({ signal }) => call("get", "/apps/{app}/source", { path: { app: id }, signal }),
    refetchOnWindowFocus: false,
  });

/** The groups that the person may see: his own, of an administrator all. */
export const groupsQuery = queryOptions({
  queryKey: keys.groups,
  queryFn: async ({ signal }) => (await call("get", "/groups", { signal })).groups,
});

/** Saved settings of an application's form. */
export const settingsOfQuery = (app: string) =>
  queryOptions({
    queryKey: keys.settingsOf(app),
    queryFn: ({ signal }) => call("get", "/apps/{app}/settings", { path: { app }, signal }),
  });

export const jobQuery = (id: number) =>
  queryOptions({
    queryKey: keys.job(id),
    queryFn: ({ signal }) => call("get", "/jobs/{job}", { path: { job: id }, signal }),
  });

export const statesQuery = (id: number) =>
  queryOptions({
    queryKey: keys.states(id),
    queryFn: async ({ signal }) =>
      (await call("get", "/jobs/{job}/subjobs", { path: { job: id }, query: { limit: 1 }, signal })).states,
  });

export const resultsQuery = (id: number) =>
  queryOptions({
    queryKey: keys.results(id),
    queryFn: ({ signal }) => call("get", "/jobs/{job}/results", { path: { job: id }, signal }),
  });

export const triggersQuery = queryOptions({
  queryKey: keys.triggers,
  queryFn: async ({ signal }) => (await call("get", "/triggers", { signal })).triggers,
  refetchInterval: 5_000,
});

export const triggerRunsQuery = (id: number) =>
  queryOptions({
    queryKey: keys.triggerRuns(id),
    queryFn: async ({ signal }) => (await call("get", "/triggers/{trigger}/runs", { path: { trigger: id }, signal })).runs,
    refetchInterval: 5_000,
  });

export const workflowsQuery = queryOptions({
  queryKey: keys.workflows,
  queryFn: async ({ signal }) => (await call("get", "/workflows", { signal })).workflows,
  refetchInterval: 5_000,
});

/** Looked at once a second while it moves. */
export const workflowQuery = (id: number) =>
  queryOptions({
    queryKey: keys.workflow(id),
    queryFn: ({ signal }) => call("get", "/workflows/{workflow}", { path: { workflow: id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === "Running" ? 1_000 : 15_000),
  });

export const jobWaitQuery = (id: number) =>
  queryOptions({
    queryKey: keys.jobWait(id),
    queryFn: async ({ signal }) => (await call("get", "/jobs/{job}/wait", { path: { job: id }, signal })).reasons,
    refetchInterval: 10_000,
  });

export const poolUsageQuery = queryOptions({
  queryKey: keys.poolUsage,
  queryFn: ({ signal }) => call("get", "/pool/usage", { signal }),
  refetchInterval: 60_000,
});

export const condorQuery = queryOptions({
  queryKey: keys.condor,
  queryFn: ({ signal }) => call("get", "/pool/condor", { signal }),
  refetchInterval: 3_000,
});

export const nodesQuery = queryOptions({
  queryKey: keys.nodes,
  queryFn: async ({ signal }) => (await call("get", "/nodes", { signal })).nodes,
  refetchInterval: 15_000,
});

/** The nodes, and the machines of watched pools, that a filter leaves. */
export const nodesMatching = (q: string) =>
  queryOptions({
    queryKey: [...keys.nodes, q] as const,
    queryFn: async ({ signal }) => (await call("get", "/nodes", { query: { q }, signal })).nodes,
    refetchInterval: 15_000,
  });

export const watchedMatching = (q: string) =>
  queryOptions({
    queryKey: [...keys.watched, "matching", q] as const,
    queryFn: async ({ signal }) => (await call("get", "/pool/watched", { query: { q }, signal })).pools,
    refetchInterval: 15_000,
  });

export const poolQuery = queryOptions({
  queryKey: keys.pool,
  queryFn: ({ signal }) => call("get", "/pool", { signal }),
  refetchInterval: 30_000,
});

export const nodeQuery = (id: number) =>
  queryOptions({
    queryKey: keys.node(id),
    queryFn: ({ signal }) => call("get", "/nodes/{node}", { path: { node: id }, signal }),
    refetchInterval: 15_000,
  });

export const spans = ["hour", "day", "week", "month", "year"] as const;
export type Span = (typeof spans)[number];

export const poolHistoryQuery = (span: Span) =>
  queryOptions({
    queryKey: keys.poolHistory(span),
    queryFn: ({ signal }) => call("get", "/pool/history", { query: { span }, signal }),
    refetchInterval: 60_000,
  });

export const watchedQuery = queryOptions({
  queryKey: keys.watched,
  queryFn: async ({ signal }) => (await call("get", "/pool/watched", { signal })).pools,
  refetchInterval: 15_000,
});

export const watchedMachineQuery = (address: string, machine: string) =>
  queryOptions({
    queryKey: [...keys.watched, address, machine] as const,
    queryFn: ({ signal }) => call("get", "/pool/watched/{address}/machines/{machine}", { path: { address, machine }, signal }),
    refetchInterval: 15_000,
  });

export const runsQuery = (filter: RunFilter) =>
  queryOptions({
    queryKey: keys.runs(filter),
    queryFn: ({ signal }) => call("get", "/pool/runs", { query: filter, signal }),
  });

export const periods = ["week", "month", "quarter", "year"] as const;
export type Period = (typeof periods)[number];

export const efficiencyQuery = (filter: EfficiencyFilter) =>
  queryOptions({
    queryKey: keys.efficiency(filter),
    queryFn: ({ signal }) => call("get", "/pool/efficiency", { query: filter, signal }),
  });

/** Asked anew when the job's state changes. */
export const jobEfficiencyQuery = (id: number, state: string) =>
  queryOptions({
    queryKey: keys.jobEfficiency(id, state),
    queryFn: ({ signal }) => call("get", "/jobs/{job}/efficiency", { path: { job: id }, signal }),
    staleTime: 30_000,
  });

export const caQuery = queryOptions({
  queryKey: keys.ca,
  queryFn: ({ signal }) => call("get", "/ca", { signal }),
  refetchInterval: 10_000,
});

export const requestsQuery = queryOptions({
  queryKey: [...keys.ca, "requests"] as const,
  queryFn: ({ signal }) => call("get", "/certificates/requests", { signal }),
  refetchInterval: 3_000,
});

export const certificatesQuery = queryOptions({
  queryKey: [...keys.ca, "certificates"] as const,
  queryFn: async ({ signal }) => (await call("get", "/certificates", { signal })).certificates,
  refetchInterval: 10_000,
});

export const desktopsQuery = queryOptions({
  queryKey: keys.desktops,
  queryFn: ({ signal }) => call("get", "/desktops", { signal }),
  refetchInterval: 5_000,
});

export const desktopQuery = (desktop: string) =>
  queryOptions({
    queryKey: [...keys.desktops, desktop] as const,
    queryFn: ({ signal }) => call("get", "/desktops/{desktop}", { path: { desktop }, signal }),
    refetchInterval: 30_000,
  });

/** A folder of the home. `path` "" is the home itself. */
export const folderQuery = (path: string) =>
  queryOptions({
    queryKey: keys.folder(path),
    queryFn: ({ signal }) => readFolder(path, signal),
  });

const UPLOADS = "uploads";

/** What was uploaded in forms; nothing before the first upload, when that folder does not exist yet. */
export const uploadsQuery = queryOptions({
  queryKey: keys.folder(UPLOADS),
  queryFn: async ({ signal }): Promise<FileEntry[]> => {
    const home = await readFolder("", signal);
    return home.some((e) => e.name === UPLOADS && e.kind === "folder") ? readFolder(UPLOADS, signal) : [];
  },
});

async function readFolder(path: string, signal: AbortSignal): Promise<FileEntry[]> {
  const response = await send("GET", fileUrl(path), { signal });
  return ((await response.json()) as { entries: FileEntry[] }).entries;
}

export const rulesQuery = queryOptions({
  queryKey: [...keys.ca, "rules"] as const,
  queryFn: async ({ signal }) => (await call("get", "/certificates/rules", { signal })).rules,
  refetchInterval: 10_000,
});

/** How many certificate requests wait for this person. Arrives by the event stream of those who decide. */
export function useCertificatesWaiting(): number {
  const { data } = useQuery<number>({
    queryKey: keys.certificatesWaiting,
    queryFn: () => 0,
    enabled: false,
    initialData: 0,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return data;
}

/** The words of the administrator for everybody. They arrive by the event stream. */
export function useAnnouncement(): string | null {
  const { data } = useQuery<string | null>({
    queryKey: keys.announcement,
    queryFn: () => null,
    enabled: false,
    initialData: null,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return data;
}
