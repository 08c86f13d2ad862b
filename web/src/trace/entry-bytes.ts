import type { TraceEntry } from '../core/types';
import { fromBase64 } from '../text/base64';

const cache = new WeakMap<TraceEntry, Uint8Array>();
const nothing = new Uint8Array(0);

/** The exact bytes of an entry; empty where it has none. The array is shared: do not write to it. */
export function entryBytes(entry: TraceEntry): Uint8Array {
  const known = cache.get(entry);
  if (known) return known;
  const bytes =
    entry.text !== undefined
      ? new TextEncoder().encode(entry.text)
      : entry.base64 !== undefined
        ? (fromBase64(entry.base64) ?? nothing)
        : nothing;
  cache.set(entry, bytes);
  return bytes;
}

/** Text of some bytes for people: UTF-8, with stand-ins where it is not. */
export function bytesToText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
