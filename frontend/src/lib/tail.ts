/** Reading growing or long texts by bytes, in bounded memory. */

/** The body up to `most` bytes; `more` when there is something behind them. */
export async function readBytes(response: Response, most: number): Promise<{ chunks: Uint8Array[]; more: boolean }> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) {
      return { chunks, more: false };
    }
    if (size + value.length > most) {
      chunks.push(value.subarray(0, most - size));
      await reader.cancel();
      return { chunks, more: true };
    }
    chunks.push(value);
    size += value.length;
  }
  return { chunks, more: false };
}

export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A window on a growing text: bytes `start`..`end` of it, never more than `most`. */
export interface Tail {
  start: number;
  end: number;
  bytes: Uint8Array;
}

export const noTail: Tail = { start: 0, end: 0, bytes: new Uint8Array() };

/** Appends what came from offset `at`. A gap starts the window anew; what is known already is skipped. */
export function append(tail: Tail, at: number, more: Uint8Array, most: number): Tail {
  if (at > tail.end || tail.end === 0) {
    return trim({ start: at, end: at + more.length, bytes: more }, most);
  }
  const fresh = more.subarray(tail.end - at);
  if (fresh.length === 0) {
    return tail;
  }
  return trim({ start: tail.start, end: tail.end + fresh.length, bytes: join([tail.bytes, fresh]) }, most);
}

function trim(tail: Tail, most: number): Tail {
  const over = tail.bytes.length - most;
  return over <= 0 ? tail : { start: tail.start + over, end: tail.end, bytes: tail.bytes.subarray(over) };
}

/** The window as text; a line cut at its beginning, and half a letter at either end, are left out. */
export function tailText(tail: Tail): string {
  let from = 0;
  if (tail.start > 0) {
    const line = tail.bytes.indexOf(10);
    from = line < 0 ? 0 : line + 1;
  }
  return new TextDecoder().decode(tail.bytes.subarray(from), { stream: true });
}
