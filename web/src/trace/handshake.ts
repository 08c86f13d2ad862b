// The messages of TLS in a trace, and from where each side encrypts.

import type { TraceEntry } from '../core/types';

export interface HandshakeStep {
  /** Index of its entry. */
  index: number;
  entry: TraceEntry;
  /** Its side encrypts from here on. */
  first: boolean;
}

/** The messages of TLS among the first entries. */
export function handshakeOf(entries: readonly TraceEntry[], count: number): HandshakeStep[] {
  const encrypting = new Set<string>();
  const steps: HandshakeStep[] = [];
  entries.slice(0, count).forEach((entry, index) => {
    if (entry.kind !== 'tls_message') return;
    const side = entry.dir ?? '';
    const first = entry.secure === true && !encrypting.has(side);
    if (first) encrypting.add(side);
    steps.push({ index, entry, first });
  });
  return steps;
}
