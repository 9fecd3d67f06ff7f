/** Words of how people are told of their jobs' ends, on the page Profile. */
import { count } from "../lib/format";

export const ends: Record<string, string> = {
  completed: "Completed",
  failed: "Failed",
  removed: "Removed (cancelled)",
  held: "Held by a person",
  needs_answer: "Needs an answer (cannot go on by itself)",
};

export const webhooks = {
  title: "Webhooks",
  body: "An address of yours that is told by a signed POST when your jobs end, after the Standard Webhooks specification.",
  make: "Add a webhook",
  none: "No webhooks.",
  url: "Address",
  urlHelp: "In the open internet, with https://, or an address that an administrator allows",
  example: "https://example.org/jobs",
  kinds: "Tell it of jobs that are",
  pickKind: "Choose at least one.",
  create: "Add webhook",
  shownOnce: "The secret of its signatures. Copy it now: it is shown only this once.",
  secret: "Secret",
  on: "on",
  off: "off",
  offByYou: "You switched it off.",
  waiting: (n: number) => `${count(n)} waiting`,
  all: "every end",
  test: "Send a test",
  tested: (ms: number) => `Test delivered in ${count(ms)} ms`,
  testFailed: (why: string) => `Test not delivered: ${why}`,
  switchOn: "Switch on",
  switchOff: "Switch off",
  switchedOn: "Webhook switched on. What ended meanwhile is not told.",
  switchedOff: "Webhook switched off; what waited is given up",
  delete: "Delete webhook",
  deleteOf: (url: string) => `Delete the webhook ${url}`,
  sureDelete: (url: string) => `Delete the webhook ${url}? What waits for it is given up.`,
  deleted: "Webhook deleted",
  deliveries: "Last deliveries",
  deliveriesOf: (url: string) => `Last deliveries to ${url}`,
  noDeliveries: "Nothing was sent yet. Send a test, or wait for a job to end.",
  types: { test: "Test" } as Record<string, string>,
  delivered: (status: number, ms: number) => `delivered, ${status} in ${count(ms)} ms`,
  notYet: "not sent yet",
  again: "tried again",
  givenUp: "given up",
};

export const browser = {
  title: "Notices in this browser",
  body: "While a page of the portal is open and you look elsewhere, this browser shows you which of your jobs completed, failed or need an answer. The tab counts them in any case.",
  on: "This browser tells you.",
  switchOn: "Tell me in this browser",
  switchOff: "Stop telling me in this browser",
  refused: "This browser refuses notices of this page. Allow them in its settings for this address (the sign before the address), then try again.",
  missing: "This browser shows no notices for this page: it knows none, or allows them only to installed apps, or the address does not begin with https.",
  first: { title: "Notices are on", body: "Ends of your jobs are shown like this." },
  one: {
    completed: (id: number, name: string) => `Job ${id} completed: ${name}`,
    failed: (id: number, name: string) => `Job ${id} failed: ${name}`,
    needs_answer: (id: number, name: string) => `Job ${id} needs an answer: ${name}`,
  },
  several: (n: number) => `${count(n)} jobs want a look`,
  kinds: (completed: number, failed: number, asks: number) =>
    [completed > 0 ? `${count(completed)} completed` : "", failed > 0 ? `${count(failed)} failed` : "", asks > 0 ? `${count(asks)} need an answer` : ""].filter((part) => part !== "").join(", "),
};

export const mail = {
  title: "Mail when jobs end",
  body: (minutes: number) =>
    `The first end is mailed after a short quiet time, then what gathers in ${count(minutes)} min comes in one mail. Mails name the job and link to it, no more.`,
  off: "This portal sends no mail: its administrator has named no mail server.",
  address: "Address",
  choice: "Tell me of",
  choices: { none: "nothing", failed: "what failed, is held or needs an answer", all: "every end" },
  confirmed: (address: string) => `${address} is confirmed.`,
  code: "Code",
  codeHelp: (address: string) => `8 figures, mailed to ${address}; valid for 30 minutes. Until then nothing else is sent there.`,
  confirm: "Confirm address",
  isConfirmed: "Address confirmed",
  another: "Send another code",
  codeSent: (address: string) => `A code was sent to ${address}`,
  problem: (why: string) => `The mail server took no mail: ${why}`,
  remove: "Forget address",
  removed: "Address forgotten",
};
