/** Words of what a job's results show beside plots and tables: pictures, films, texts. */
import { count, decimal } from "../lib/format";

export const pictures = {
  side: "Side by side",
  film: "One after the other",
  how: (title: string) => `How to show ${title}`,
  open: (words: string) => `Show ${words} large`,
  subjob: (index: number) => `subjob ${count(index)}`,
  alt: (title: string, words: string) => (words === "" ? title : `${title}: ${words}`),
  cut: (shown: number, all: number) => `The first ${count(shown)} of ${count(all)} pictures are shown; all are under Files.`,
  large: (size: string) => `Larger than ${size}: download it to look at it.`,
  broken: "This file is not a picture that the browser can draw.",
  page: (from: number, to: number, all: number) => `${count(from)}–${count(to)} of ${count(all)}`,
  previousPage: "Pictures before",
  nextPage: "Pictures after",
  previous: "Picture before",
  next: "Next picture",
  bigger: "Larger",
  smaller: "Smaller",
  fit: "Fit",
  actual: "Full size",
  zoom: (percent: number) => `${count(percent)} %`,
  keys: "Keys: ← → other pictures, + − larger and smaller, 0 fits, 1 full size, Esc closes.",
};

export const film = {
  play: "Play",
  pause: "Pause",
  first: "First",
  back: "Step back",
  step: "Step",
  last: "Last",
  place: (title: string) => `Place in ${title}`,
  of: (at: number, all: number) => `${count(at)} of ${count(all)}`,
  speed: "Speed",
  perSecond: (n: number) => `${decimal(n)} per second`,
  loop: "Again and again",
  keys: "Keys: space plays and pauses, ← → step, Home and End.",
};

export const facets = {
  how: "Compare runs or values",
  over: "Over one another",
  together: "All together",
  film: "One after the other",
  side: (input: string) => `Side by side: ${input}`,
  colours: (title: string, low: string, high: string) => `Colours: ${title} from ${low} (dark) to ${high} (light)`,
  cut: (shown: number, all: number) => `The first ${count(shown)} of ${count(all)} plots are shown.`,
  saved: (n: number, all: number) => `The picture holds the first ${count(n)} of ${count(all)} plots.`,
  page: (from: number, to: number, all: number) => `plots ${count(from)}–${count(to)} of ${count(all)}`,
  before: "Plots before",
  after: "Plots after",
};
