/** Wörter des Laufverzeichnisses. */
import { count, plural } from "../../lib/format";
import type * as english from "../runs";
import type { Words } from "../words";

const cores = (n: number) => plural(n, "Kern", "Kerne");

export const runs: Words<typeof english.runs> = {
  open: "Jobverlauf",
  title: "Jobverlauf",
  back: "Pool",
  intro: "Was auf den Rechnern des Pools endete, Versuch für Versuch. Es bleibt erhalten, auch wenn ein Job gelöscht wird.",
  kept: (days, most) => `${plural(days, "Tag", "Tage")} lang aufbewahrt, höchstens die neuesten ${count(most)}.`,
  filter: "Filter: state:failed machine:… start<1d",
  everybody: "Von allen",
  csv: "CSV herunterladen",
  count: (n) => plural(n, "Lauf", "Läufe"),
  many: "mehr als 10.000 Läufe",
  none: { title: "Noch ist nichts beendet", body: "Was Ihre Jobs auf den Rechnern des Pools ausgeführt haben, steht hier, sobald es beendet ist." },
  noMatch: { title: "Kein Lauf passt dazu", body: "Nehmen Sie eine Angabe aus dem Filter.", action: "Filter löschen" },
  merge: "Zusammenführung",
  columns: {
    state: "Zustand",
    job: "Job",
    owner: "Von",
    machine: "Rechner",
    ended: "Beendet",
    took: "Laufzeit",
    cpu: "CPU genutzt",
    memory: "Speicher genutzt",
    exit: "Exit",
  },
  tries: (n) => `Versuch ${n}`,
  subjob: (index) => `Teiljob ${index}`,
  cpu: (used, n) => `${used} von ${plural(n, "Kern", "Kernen")}`,
  memory: (used, asked) => `${used} von ${asked}`,
  asked: (n, memory) => `angefordert: ${cores(n)} und ${memory}`,
  started: (when) => `gestartet ${when}`,
  help: {
    title: "Was ein Filter sagen kann",
    intro: "Angaben werden durch Leerzeichen getrennt, und alle müssen zutreffen; ein - davor kehrt eine um. Einfache Wörter sind ein Teil des Jobnamens.",
    rows: [
      ["state:failed,retried", "auch completed, removed"],
      ["app:hmmsearch", "von einer App"],
      ["machine:10.77.0.11", "auf einem Rechner"],
      ["pool:condor", "auf HTCondor; local: auf Executoren"],
      ["start<1d end>2h", "vor weniger als einem Tag begonnen, vor mehr als 2 h beendet"],
      ["start>2026-11-20", "nach Beginn dieses Tages"],
      ["took>1h", "lief länger"],
      ["memory>2GiB", "brauchte mehr"],
      ["efficiency<50", "nutzte weniger als die Hälfte der angeforderten Kerne"],
      ["exit:137 try:2", "Exit-Code; zweiter Versuch"],
      ["job:12 owner:ann", "von einem Job; von einer Person"],
    ],
  },
};
