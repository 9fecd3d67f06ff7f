/** Words used on every page. */
export const text = {
  product: "Grid Appliance",
  errors: {
    offline: "The appliance did not answer. Is ./appliance up still running? This page tries again by itself.",
    uploadStopped: (name: string) => `${name}: the upload was stopped.`,
    status: (status: number) => {
      switch (status) {
        case 401:
          return "You are logged out. Log in again to go on.";
        case 403:
          return "Your account may not do this. An administrator can give you the role for it.";
        case 404:
          return "There is nothing here (404). It may have been deleted, or it belongs to somebody else.";
        case 413:
          return "The file is larger than this appliance accepts (413).";
        case 429:
          return "Too many tries (429). Wait a minute, then try again.";
        case 507:
          return "The disk of the appliance is full (507). Delete files or old jobs, then try again.";
        default:
          return `The appliance answered with status ${status}. Its log says why: ./appliance doctor shows where.`;
      }
    },
    retry: "Try again",
    crashed: "This page stopped: ",
    reload: "Reload the page",
    /** Said in place of the server's own sentence, which is English. */
    instead: (() => undefined) as (status: number) => string | undefined,
  },
  nav: {
    label: "Pages",
    home: "Home",
    triggers: "Triggers",
    apps: "Apps",
    jobs: "Jobs",
    files: "Files",
    desktops: "Desktops",
    pool: "Pool",
    certificates: "Certificates",
    waiting: (n: number) => (n === 1 ? "1 request waits" : `${n} requests wait`),
    admin: "Admin",
    profile: "Profile",
    logOut: "Log out",
    skip: "Skip to the page",
  },
  top: {
    search: "Search",
    searchLabel: "Search pages, apps and jobs",
    person: (name: string) => `Account of ${name}`,
    lost: "Reconnecting",
    lostWhy: "Live updates are interrupted. What you see may be older than the state on the appliance.",
    scheme: "Colours",
    light: "Light",
    dark: "Dark",
    auto: "As the system",
    shortcuts: "Keyboard shortcuts",
    language: "Language",
  },
  palette: {
    placeholder: "Page, app or job…",
    empty: "Nothing by that name. Try a part of it.",
    pages: "Pages",
    apps: "Apps",
    jobs: "Recent jobs",
    actions: "Actions",
  },
  shortcuts: {
    title: "Keyboard shortcuts",
    rows: [
      ["Ctrl K", "Search pages, apps and jobs"],
      ["?", "Show these shortcuts"],
      ["g h · g a · g j · g f · g p", "Go to Home, Apps, Jobs, Files, Pool"],
      ["j · k", "Next, previous row of a list"],
      ["Enter", "Open the row"],
      ["/", "Go to the filter line"],
      ["Ctrl Enter", "Run, in an application's form"],
      ["Esc", "Close what is open"],
    ] as const,
  },
  showTyped: "Show what is typed",
  copy: "Copy",
  copied: "Copied",
  close: "Close",
  cancel: "Cancel",
  undo: "Undo",
  save: "Save",
  saved: "Saved",
  optional: "optional",
  loading: "Loading",
  yes: "yes",
  no: "no",
  filter: "Filter",
  older: "Older",
  newer: "Newest",
  notFound: {
    title: "There is no such page",
    body: (path: string) => `Nothing is at ${path}. The link may be from an older version.`,
    action: "Open Home",
  },
  searchKeys: "Ctrl K",
};

/** Job and subjob states: the field's words, and what they mean. */
export const states = {
  Idle: "Idle",
  Running: "Running",
  Suspended: "Suspended",
  Held: "Held",
  Completed: "Completed",
  Failed: "Failed",
  Removed: "Removed",
  Ready: "Ready",
  Busy: "Busy",
  Paused: "Paused",
  Away: "Away",
  Problem: "Problem",
  Draining: "Draining",
  Banned: "Banned",
  Waiting: "Waiting",
  Blocked: "Blocked",
  Retried: "Retried",
};

export const gloss = {
  Idle: "waiting for a slot",
  Running: "at work on a node",
  Suspended: "paused; resume to go on",
  Held: "nothing more is started; see its reason",
  Completed: "done, results are here",
  Failed: "ended with an error",
  Removed: "cancelled",
  Ready: "takes work",
  Busy: "all slots in use",
  Paused: "backing off after fast failures",
  Away: "not heard from lately",
  Problem: "cannot run jobs; see its reason",
  Draining: "ends what it runs, gets no more",
  Banned: "gets no work until it is opened again",
  Waiting: "for the steps it needs",
  Blocked: "a step it needs has failed",
  Retried: "left no result and was tried again",
};
