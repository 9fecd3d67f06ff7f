/** Words of triggers: runs that start by themselves. */
const days = { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" };

export const text = {
  title: "Triggers",
  lead: "Runs that start by themselves: for each new file in a folder, or at given times.",
  add: "New trigger",
  none: {
    title: "Nothing runs by itself yet",
    body: "Open an application, fill its form, then choose “Run for each new file” or “Run on a schedule”. A job's menu has “Repeat” too.",
    action: "Open Apps",
  },
  filter: "Filter triggers",
  count: (n: number) => (n === 1 ? "1 trigger" : `${n} triggers`),
  states: { active: "Active", waiting: "Waiting", paused: "Paused" },
  columns: { name: "Name", when: "Starts", last: "Last run", state: "State" },
  folder: (path: string) => `each new file in ${path}`,
  every: (minutes: number) =>
    minutes % 1440 === 0
      ? minutes === 1440
        ? "every day"
        : `every ${minutes / 1440} days`
      : minutes % 60 === 0
        ? minutes === 60
          ? "every hour"
          : `every ${minutes / 60} hours`
        : minutes === 1
          ? "every minute"
          : `every ${minutes} minutes`,
  daily: (at: string, zone: string) => `daily at ${at} (${zone})`,
  weekly: (list: string, at: string, zone: string) => `${list} at ${at} (${zone})`,
  days,
  next: "next",
  never: "not yet",
  outcome: { submitted: "started job", refused: "refused", missed: "missed" },
  log: "Log",
  logOf: (name: string) => `Log of ${name}`,
  logEmpty: "It has not started anything yet.",
  byHand: "by hand",
  edit: "Edit",
  pause: "Pause",
  resume: "Resume",
  run: "Run once now",
  remove: "Delete",
  more: (name: string) => `More for ${name}`,
  did: { pause: "Trigger paused", resume: "Trigger resumed", run: "Job submitted" },
  removed: (name: string) => `Trigger “${name}” deleted`,
  form: {
    folderTitle: "Run for each new file",
    scheduleTitle: "Run on a schedule",
    name: "Name of the trigger",
    folder: "Folder to watch",
    chooseFolder: "Choose a folder",
    folderNeeded: "Choose a folder. A new one is made in Files.",
    input: "Input that takes the file",
    existing: "Start with the files that lie there already",
    settle: "A file must lie unchanged for (seconds)",
    settleHelp: "A file that a program still writes is never taken. More seconds help with slow copies.",
    perHour: "Most runs in an hour",
    perHourHelp: "More wait; none is lost.",
    kind: "How often",
    kinds: { every: "every so many minutes", daily: "every day", weekly: "on days of the week" },
    minutes: "Minutes",
    at: "Time",
    days: "Days",
    zone: "Time zone",
    missed: "Times that were missed while the appliance was off",
    missedKinds: { skip: "leave them out", once: "run once afterwards" },
    save: "Save trigger",
    cancel: "Cancel",
    saved: (name: string) => `Trigger “${name}” saved`,
    placeholder: (path: string) => (path === "" ? "each new file of the folder" : `each new file in ${path}`),
    forEach: "Run for each new file…",
    schedule: "Run on a schedule…",
    noFile: "This application takes no file; use a schedule.",
    job: "Repeat…",
  },
};

export const picker = {
  file: "Choose a file",
  files: "Choose files",
  folder: "Choose a folder",
  mine: "From my files",
  home: "Home",
  filter: "Filter this folder",
  empty: "This folder is empty.",
  noMatch: "Nothing here has that in its name.",
  choose: "Choose this folder",
  all: (n: string, one: boolean) => (one ? "Mark the one file here" : `Mark all ${n} files here`),
  use: (n: string, one: boolean) => (one ? "Use 1 file" : `Use ${n} files`),
  open: (name: string) => `Open folder ${name}`,
  wrongKind: "not a kind that this input takes",
  results: "Results land here; it cannot be watched.",
  help: "Arrows move, Enter opens or chooses, Backspace goes up.",
};
