// TLS that the relay made, as its frames tell of it.

import type { Happening, TlsInfo } from '../core/types';
import type { RelayEvent } from './tunnel-frames';

type TlsFrame = Extract<RelayEvent, { ev: 'tls' }>;
type TlsMessageTold = Extract<Happening, { what: 'tls_message' }>;

export function relayTlsInfo(event: TlsFrame): TlsInfo {
  return {
    version: event.version,
    suite: event.suite,
    verified: event.verified,
    where: 'relay',
    chain: event.certificates,
    ...(event.group ? { group: event.group } : {}),
    ...(event.alpn ? { alpn: event.alpn } : {}),
    ...(event.resumed === undefined ? {} : { resumed: event.resumed }),
    ...(event.anchor ? { anchor: event.anchor } : {}),
  };
}

/** A message of the handshake, and when it happened: microseconds since TLS began. */
interface RelayTlsMessage {
  told: TlsMessageTold;
  us: number | undefined;
}

/** What TLS said, message by message, from a relay that shows its octets. */
export function relayTlsMessages(
  event: Extract<RelayEvent, { ev: 'tls' | 'tls_messages' | 'error' }>,
): RelayTlsMessage[] {
  return (event.messages ?? []).flatMap(({ base64, data, us, ...message }) =>
    base64
      ? [
          {
            told: { what: 'tls_message' as const, ...message, base64, data: { ...data, where: 'relay' } },
            us,
          },
        ]
      : [],
  );
}
