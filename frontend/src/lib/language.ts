/** The language of the pages: the one kept in this browser, else the first of the browser's own that there is, else English. */
import type { catalogue as english } from "../text";
import type { Words } from "../text/words";
import { learn } from "./said";

/** Each language in its own words. */
export const languages = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof languages;

/** Changes only before the pages are loaded; formats read it when they are called. */
export let language: Language = "en";

/** The words of the chosen language; filled before any page is loaded, so that pages may read them as they load. */
export const chosen = {} as Words<typeof english>;

/** Settles when the server's sentences can be said in this language: at once where it is English. */
export let spoken: Promise<void> = Promise.resolve();

const KEY = "language";

export function speak(it: Language): void {
  language = it;
}

/** `kept` as it was stored, `wanted` as `navigator.languages` has them: `de-AT` is served by `de`. */
export function choose(kept: string | null, wanted: readonly string[]): Language {
  const known = [kept ?? "", ...wanted.map((tag) => tag.split("-")[0]?.toLowerCase() ?? "")];
  return known.find((it): it is Language => Object.hasOwn(languages, it)) ?? "en";
}

/** Chooses the language of this browser and loads its words, those of no other. */
export async function load(): Promise<void> {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // storage is switched off in this browser
  }
  speak(choose(kept, navigator.languages));
  document.documentElement.lang = language;
  const words = language === "de" ? await import("../text/de") : await import("../text/index");
  Object.assign(chosen, words.catalogue);
  if (language === "de") {
    // on its way while the program starts; without it the server is read in English
    spoken = import("../text/de/said").then(({ said }) => learn(said)).catch(() => undefined);
  }
}

/** Keeps the choice in this browser and loads the page anew in it; false when the browser keeps nothing. */
export function change(to: Language): boolean {
  try {
    localStorage.setItem(KEY, to);
  } catch {
    return false;
  }
  window.location.reload();
  return true;
}
