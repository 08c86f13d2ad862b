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
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
