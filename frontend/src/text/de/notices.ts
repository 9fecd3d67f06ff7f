/** Wörter dafür, wie man vom Ende seiner Jobs erfährt, auf der Seite Profil. */
import { count } from "../../lib/format";
import type * as english from "../notices";
import type { Words } from "../words";

export const ends: Words<typeof english.ends> = {
  completed: "Fertig",
  failed: "Fehlgeschlagen",
  removed: "Abgebrochen",
  held: "Von jemandem angehalten",
  needs_answer: "Braucht eine Antwort (kommt allein nicht weiter)",
};

export const webhooks: Words<typeof english.webhooks> = {
  title: "Webhooks",
  body: "Eine Adresse von Ihnen, die durch ein signiertes POST erfährt, wenn Ihre Jobs enden, nach der Spezifikation Standard Webhooks.",
  make: "Webhook hinzufügen",
  none: "Keine Webhooks.",
  url: "Adresse",
  urlHelp: "Im offenen Internet, mit https://, oder eine Adresse, die die Administration erlaubt",
  example: "https://example.org/jobs",
  kinds: "Melden, wenn ein Job so steht",
  pickKind: "Wählen Sie mindestens eines.",
  create: "Webhook hinzufügen",
  shownOnce: "Das Geheimnis seiner Signaturen. Kopieren Sie es jetzt: Es wird nur dieses eine Mal gezeigt.",
  secret: "Geheimnis",
  changeSecret: "Geheimnis ändern",
  newSecret: "Neues Geheimnis",
  changed: (until) => `Das neue Geheimnis. Kopieren Sie es jetzt: Es wird nur dieses eine Mal gezeigt. Bis ${until} wird auch mit dem alten signiert; geben Sie dem Empfänger bis dahin das neue.`,
  oldUntil: "auch mit dem alten Geheimnis signiert, zum letzten Mal",
  on: "an",
  off: "aus",
  offByYou: "Sie haben ihn ausgeschaltet.",
  waiting: (n) => `${count(n)} ausstehend`,
  all: "jedes Ende",
  test: "Test senden",
  tested: (ms) => `Test in ${count(ms)} ms zugestellt`,
  testFailed: (why) => `Test nicht zugestellt: ${why}`,
  switchOn: "Einschalten",
  switchOff: "Ausschalten",
  switchedOn: "Webhook eingeschaltet. Was inzwischen endete, wird nicht nachgemeldet.",
  switchedOff: "Webhook ausgeschaltet; was ausstand, entfällt",
  delete: "Webhook löschen",
  deleteOf: (url) => `Webhook ${url} löschen`,
  sureDelete: (url) => `Den Webhook ${url} löschen? Was für ihn aussteht, entfällt.`,
  deleted: "Webhook gelöscht",
  deliveries: "Letzte Zustellungen",
  deliveriesOf: (url) => `Letzte Zustellungen an ${url}`,
  noDeliveries: "Noch nichts gesendet. Senden Sie einen Test, oder warten Sie, bis ein Job endet.",
  types: { test: "Test" },
  delivered: (status, ms) => `zugestellt, ${status} in ${count(ms)} ms`,
  notYet: "noch nicht gesendet",
  again: "nächster Versuch",
  givenUp: "aufgegeben",
};

export const browser: Words<typeof english.browser> = {
  title: "Hinweise in diesem Browser",
  body: "Solange eine Seite des Portals offen ist und Sie woanders sind, zeigt dieser Browser, welche Ihrer Jobs fertig oder fehlgeschlagen sind oder eine Antwort brauchen. Der Tab zählt sie in jedem Fall.",
  on: "Dieser Browser zeigt Hinweise.",
  switchOn: "In diesem Browser anzeigen",
  switchOff: "In diesem Browser nicht mehr anzeigen",
  refused: "Dieser Browser lehnt Hinweise dieser Seite ab. Erlauben Sie sie in seinen Einstellungen für diese Adresse (das Zeichen vor der Adresse), und versuchen Sie es dann erneut.",
  missing: "Dieser Browser zeigt für diese Seite keine Hinweise: Er kennt keine, oder er erlaubt sie nur installierten Apps, oder die Adresse beginnt nicht mit https.",
  first: { title: "Hinweise sind an", body: "So werden Enden Ihrer Jobs angezeigt." },
  one: {
    completed: (id, name) => `Job ${id} ist fertig: ${name}`,
    failed: (id, name) => `Job ${id} ist fehlgeschlagen: ${name}`,
    needs_answer: (id, name) => `Job ${id} braucht eine Antwort: ${name}`,
  },
  several: (n) => `${count(n)} Jobs sind einen Blick wert`,
  kinds: (completed, failed, asks) =>
    [completed > 0 ? `${count(completed)} fertig` : "", failed > 0 ? `${count(failed)} fehlgeschlagen` : "", asks > 0 ? `${count(asks)} ${asks === 1 ? "braucht" : "brauchen"} eine Antwort` : ""].filter((part) => part !== "").join(", "),
};

export const mail: Words<typeof english.mail> = {
  title: "Mail, wenn Jobs enden",
  body: (minutes) =>
    `Das erste Ende wird nach kurzer Ruhe gemeldet; was sich danach in ${count(minutes)} min sammelt, kommt in einer Mail. Mails nennen den Job und verweisen auf ihn, mehr nicht.`,
  off: "Dieses Portal verschickt keine Mail: Es ist kein Mailserver eingestellt.",
  address: "Adresse",
  choice: "Melden",
  choices: { none: "nichts", failed: "was fehlschlug, angehalten ist oder eine Antwort braucht", all: "jedes Ende" },
  confirmed: (address) => `${address} ist bestätigt.`,
  code: "Code",
  codeHelp: (address) => `8 Ziffern, geschickt an ${address}; gültig für 30 Minuten. Bis dahin wird sonst nichts dorthin geschickt.`,
  confirm: "Adresse bestätigen",
  isConfirmed: "Adresse bestätigt",
  another: "Neuen Code senden",
  codeSent: (address) => `Ein Code wurde an ${address} geschickt`,
  problem: (why) => `Der Mailserver nahm keine Mail an: ${why}`,
  remove: "Adresse vergessen",
  removed: "Adresse vergessen",
};
