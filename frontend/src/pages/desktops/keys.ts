/** X11 keysyms of what a person can press or write (keysymdef.h). */
export const KEYSYM = {
  esc: 0xff1b,
  tab: 0xff09,
  enter: 0xff0d,
  backspace: 0xff08,
  left: 0xff51,
  up: 0xff52,
  right: 0xff53,
  down: 0xff54,
  ctrl: 0xffe3,
  alt: 0xffe9,
  super: 0xffeb,
} as const;

export type KeyName = keyof typeof KEYSYM;

/** The keysym of a character: Latin-1 as it is, all others by the Unicode rule. */
export function keysymOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point === 10 || point === 13) {
    return KEYSYM.enter;
  }
  return point < 0x100 ? point : 0x0100_0000 + point;
}

/** What the keys of a terminal send that a phone has not got (ECMA-48). */
export const TERMINAL_KEYS = {
  esc: "\x1b",
  tab: "\t",
  interrupt: "\x03",
  end: "\x04",
  suspend: "\x1a",
  up: "\x1b[A",
  down: "\x1b[B",
  left: "\x1b[D",
  right: "\x1b[C",
} as const;

export type TerminalKey = keyof typeof TERMINAL_KEYS;
