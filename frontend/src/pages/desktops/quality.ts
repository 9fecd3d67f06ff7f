/** How sharp the picture is. Remembered on this computer. */
export type Quality = "auto" | "high" | "middle" | "low";

const KEY = "desktop-quality";
const ALL: readonly Quality[] = ["auto", "high", "middle", "low"];

export function rememberedQuality(): Quality {
  const value = localStorage.getItem(KEY);
  return ALL.find((q) => q === value) ?? "auto";
}

export function rememberQuality(quality: Quality): void {
  localStorage.setItem(KEY, quality);
}

/**
 * The levels of noVNC, 0..9: JPEG quality, and how hard to compress.
 * @param answerMillis how long the server took to answer just now; tells a near line from a far one
 */
export function levels(quality: Quality, answerMillis: number): { quality: number; compression: number } {
  switch (quality) {
    case "high":
      return { quality: 9, compression: 1 };
    case "middle":
      return { quality: 6, compression: 2 };
    case "low":
      return { quality: 2, compression: 9 };
    case "auto":
      return levels(answerMillis < 40 ? "high" : answerMillis < 150 ? "middle" : "low", answerMillis);
  }
}
