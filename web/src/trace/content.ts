// The message as the wire carried it: content pieces joined, doubled dots taken away (RFC 5321 §4.5.2).

import { Pace } from '../core/pace';
import type { TraceEntry } from '../core/types';
import { entryBytes } from './entry-bytes';

const dot = 0x2e;
const lf = 0x0a;
const cr = 0x0d;
/** Octets between two looks at the clock. */
const compared = 1 << 20;

/** Joins byte arrays. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Removes the first dot of every line that begins with one. */
export function unstuff(stuffed: Uint8Array): Uint8Array {
  const plain = new Uint8Array(stuffed.length);
  let size = 0;
  let from = 0;
  for (let at = stuffed.indexOf(dot); at >= 0; at = stuffed.indexOf(dot, at + 1)) {
    if (at > 0 && !(stuffed[at - 1] === lf && stuffed[at - 2] === cr)) continue;
    plain.set(stuffed.subarray(from, at), size);
    size += at - from;
    from = at + 1;
  }
  plain.set(stuffed.subarray(from), size);
  return plain.subarray(0, size + stuffed.length - from);
}

/** The message that entries carried; undefined before its first octet. */
export async function messageOnWire(
  entries: readonly TraceEntry[],
  pace = new Pace(),
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'content') continue;
    pieces.push(entryBytes(entry));
    await pace.rest();
  }
  if (pieces.length === 0) return undefined;
  const stuffed = concatBytes(pieces);
  await pace.rest();
  return unstuff(stuffed);
}

/** Whether both hold the same octets. */
export async function sameBytes(a: Uint8Array, b: Uint8Array, pace = new Pace()): Promise<boolean> {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += compared) {
    const end = Math.min(at + compared, a.length);
    for (let i = at; i < end; i += 1) if (a[i] !== b[i]) return false;
    await pace.rest();
  }
  return true;
}

/** Where octets [begin, end) of the message went over the wire: the first piece that holds some, and which of its octets. */
export function placeOnWire(
  entries: readonly TraceEntry[],
  begin: number,
  end: number,
): { entry: number; range: [number, number] } | undefined {
  let plain = 0;
  let lineStart = true;
  let before = 0;
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry?.kind !== 'content') continue;
    const octets = entryBytes(entry);
    let from = -1;
    for (let i = 0; i < octets.length; i += 1) {
      const octet = octets[i] ?? 0;
      if (plain === begin && from < 0) from = i;
      if (!(lineStart && octet === dot)) plain += 1;
      lineStart = octet === lf && before === cr;
      before = octet;
      if (from >= 0 && plain >= end) return { entry: index, range: [from, i + 1] };
    }
    if (from >= 0) return { entry: index, range: [from, octets.length] };
  }
  return undefined;
}
