// Where things stand in the story: which participants there are, and between which two an entry happens.

import type { TlsInfo, TraceEntry, TraceHeader } from '../core/types';

export type Lane = 'page' | 'relay' | 'server';

/** A live session passes the relay; a simulated one happens between two participants in the page. */
export function lanesOf(header: TraceHeader): Lane[] {
  return header.mode === 'live' ? ['page', 'relay', 'server'] : ['page', 'server'];
}

/** The span of the tube that TLS draws: from the side that made it to the server. */
export interface Tube {
  from: Lane;
  first: boolean;
  last: boolean;
}

/** For each entry the TLS tube around it, if it went inside TLS. */
export function tubesOf(entries: readonly TraceEntry[], header: TraceHeader): (Tube | undefined)[] {
  let from: Lane = header.mode === 'live' ? 'relay' : 'page';
  let stands = false;
  const inside = entries.map((entry) => {
    if (entry.kind === 'tls_established') {
      const where = (entry.data as Partial<TlsInfo>).where;
      if (where) from = where === 'relay' ? 'relay' : 'page';
      stands = true;
      return from;
    }
    // What happens beside the wire, such as the result, is not inside anything.
    // A handshake encrypts its own last messages, while the tube is still being made.
    return entry.secure && entry.dir && (stands || entry.kind !== 'tls_message') ? from : undefined;
  });
  return inside.map((lane, i) =>
    lane === undefined
      ? undefined
      : { from: lane, first: inside[i - 1] === undefined, last: inside[i + 1] === undefined },
  );
}
