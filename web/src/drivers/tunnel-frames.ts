// Control frames of the page-to-relay protocol. What comes from the relay is checked before use.

import * as v from 'valibot';

export const subprotocol = 'smtpscope.tunnel.v1';
/** Octets the relay may send before the first credit. */
export const initialCredit = 262_144;
/** Credit is given back in steps of this many octets. */
export const creditStep = 65_536;
/** Octets in one data frame at most. */
export const frameOctets = 65_536;
/** Octets waiting in the browser at which the page stops writing. */
export const writeWindow = 1_048_576;

const certificate = v.object({
  subject: v.string(),
  issuer: v.string(),
  names: v.array(v.string()),
  notBefore: v.string(),
  notAfter: v.string(),
  ...v.partial(
    v.object({
      serial: v.string(),
      key: v.string(),
      signature: v.string(),
      sha256: v.string(),
      der: v.string(),
    }),
  ).entries,
});

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A message of the relay's own TLS. An older relay names it only, without its octets. */
const message = v.object({
  type: v.string(),
  dir: v.optional(v.picklist(['c2s', 's2c']), 'c2s'),
  contentType: v.optional(v.picklist(['handshake', 'change_cipher_spec', 'alert']), 'handshake'),
  encrypted: v.optional(v.boolean(), false),
  us: v.optional(count),
  base64: v.optional(v.string()),
  fields: v.optional(v.array(v.tuple([count, count, v.string(), v.pipe(v.number(), v.integer())])), []),
  data: v.optional(v.record(v.string(), v.unknown()), {}),
});
const messages = v.optional(v.array(message));

const eventSchema = v.variant('ev', [
  v.object({ ev: v.literal('hello'), version: v.number(), auth: v.optional(v.boolean(), false) }),
  v.object({ ev: v.literal('resolved'), addresses: v.array(v.string()) }),
  v.object({ ev: v.literal('connected'), address: v.string(), port: v.number() }),
  v.object({
    ev: v.literal('tls'),
    version: v.string(),
    suite: v.string(),
    group: v.optional(v.string()),
    verified: v.boolean(),
    anchor: v.optional(v.string()),
    alpn: v.optional(v.string()),
    resumed: v.optional(v.boolean()),
    certificates: v.optional(v.array(certificate), []),
    messages,
  }),
  v.object({ ev: v.literal('tls_messages'), messages }),
  v.object({ ev: v.literal('eof') }),
  v.object({ ev: v.literal('closed'), by: v.string() }),
  v.object({ ev: v.literal('draining') }),
  v.object({
    ev: v.literal('error'),
    stage: v.string(),
    code: v.string(),
    message: v.string(),
    reason: v.optional(v.string()),
    certificates: v.optional(v.array(certificate)),
    failing: v.optional(count),
    messages,
  }),
]);

export type RelayEvent = v.InferOutput<typeof eventSchema>;

/** Reads a text frame of the relay; undefined where it is none that this page knows. */
export function parseRelayEvent(frame: string): RelayEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(eventSchema, value);
  return parsed.success ? parsed.output : undefined;
}

export type PageRequest =
  | { op: 'auth'; token: string }
  | { op: 'open'; host: string; port: number; tls: 'none' | 'implicit' }
  | { op: 'start_tls' }
  | { op: 'credit'; bytes: number }
  | { op: 'eof' };

export function formatRequest(request: PageRequest): string {
  return JSON.stringify(request);
}
