/** Wörter der Seite Nutzung und des Vergleichs von Angefordertem und Genutztem auf der Seite eines Jobs. */
import { plural } from "../../lib/format";
import type * as english from "../usage";
import type { Words } from "../words";

export const usage: Words<typeof english.usage> = {
  open: "Nutzung",
  title: "Nutzung",
  intro: "Was Läufe angefordert und was sie genutzt haben, nach Tagen in UTC. Wer weniger anfordert, kann mehr gleichzeitig laufen lassen.",
  oneSum: (name) => `Die Gruppe ${name} zeigt die Jobs ihrer Mitglieder nicht; ihre Nutzung steht hier deshalb als eine Summe.`,
  span: "Zeitraum",
  spans: { week: "7 Tage", month: "30 Tage", quarter: "13 Wochen", year: "52 Wochen" },
  csv: "Jobs als CSV",
  by: "Gruppieren nach",
  bys: { person: "Person", group: "Gruppe", app: "App" },
  none: { title: "In diesem Zeitraum ist nichts zu Ende gegangen", body: "Sobald Läufe Ihrer Jobs enden, steht hier, was sie angefordert und was sie genutzt haben.", action: "Apps öffnen" },
  picture: "Kernstunden",
  used: "Genutzte CPU-Zeit",
  unused: "Angefordert, nicht genutzt",
  label: (hours, used) => `Kernstunden im Lauf der Zeit: ${hours} angefordert, ${used} genutzt`,
  all: "Alle",
  withoutGroup: "In keiner Gruppe",
  columns: {
    runs: "Läufe",
    completed: "Fertig",
    hours: "Kernstunden",
    cpu: "CPU genutzt",
    memory: "Speicher genutzt",
    lost: "Verlorene Kernstunden",
    job: "Job",
    owner: "Von",
  },
  cpuHelp: "CPU-Zeit, geteilt durch angeforderte Kerne × Laufzeit",
  memoryHelp: "Spitze, geteilt durch den angeforderten Arbeitsspeicher, nach Laufzeit gewichtet",
  lostHelp: "Von Läufen, die fehlschlugen, abgebrochen oder wiederholt wurden",
  percent: (n) => `${n} %`,
  groupsHelp: "Wer in mehreren Gruppen ist, zählt in jeder.",
  jobs: "Größte Jobs",
  runs: (n) => plural(n, "Lauf", "Läufe"),
  peak: (used, asked) => `${used} von ${asked}`,
  job: {
    title: "Angefordert und genutzt",
    memory: (asked, used, several) => `Arbeitsspeicher: ${asked} angefordert, ${several ? "höchstens " : ""}${used} genutzt.`,
    cpu: (asked, used) => `CPU: ${plural(asked, "Kern", "Kerne")} angefordert, ${used} genutzt.`,
    time: (most, longest) => `Dauer: ${most} erlaubt, ${longest} gebraucht.`,
    less: (memory) => `Mit ${memory} erneut starten`,
    lessHelp: "Das 1,5-Fache des Genutzten: So passen mehr davon auf einen Rechner.",
    cores: "Kerne bleiben ungenutzt: Bitten Sie die Autoren der App, weniger anzufordern, oder geben Sie ihr größere Abschnitte.",
  },
  explained:
    "CPU genutzt: CPU-Zeit, geteilt durch angeforderte Kerne × Laufzeit. Speicher genutzt: Spitze, geteilt durch den angeforderten Arbeitsspeicher, nach Laufzeit gewichtet. Verlorene Kernstunden: von Läufen, die fehlschlugen, abgebrochen oder wiederholt wurden.",
  instead: (asked) => `statt ${asked}`,
};
