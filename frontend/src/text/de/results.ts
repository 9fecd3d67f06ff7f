/** Wörter für das, was Ergebnisse neben Diagrammen und Tabellen zeigen: Bilder, Filme, Texte. */
import { count, decimal } from "../../lib/format";
import type * as english from "../results";
import type { Words } from "../words";

export const pictures: Words<typeof english.pictures> = {
  side: "Nebeneinander",
  film: "Nacheinander",
  how: (title) => `Darstellung von ${title}`,
  open: (words) => `${words} groß zeigen`,
  subjob: (index) => `Teiljob ${count(index)}`,
  alt: (title, words) => (words === "" ? title : `${title}: ${words}`),
  cut: (shown, all) => `Die ersten ${count(shown)} von ${count(all)} Bildern werden gezeigt; alle stehen unter Dateien.`,
  large: (size) => `Größer als ${size}: Laden Sie es herunter, um es anzusehen.`,
  broken: "Diese Datei ist kein Bild, das der Browser zeichnen kann.",
  page: (from, to, all) => `${count(from)}–${count(to)} von ${count(all)}`,
  previousPage: "Bilder davor",
  nextPage: "Bilder danach",
  previous: "Voriges Bild",
  next: "Nächstes Bild",
  bigger: "Größer",
  smaller: "Kleiner",
  fit: "Einpassen",
  actual: "Originalgröße",
  zoom: (percent) => `${count(percent)} %`,
  keys: "Tasten: ← → andere Bilder, + − größer und kleiner, 0 einpassen, 1 Originalgröße, Esc schließt.",
};

export const film: Words<typeof english.film> = {
  play: "Abspielen",
  pause: "Anhalten",
  first: "Zum Anfang",
  back: "Schritt zurück",
  step: "Schritt vor",
  last: "Zum Ende",
  place: (title) => `Stelle in ${title}`,
  of: (at, all) => `${count(at)} von ${count(all)}`,
  speed: "Tempo",
  perSecond: (n) => `${decimal(n)} pro Sekunde`,
  loop: "Immer wieder",
  keys: "Tasten: Leertaste spielt ab und hält an, ← → Schritte, Pos1 und Ende.",
};

export const facets: Words<typeof english.facets> = {
  how: "Läufe oder Werte vergleichen",
  over: "Übereinander",
  together: "Alle zusammen",
  film: "Nacheinander",
  side: (input) => `Nebeneinander: ${input}`,
  colours: (title, low, high) => `Farben: ${title} von ${low} (dunkel) bis ${high} (hell)`,
  cut: (shown, all) => `Gezeigt werden die ersten ${count(shown)} von ${count(all)} Diagrammen.`,
  saved: (n, all) => `Das Bild enthält die ersten ${count(n)} von ${count(all)} Diagrammen.`,
  page: (from, to, all) => `Diagramme ${count(from)}–${count(to)} von ${count(all)}`,
  before: "Diagramme davor",
  after: "Diagramme danach",
};

export const reader: Words<typeof english.reader> = {
  find: (title) => `In ${title} suchen`,
  read: (file) => `${file} lesen`,
  exact: "Groß- und Kleinschreibung beachten",
  previous: "Voriger Treffer (Umschalt+Eingabe)",
  next: "Nächster Treffer (Eingabe)",
  at: (n, all) => `${count(n)} von ${count(all)}`,
  found: (n) => (n === 0 ? "nicht gefunden" : `${count(n)} Treffer`),
  looking: (percent, n) => `${percent} % durchsucht, bisher ${count(n)}`,
  stepped: (n) => `Die Knöpfe führen durch die ersten ${count(n)}.`,
  empty: "Der Text ist leer.",
  lines: (title) => `Zeilen von ${title}`,
  linkTo: (n) => `Zeile ${count(n)}`,
  page: (from, to, all) => `Zeilen ${count(from)}–${count(to)} von ${count(all)}`,
  goTo: "Zu Zeile",
  first: "Erste Zeilen",
  last: "Letzte Zeilen",
  pageBefore: "Zeilen davor",
  pageBehind: "Nächste Zeilen",
  letters: (from) => `Lange Zeilen, ab Zeichen ${count(from)}`,
  before: "Zeichen davor",
  behind: "Nächste Zeichen",
};
