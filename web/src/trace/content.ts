// The message as the wire carried it: content pieces joined, doubled dots taken away (RFC 5321 §4.5.2).

import type { TraceEntry } from '../core/types';
import { entryBytes } from './entry-bytes';

const dot = 0x2e;
const lf = 0x0a;
const cr = 0x0d;

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
  let lineStart = true;
  for (let i = 0; i < stuffed.length; i += 1) {
    const octet = stuffed[i] ?? 0;
    if (!(lineStart && octet === dot)) {
      plain[size] = octet;
      size += 1;
    }
    lineStart = octet === lf && stuffed[i - 1] === cr;
  }
  return plain.subarray(0, size);
}

/** The message that the first `count` entries carried; undefined before its first octet. */
export function messageOnWire(entries: readonly TraceEntry[], count: number): Uint8Array | undefined {
  const pieces = entries.slice(0, count).filter((entry) => entry.kind === 'content');
  return pieces.length > 0 ? unstuff(concatBytes(pieces.map(entryBytes))) : undefined;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
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
