/** Wörter der Seite API. */
import type * as english from "../reference";
import type { Words } from "../words";
import { count } from "../../lib/format";

export const reference: Words<typeof english.reference> = {
  title: "API",
  open: "API",
  openFrom: "Was ein Programm abrufen kann",
  intro: "Alles, was diese Seiten tun, geht über diese Schnittstelle; ein eigenes Programm kann dasselbe. Die Seite ist aus dem Vertrag erzeugt, gegen den das Portal jede Anfrage prüft. Der Vertrag selbst ist englisch.",
  token: "Ein Programm sendet ein Token. Sie erstellen es mit genau den Berechtigungen, die es braucht, unter",
  tokenLink: "Profil, Token",
  contract: "openapi.yaml",
  filter: "Filter: ein Wort aus Name, Pfad oder Beschreibung",
  found: (operations: number) => `${count(operations)} Operationen`,
  none: { title: "Keine Operation passt", body: "Jedes Wort des Filters muss in Name, Pfad oder Beschreibung vorkommen.", action: "Filter leeren" },
  parameters: "Parameter",
  body: "Rumpf",
  answers: "Antworten",
  example: "Beispiel",
  fields: "Felder",
  schema: "Schema",
  columns: { name: "Name", type: "Typ", note: "Bedeutung" },
  required: "Pflicht",
  anyone: "ohne Anmeldung",
  within: { inPath: "im Pfad", inQuery: "in der Anfrage", inHeader: "Kopfzeile", inCookie: "Cookie" },
};
