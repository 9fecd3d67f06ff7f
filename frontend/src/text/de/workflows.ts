/** Wörter der Workflows: Jobs als Schritte, die aufeinander warten. */
import type * as english from "../workflows";
import type { Words } from "../words";

export const text: Words<typeof english.text> = {
  title: "Workflows",
  lead: "Jobs als Schritte: Jeder beginnt, wenn die Schritte davor fertig sind, und übernimmt deren Ergebnisse.",
  add: "Neuer Workflow",
  none: {
    title: "Noch kein Workflow",
    body: "Ein Workflow ist eine kleine Datei, die die Schritte nennt, was jeder braucht und welche Ergebnisse wohin gehen. Beginnen Sie mit dem Beispiel.",
  },
  nav: "Workflows",
  file: "Workflow-Datei",
  fileHint: "YAML. Ein Schritt hat einen Namen (name), eine App (app), deren Eingaben (inputs) und die Schritte, nach denen er kommt (after); eine Eingabe {from: SCHRITT, file: ERGEBNIS} ist ein Ergebnis jenes Schritts.",
  pool: "Wo er läuft",
  pools: { "": "Für jeden Schritt gewählt", local: "Rechner dieses Portals", condor: "HTCondor" },
  open: "Datei öffnen",
  run: "Starten",
  example: `name: Suchen und noch einmal suchen
steps:
  - { name: first, app: hmmsearch, inputs: { profile: "example:globins.hmm", sequences: "example:proteins.fasta" } }
  - { name: second, app: hmmsearch, after: [first], inputs: { profile: "example:globins.hmm", sequences: "example:proteins.fasta" } }
`,
  columns: { name: "Workflow", state: "Zustand", steps: "Schritte", submitted: "Abgeschickt" },
  steps: (done, all) => `${done} von ${all} fertig`,
  missing: { title: "Dieser Workflow ist nicht hier", body: "Es gab ihn nie, oder er gehört jemand anderem.", action: "Alle Workflows" },
  back: "Workflows",
  graph: (name) => `Schritte von ${name} und worauf jeder wartet; die Tabelle darunter enthält dasselbe`,
  step: "Schritt",
  app: "App",
  needs: "Braucht",
  job: "Job",
  nothing: "nichts",
  cancel: "Abbrechen",
  rescue: "Fehlgeschlagenes wiederholen",
  sureCancel: "Diesen Workflow abbrechen? Seine Jobs enden, und keine weiteren beginnen.",
  did: { cancel: "Abgebrochen", rescue: "Fehlgeschlagenes wird wiederholt" },
  isStep: (step) => `Schritt „${step}“ des Workflows`,
  moreOf: "Der ganze Workflow",
};
