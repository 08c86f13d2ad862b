// The contract with the module smtpscope-tls is wasm/smtpscope-tls.d.ts; the page knows it by these names.
import type { TlsEvent, TlsSetup } from '../../../wasm/smtpscope-tls';

export type { Create, SmtpscopeTls, TlsCertificate } from '../../../wasm/smtpscope-tls';

/** What an engine is made from; the time is the worker's own. */
export type TlsLinkSetup = Omit<TlsSetup, 'now'>;

type Told = 'message' | 'established' | 'close_notify' | 'truncated' | 'failed' | 'key_log';

/** What a session needs to know of an engine. What resumes a session holds keys, and stays in the worker. */
export type TlsLinkEvent =
  | { ev: 'send' | 'data'; octets: Uint8Array }
  | Extract<TlsEvent, { ev: Told }>
  /** The engine takes what it was given for a mistake, such as a damaged certificate of the reader's. */
  | { ev: 'misuse'; why: string };

/** What the worker is asked. `id` names the engine; `receive`, `write` … are answered in their order. */
export type TlsRequest =
  | { do: 'load'; module: string; wasm: string; roots: string }
  | { do: 'open'; id: number; setup: TlsLinkSetup }
  | { do: 'receive' | 'write'; id: number; octets: Uint8Array }
  | { do: 'close' | 'peer_closed' | 'release'; id: number };

/** `events` is what one request led to. `unusable`: the worker is of no further use, and why. */
export type TlsAnswer = { id: number; events: TlsLinkEvent[] } | { unusable: string };
