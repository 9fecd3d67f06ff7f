/** Wörter der Auslöser: Läufe, die von selbst beginnen. */
import { plural } from "../../lib/format";
import type * as english from "../triggers";
import type { Words } from "../words";

const days = { mon: "Mo", tue: "Di", wed: "Mi", thu: "Do", fri: "Fr", sat: "Sa", sun: "So" };

export const text: Words<typeof english.text> = {
  title: "Auslöser",
  lead: "Läufe, die von selbst beginnen: für jede neue Datei in einem Ordner oder zu festen Zeiten.",
  add: "Neuer Auslöser",
  none: {
    title: "Noch läuft nichts von selbst",
    body: "Öffnen Sie eine App, füllen Sie ihr Formular aus und wählen Sie dann „Für jede neue Datei starten“ oder „Nach Zeitplan starten“. Auch das Menü eines Jobs bietet „Wiederholen“.",
    action: "Apps öffnen",
  },
  filter: "Auslöser filtern",
  count: (n) => plural(n, "Auslöser", "Auslöser"),
  states: { active: "Aktiv", waiting: "Wartet", paused: "Pausiert" },
  columns: { name: "Name", when: "Startet", last: "Letzter Lauf", state: "Zustand" },
  folder: (path) => `jede neue Datei in ${path}`,
  every: (minutes) =>
    minutes % 1440 === 0
      ? minutes === 1440
        ? "jeden Tag"
        : `alle ${minutes / 1440} Tage`
      : minutes % 60 === 0
        ? minutes === 60
          ? "jede Stunde"
          : `alle ${minutes / 60} Stunden`
        : minutes === 1
          ? "jede Minute"
          : `alle ${minutes} Minuten`,
  daily: (at, zone) => `täglich um ${at} (${zone})`,
  weekly: (list, at, zone) => `${list} um ${at} (${zone})`,
  days,
  next: "nächster Lauf",
  never: "noch nicht",
  outcome: { submitted: "startete Job", refused: "abgelehnt", missed: "verpasst" },
  log: "Protokoll",
  logOf: (name) => `Protokoll von ${name}`,
  logEmpty: "Er hat noch nichts gestartet.",
  byHand: "von Hand",
  edit: "Bearbeiten",
  pause: "Pausieren",
  resume: "Fortsetzen",
  run: "Jetzt einmal starten",
  remove: "Löschen",
  more: (name) => `Mehr zu ${name}`,
  did: { pause: "Auslöser pausiert", resume: "Auslöser fortgesetzt", run: "Job abgeschickt" },
  removed: (name) => `Auslöser „${name}“ gelöscht`,
  form: {
    folderTitle: "Für jede neue Datei starten",
    scheduleTitle: "Nach Zeitplan starten",
    name: "Name des Auslösers",
    folder: "Beobachteter Ordner",
    chooseFolder: "Ordner wählen",
    folderNeeded: "Wählen Sie einen Ordner. Einen neuen legen Sie unter Dateien an.",
    input: "Eingabe, die die Datei bekommt",
    existing: "Mit den schon vorhandenen Dateien beginnen",
    settle: "Eine Datei muss unverändert liegen für (Sekunden)",
    settleHelp: "Eine Datei, die ein Programm noch schreibt, wird nie genommen. Mehr Sekunden helfen bei langsamen Kopien.",
    perHour: "Höchstens Läufe pro Stunde",
    perHourHelp: "Weitere warten; keiner geht verloren.",
    kind: "Wie oft",
    kinds: { every: "in festem Abstand", daily: "jeden Tag", weekly: "an Wochentagen" },
    minutes: "Minuten",
    at: "Uhrzeit",
    days: "Tage",
    zone: "Zeitzone",
    missed: "Zeiten, die verpasst wurden, während die Appliance aus war",
    missedKinds: { skip: "auslassen", once: "danach einmal starten" },
    save: "Auslöser speichern",
    cancel: "Abbrechen",
    saved: (name) => `Auslöser „${name}“ gespeichert`,
    placeholder: (path) => (path === "" ? "jede neue Datei des Ordners" : `jede neue Datei in ${path}`),
    forEach: "Für jede neue Datei starten …",
    schedule: "Nach Zeitplan starten …",
    noFile: "Diese App nimmt keine Datei; verwenden Sie einen Zeitplan.",
    job: "Wiederholen …",
  },
};

export const picker: Words<typeof english.picker> = {
  file: "Datei wählen",
  files: "Dateien wählen",
  folder: "Ordner wählen",
  mine: "Aus meinen Dateien",
  home: "Home",
  filter: "Diesen Ordner filtern",
  empty: "Dieser Ordner ist leer.",
  noMatch: "Kein Name hier enthält das.",
  choose: "Diesen Ordner wählen",
  all: (n, one) => (one ? "Die eine Datei hier markieren" : `Alle ${n} Dateien hier markieren`),
  use: (n, one) => (one ? "1 Datei nehmen" : `${n} Dateien nehmen`),
  open: (name) => `Ordner ${name} öffnen`,
  wrongKind: "keine Art, die diese Eingabe annimmt",
  results: "Hier landen Ergebnisse; der Ordner lässt sich nicht beobachten.",
  help: "Pfeile bewegen, Eingabe öffnet oder wählt, Rücktaste führt nach oben.",
};
