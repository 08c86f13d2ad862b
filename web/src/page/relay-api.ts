// What the relay says about itself over HTTP. It comes from outside the page, so its shape is checked.

import * as v from 'valibot';

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));

const mailboxSchema = v.object({
  host: v.string(),
  smtp_port: port,
  smtps_port: port,
  domain: v.string(),
  /** PEM of the authority that vouches for it: TLS in the page trusts nobody else there. */
  certificate: v.optional(v.string()),
  users: v.array(v.object({ name: v.string(), password: v.optional(v.string()) })),
});

const configSchema = v.object({
  version: v.string(),
  destinations: v.optional(
    v.array(
      v.object({
        host: v.string(),
        port,
        mailbox: v.optional(v.boolean()),
        /** The relay carries nothing there but TLS that the page makes. */
        ciphertext_only: v.optional(v.boolean(), false),
      }),
    ),
    [],
  ),
  mailbox: v.nullable(mailboxSchema),
  /** The relay asks for a token. */
  auth: v.optional(v.boolean(), false),
});

const messagesSchema = v.object({
  messages: v.array(
    v.object({
      id: v.string(),
      octets: v.number(),
      from: v.string(),
      to: v.array(v.string()),
      received: v.string(),
    }),
  ),
});

export type RelayConfig = v.InferOutput<typeof configSchema>;
export type RelayMailbox = v.InferOutput<typeof mailboxSchema>;
export type StoredMessage = v.InferOutput<typeof messagesSchema>['messages'][number];

/** A request of the relay's API failed; the message is for people. */
export class RelayApiError extends Error {
  override readonly name = 'RelayApiError';
}

interface Asking {
  signal?: AbortSignal;
  /** For a relay that asks for one. */
  token?: string | undefined;
}

async function get(path: string, { signal, token }: Asking): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), {
      cache: 'no-store',
      ...(signal ? { signal } : {}),
      ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}),
    });
  } catch {
    throw new RelayApiError('The relay does not answer. Is it still running?');
  }
  if (!response.ok) throw new RelayApiError(`The relay answered ${response.status} to ${path}.`);
  return response;
}

async function getJson<T>(schema: v.GenericSchema<unknown, T>, path: string, asking: Asking): Promise<T> {
  const response = await get(path, asking);
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined));
  if (!parsed.success) throw new RelayApiError(`The answer to ${path} is not what this page expects.`);
  return parsed.output;
}

/** What the relay offers; undefined when there is none behind this page. */
export async function relayConfig(): Promise<RelayConfig | undefined> {
  try {
    return await getJson(configSchema, 'api/config', { signal: AbortSignal.timeout(5000) });
  } catch {
    return undefined;
  }
}

/** Messages in the embedded mailbox, oldest first. */
export async function storedMessages(token?: string): Promise<StoredMessage[]> {
  return (await getJson(messagesSchema, 'api/messages', { token })).messages;
}

/** One message of the embedded mailbox, as it lies there. */
export async function storedMessage(id: string, token?: string): Promise<Uint8Array> {
  const response = await get(`api/messages/${encodeURIComponent(id)}`, { token });
  return new Uint8Array(await response.arrayBuffer());
}
