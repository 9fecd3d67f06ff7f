/** Wörter der Startseite. */
import { plural } from "../../lib/format";
import type * as english from "../home";
import type { Words } from "../words";

export const text: Words<typeof english.text> = {
  title: "Start",
  welcome: "In einer Minute zur ersten Kurve",
  welcomeBody: "Starten Sie eine echte Suche mit einem kleinen Beispiel, das zur Appliance gehört. Danach machen Sie dasselbe mit Ihren eigenen Dateien.",
  steps: {
    run: { title: "Beispiel starten", body: (title) => `${title}, mit dem Beispiel ausgefüllt. Es ist in Sekunden fertig.` },
    watch: { title: "Beim Laufen zusehen", body: "Die Arbeit wird in Teiljobs zerlegt. Jedes kleine Quadrat ist einer davon, und sie ändern sich von selbst." },
    read: { title: "Ergebnisse lesen", body: "Zuerst die Diagramme, dann eine sortierbare Tabelle; alles zusammen gibt es als ZIP-Datei." },
  },
  runSample: "Beispiel öffnen",
  noApp: "Noch kann keine App laufen. Unter Apps steht bei jeder der Grund.",
  running: "Läuft gerade",
  noneRunning: "Nichts läuft. Wählen Sie eine App, um anzufangen.",
  ended: "Zuletzt beendet",
  allJobs: "Alle Jobs",
  recentApps: "Ihre Apps",
  allApps: "Alle Apps",
  pool: "Pool",
  freeSlots: (free, all) => `${free} von ${plural(all, "Slot", "Slots")} frei`,
  waiting: (n) => `${n} wartend`,
  runningSubjobs: (n) => `${n} laufend`,
  nodes: (n) => plural(n, "Knoten", "Knoten"),
  notAccepting: "Zurzeit kann kein Job laufen",
  announcement: "Mitteilung der Administration",
  newJob: "App starten",
};
