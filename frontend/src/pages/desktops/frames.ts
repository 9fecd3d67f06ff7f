/** Frames of a terminal: kind, length (2 bytes, big-endian), body. See term-keeper.c. */
const LONGEST = 65_535;

function frame(kind: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3 + body.length);
  bytes[0] = kind.charCodeAt(0);
  bytes[1] = body.length >> 8;
  bytes[2] = body.length & 0xff;
  bytes.set(body, 3);
  return bytes;
}

/** What was typed or pasted, in as many frames as it needs. */
export function input(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = new TextEncoder().encode(text);
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += LONGEST) {
    frames.push(frame("i", bytes.subarray(at, at + LONGEST)));
  }
  return frames;
}

export function resize(columns: number, rows: number): Uint8Array<ArrayBuffer> {
  return frame("r", Uint8Array.of(columns >> 8, columns & 0xff, rows >> 8, rows & 0xff));
}
