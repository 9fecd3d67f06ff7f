/** Wörter, die auf jeder Seite stehen. */
import type * as english from "../common";
import type { Words } from "../words";

const status = (status: number): string => {
  switch (status) {
    case 401:
      return "Sie sind abgemeldet. Melden Sie sich wieder an, um fortzufahren.";
    case 403:
      return "Ihr Konto darf das nicht. Die Administration kann Ihnen die nötige Rolle geben.";
    case 404:
      return "Hier ist nichts (404). Vielleicht wurde es gelöscht, oder es gehört jemand anderem.";
    case 413:
      return "Die Datei ist größer, als diese Appliance annimmt (413).";
    case 429:
      return "Zu viele Versuche (429). Warten Sie eine Minute und versuchen Sie es dann erneut.";
    case 507:
      return "Der Speicherplatz ist voll (507): Ihr Kontingent oder die Festplatte der Appliance. Löschen Sie Dateien oder alte Jobs und versuchen Sie es dann erneut.";
    default:
      return `Die Appliance hat mit Status ${status} geantwortet. Der Grund steht im Protokoll; ./appliance doctor zeigt, wo.`;
  }
};

export const text: Words<typeof english.text> = {
  product: "Grid Appliance",
  errors: {
    offline: "Die Appliance hat nicht geantwortet. Läuft ./appliance up noch? Diese Seite versucht es von selbst weiter.",
    uploadStopped: (name) => `${name}: Das Hochladen wurde abgebrochen.`,
    status,
    retry: "Erneut versuchen",
    crashed: "Diese Seite ist stehen geblieben: ",
    reload: "Seite neu laden",
    instead: (it) => ([401, 404, 413, 429, 507].includes(it) ? status(it) : undefined),
  },
  nav: {
    label: "Seiten",
    home: "Start",
    triggers: "Auslöser",
    apps: "Apps",
    jobs: "Jobs",
    files: "Dateien",
    desktops: "Desktops",
    pool: "Pool",
    certificates: "Zertifikate",
    waiting: (n) => (n === 1 ? "1 Antrag wartet" : `${n} Anträge warten`),
    admin: "Verwaltung",
    profile: "Profil",
    logOut: "Abmelden",
    skip: "Zum Inhalt springen",
  },
  top: {
    search: "Suchen",
    searchLabel: "Seiten, Apps und Jobs suchen",
    person: (name) => `Konto von ${name}`,
    lost: "Verbindung wird wiederhergestellt",
    lostWhy: "Die laufende Aktualisierung ist unterbrochen. Was Sie sehen, kann älter sein als der Stand auf der Appliance.",
    scheme: "Farben",
    light: "Hell",
    dark: "Dunkel",
    auto: "System",
    shortcuts: "Tastenkürzel",
    language: "Sprache",
  },
  palette: {
    placeholder: "Seite, App oder Job …",
    empty: "Nichts mit diesem Namen. Versuchen Sie es mit einem Teil davon.",
    pages: "Seiten",
    apps: "Apps",
    jobs: "Letzte Jobs",
    actions: "Aktionen",
  },
  shortcuts: {
    title: "Tastenkürzel",
    rows: [
      ["Strg K", "Seiten, Apps und Jobs suchen"],
      ["?", "Diese Tastenkürzel zeigen"],
      ["g h · g a · g j · g f · g p", "Zu Start, Apps, Jobs, Dateien, Pool"],
      ["j · k", "Nächste, vorige Zeile einer Liste"],
      ["Eingabe", "Zeile öffnen"],
      ["/", "Zur Filterzeile"],
      ["Strg Eingabe", "Starten, im Formular einer App"],
      ["Esc", "Schließen, was offen ist"],
    ],
  },
  showTyped: "Eingabe anzeigen",
  copy: "Kopieren",
  copied: "Kopiert",
  close: "Schließen",
  cancel: "Abbrechen",
  undo: "Rückgängig",
  save: "Speichern",
  saved: "Gespeichert",
  optional: "optional",
  loading: "Wird geladen",
  yes: "ja",
  no: "nein",
  filter: "Filtern",
  older: "Ältere",
  newer: "Neueste",
  notFound: {
    title: "Diese Seite gibt es nicht",
    body: (path) => `Unter ${path} ist nichts. Vielleicht stammt der Link aus einer älteren Version.`,
    action: "Zur Startseite",
  },
  searchKeys: "Strg K",
};

export const states: Words<typeof english.states> = {
  Idle: "Wartet",
  Running: "Läuft",
  Suspended: "Ausgesetzt",
  Held: "Angehalten",
  Completed: "Fertig",
  Failed: "Fehlgeschlagen",
  Removed: "Abgebrochen",
  Ready: "Bereit",
  Busy: "Ausgelastet",
  Paused: "Pausiert",
  Away: "Abwesend",
  Problem: "Gestört",
  Draining: "Läuft leer",
  Banned: "Gesperrt",
  Waiting: "Ausstehend",
  Blocked: "Blockiert",
  Retried: "Wiederholt",
};

export const gloss: Words<typeof english.gloss> = {
  Idle: "wartet auf einen freien Slot",
  Running: "ein Knoten arbeitet daran",
  Suspended: "unterbrochen; zum Weiterlaufen fortsetzen",
  Held: "es wird nichts mehr gestartet; siehe Grund",
  Completed: "abgeschlossen, Ergebnisse liegen vor",
  Failed: "mit einem Fehler beendet",
  Removed: "von Hand abgebrochen",
  Ready: "nimmt Arbeit an",
  Busy: "alle Slots belegt",
  Paused: "wartet nach schnellen Fehlschlägen ab",
  Away: "hat sich länger nicht gemeldet",
  Problem: "kann keine Jobs ausführen; siehe Grund",
  Draining: "beendet Laufendes, bekommt nichts Neues",
  Banned: "bekommt keine Arbeit, bis er wieder freigegeben ist",
  Waiting: "wartet auf die Schritte davor",
  Blocked: "ein Schritt davor ist fehlgeschlagen",
  Retried: "brachte kein Ergebnis und wurde erneut versucht",
};
