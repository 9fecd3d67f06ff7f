/** „Overlay“. */
import { plural } from "../../lib/format";
import type * as english from "../overlay";
import type { Words } from "../words";

export const overlay: Words<typeof english.overlay> = {
  open: "Overlay",
  title: "Overlay",
  intro: "Das Netz, das die Rechner des Pools verbindet, wo immer sie stehen, aus der Sicht dieses Rechners.",
  back: "Pool",
  here: "Dieser Rechner",
  none: {
    title: "Dieser Rechner ist noch in keinem Overlay",
    text: "Ein Overlay gibt jedem Rechner eines Pools eine eigene Adresse, hinter jedem Router und ohne einen Server in der Mitte. Schreiben Sie die Zeilen unten in die appliance.yaml im Datenverzeichnis und starten Sie die Appliance neu als root.",
    example: "overlay.pool: mein-pool\n# auf allen außer dem ersten Rechner:\noverlay.bootstrap: SCHLÜSSEL@HOST:4800",
    key: "SCHLÜSSEL ist der Schlüssel des ersten Rechners: Dessen Overlay-Seite zeigt ihn zum Kopieren.",
  },
  off: (pool) => `Das Overlay „${pool}“ läuft nicht`,
  facts: {
    address: "Adresse",
    noAddress: "noch keine; sie wird gerade angefragt",
    pool: "Pool",
    ring: "Knoten im Ring",
    about: (n) => `etwa ${n}`,
    alone: "bisher nur dieser",
    joining: "sucht seinen Platz",
    device: "Gerät",
    invite: "Für overlay.bootstrap der anderen",
    host: "HOST",
  },
  picture: (peers) => `Der Ring: dieser Rechner und ${plural(peers, "Gegenstelle", "Gegenstellen")}. Die Tabelle darunter sagt dasselbe.`,
  alone: "Noch ist niemand sonst hier. Geben Sie die Zeile oben einem anderen Rechner.",
  columns: { peer: "Knoten", way: "Weg", why: "Grund", trace: "Echo" },
  way: {
    direct: (at) => `direkt, ${at}`,
    relay: (by) => `über ${by}`,
    ring: "über den Ring",
  },
  explain: {
    direct: "Ein Datagramm geht auf geradem Weg dorthin.",
    relay: "Es fand sich kein direkter Weg (Router auf beiden Seiten wechseln die Ports); ein gemeinsamer Nachbar reicht versiegelte Pakete weiter. Der direkte Weg wird immer wieder versucht, in wachsenden Abständen.",
    ring: "Bis sich ein direkter Weg findet, führt er über andere Knoten.",
  },
  legend: { direct: "direkt", relay: "über einen anderen Knoten", ring: "über den Ring" },
  roles: {
    near: "Nachbar im Ring",
    far: "ferne Verbindung",
    bootstrap: "bekannter Knoten",
    traffic: "gerade Pakete",
  },
  trace: "Echo senden",
  traceOf: (name) => `Echo an ${name} senden`,
  answered: (ms, hops) => `${ms} ms, ${hops === 0 ? "auf geradem Weg" : `über ${plural(hops, "Knoten", "Knoten")}`}`,
  silent: "keine Antwort innerhalb von 4 s",
};
