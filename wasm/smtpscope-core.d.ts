// The C exports of both modules, as Emscripten hands them out: SmtpscopeCore is smtpscope-core, which the
// page loads first; SmtpscopeSimulation is smtpscope-simulation, for a session with a server in the page.
// Handles belong to the module that gave them. Written by hand, pinned by tests/wasm.
//
// Conventions
//   handle   integer > 0, or 0 for failure; an unknown handle is an error, never a trap
//   (ptr, len)  octets in the module's memory: allocate with smtp_alloc, free with smtp_free; what lies
//            outside of it counts as no octets
//   results  a call leaves its result (JSON as UTF-8, or octets) in one buffer, valid until the next
//            call: read it with smtp_result_data() and smtp_result_size() and copy it at once
//   errors   a call that fails returns 0 (handles) or -1, and the result is {"code","detail"}
//   time     microseconds since the session started, as a double (exact up to 2^53)
//   nothing throws

import type { Saslprep } from './saslprep.mjs';

/** What both modules have. */
export interface SmtpscopeMemory {
  HEAPU8: Uint8Array; // replaced when memory grows: read it anew after every call
  saslprep?: Saslprep; // given by the page before a login that is not all printable ASCII (U+0020 to U+007E) begins

  _smtp_alloc(octets: number): number;
  _smtp_free(ptr: number): void;
  _smtp_result_data(): number;
  _smtp_result_size(): number;

  /** Version of the core: result is text, returns 1. */
  _smtp_version(): number;

  /**
   * The words in which traces are explained and failures diagnosed: shared/texts/en.json, or the
   * same in another language. To be called first; until then entries are titled by their kind.
   * Result: the language. Returns 1 or -1.
   */
  _smtp_use_texts(ptr: number, len: number): number;

  /** Copies octets into the module, for attachments, messages and trace files. Returns a handle. */
  _smtp_blob_new(ptr: number, len: number): number;
  /** Result: the octets. Returns 1 or -1. */
  _smtp_blob_bytes(blob: number): number;
  /** Frees any handle. Returns 1 or -1. */
  _smtp_release(handle: number): number;
}

export interface SmtpscopeCore extends SmtpscopeMemory {
  /**
   * Composes a message. JSON in: Draft. Returns the handle of a blob (the RFC 5322 message);
   * result: Composed. Draft's blobs stay the caller's.
   */
  _smtp_compose(ptr: number, len: number): number;
  /** Checks one address list as typed. Result: AddressList. Returns 1 or -1 (with which entry is wrong). */
  _smtp_addresses(ptr: number, len: number): number;
  /** Reads a message (blob): result is MessageTree. Returns 1 or -1. */
  _smtp_message_read(blob: number): number;
  /** One part of a message (index in MessageTree), its transfer encoding taken off. Result: octets, or UTF-8 for text/…. Returns 1 or -1. */
  _smtp_message_part(blob: number, part: number): number;

  /**
   * A client with its recorder. JSON in: ClientSetup. Returns a handle. The message moves into the client: its blob
   * is empty afterwards, and still to be released.
   */
  _smtp_client_new(ptr: number, len: number): number;
  /** What happened. JSON in: Happening. Returns 1 or -1. */
  _smtp_client_tell(client: number, ptr: number, len: number, us: number): number;
  /** Octets from the server; what they mean is in the trace after the calls of next that follow. Returns 1 or -1. */
  _smtp_client_receive(client: number, ptr: number, len: number): number;
  /**
   * The next thing to do. Returns an Action; with SEND the result is the octets to write, with
   * ARM_TIMER the result is JSON {"seconds": n}, with FINISHED the result is JSON FinishedResult, with
   * COMMAND_READY the result is JSON CommandReady.
   * Ask again only when SEND's octets have been handed to the network.
   */
  _smtp_client_next(client: number, us: number): number;
  /** Trace entries recorded since the last take. Result: JSON array of TraceEntry. Returns their number. */
  _smtp_client_take(client: number): number;

  /** Reads a trace file (JSON Lines); an error's detail begins with "line N:". Result: {"header", "entries"}, explained anew. Returns the handle of a trace. */
  _smtp_trace_read(ptr: number, len: number): number;
  /** A trace from entries the page holds: JSON in {"header", "entries"}. Returns the handle of a trace. */
  _smtp_trace_new(ptr: number, len: number): number;
  /** Adds entries: JSON array in. Returns the number of entries or -1. */
  _smtp_trace_append(trace: number, ptr: number, len: number): number;
  /** The state after `count` entries (0 … all). Result: Snapshot. Returns 1 or -1. */
  _smtp_trace_state(trace: number, count: number): number;
  /** The trace as a file. Result: JSON Lines. Returns 1 or -1. */
  _smtp_trace_write(trace: number): number;

  /** The message that the trace's content entries carry, dots unstuffed. Returns the handle of a blob (empty when none was sent). */
  _smtp_trace_message(trace: number): number;
}

export interface SmtpscopeSimulation extends SmtpscopeMemory {
  /**
   * Runs a whole session between client and server in memory, on simulated time. JSON in:
   * SimulationSetup. Result: {"header": TraceHeader, "entries": TraceEntry[]}. Returns 1 or -1.
   */
  _smtp_simulate(ptr: number, len: number): number;

  /** Result: JSON Rules, both tables of session/rules.hpp; smtpscope-rules.json holds the same. Returns 1. */
  _smtp_rules(): number;
}

export const enum Action {
  NOTHING = 0,     // wait for more to happen
  SEND = 1,        // write the result's octets
  START_TLS = 2,   // do the handshake, then tell tls_established
  ARM_TIMER = 3,   // tell timer_fired unless anything happens within result.seconds (0: no timer)
  FINISHED = 4,    // the outcome is known; QUIT may still follow
  CLOSE = 5,       // close the connection, then ask once more: the end is recorded then, and nothing follows
  COMMAND_READY = 6, // manual control: a line waits; tell "command", then ask next again
}

export interface Draft {
  from: string;              // one mailbox, with or without display name, as typed
  to: string;                // address lists as typed
  cc?: string;
  bcc?: string;              // envelope only
  subject: string;
  text: string;
  attachments?: { fileName: string; mediaType: string; blob: number; inline?: boolean }[];
  dateUnixSeconds: number;
  utcOffsetMinutes: number;  // -1439 … 1439
  messageId: string;         // without angle brackets
  boundarySeed: string;
}

export interface Composed {
  octets: number;
  envelope: { from: string; to: string[] };  // mailboxes, without duplicates
  parts: PartRange[];
}
export interface PartRange {
  begin: number; bodyBegin: number; end: number;  // octets in the message
  parent: number;                                 // index, -1 for the whole message
  mediaType: string;
  encoding: string;                               // "7bit", "quoted-printable", "base64"
  fileName?: string;
  contentId?: string;
}
export interface MessageTree {
  parts: (PartRange & { headers: { name: string; value: string; begin: number; end: number }[] })[];
}
export interface AddressList { mailboxes: { name: string; address: string }[] }

export interface ClientSetup {
  ehloName: string;                               // "[127.0.0.1]", "laptop.example"
  tls: "implicit" | "starttls" | "never";
  auth?: Login;
  random?: string;                                // base64 of at least 32 octets, new for each session: without, no SCRAM and no DIGEST-MD5
  cleartextAuth?: boolean;                        // AUTH without TLS; only by the user's own choice
  patience?: "rfc5321" | "interactive";           // default interactive
  pipelining?: boolean;                           // commands in groups where PIPELINING is offered; default false
  chunking?: boolean;                             // BDAT where CHUNKING is offered; default false
  without?: string[];                             // EHLO keywords that count as not offered: "8BITMIME"; default none
  manual?: boolean;                               // every command waits (COMMAND_READY); default false
  from: string;                                   // mailbox, "" for the null reverse-path
  to: string[];
  message: number;                                // blob
  host: string;                                   // for the trace, and to know the provider
  port: number;
  title?: string;                                 // of the trace
}

export type Happening =
  | { what: "resolved"; addresses: string[] }
  | { what: "connected"; address: string; port: number }
  | { what: "tls_started" }                       // implicit TLS only; START_TLS records its own
  | ({ what: "tls_message" } & TlsMessage)        // between tls_started and tls_established, or later: a ticket, an alert
  // For implicit TLS also means: connected. `binding` is what SCRAM-…-PLUS binds to, in base64; no trace holds it.
  | { what: "tls_established"; tls: TlsInfo; binding?: { exporter?: string; serverEndPoint?: string } }
  | { what: "ready" }                             // plain connection stands: the session may begin
  | { what: "peer_closed" }
  | TransportProblem
  | { what: "timer_fired" }
  | { what: "cancel" }
  // To a line that waits: say it, `text` instead of it or before it, the last one again before it, nothing
  // instead of it, or hang up. `text` is one line without CRLF, unless `raw`.
  | { what: "command"; choice: "send" | "replace" | "insert" | "repeat" | "skip" | "drop"; text?: string; raw?: boolean };

/** A failure below SMTP. `code`: of the tunnel, or a PageErrorCode. Of a refused certificate: what the server sent, and which of them it was. */
export interface TransportProblem {
  what: "transport_error"; stage: string; code: string; message: string; reason?: string;
  certificates?: Certificate[]; failing?: number;
}

/** Codes the page itself reports beside those of the tunnel (relay/README.md). */
export type PageErrorCode = "relay_unreachable" | "relay_refused" | "relay_closed" | "relay_false" | "tls_not_loaded" | "tls_broken";

export interface TlsInfo {
  version: string; suite: string; group?: string; verified: boolean; anchor?: string;
  chain?: Certificate[];
  where?: "relay" | "page" | "simulated";
  alpn?: string;
  resumed?: boolean;
  reason?: string;           // why the certificate does not count, where the session went on all the same
}

export interface Certificate {
  subject: string; issuer: string; names: string[]; notBefore: string; notAfter: string;
  serial?: string | undefined;     // hexadecimal
  key?: string | undefined;        // "RSA 2048", "EC secp256r1", "Ed25519"
  signature?: string | undefined;  // "sha256WithRSAEncryption"
  sha256?: string | undefined;     // fingerprint of the DER, hexadecimal
  der?: string | undefined;        // base64
}

/** A message of TLS itself, as it was before encryption. `data`: what its fields mean. */
export interface TlsMessage {
  dir: "c2s" | "s2c";
  type: string;              // RFC 8446 §4: "client_hello", "certificate_verify" …; or "change_cipher_spec", "alert"
  contentType: "handshake" | "change_cipher_spec" | "alert";
  encrypted: boolean;        // on the wire
  base64: string;
  fields: [number, number, string, number][];
  data: Record<string, unknown>;
}

export interface CommandReady { verb: string; text?: string; secret?: true; recipient?: string }

export interface FinishedResult {
  outcome: "delivered" | "partly" | "failed" | "unknown";
  failure?: { kind: string; stage: string; detail: string };
  recipients: { path: string; accepted: boolean; code?: number }[];
}

export type Mechanism =
  | "SCRAM-SHA-512-PLUS" | "SCRAM-SHA-256-PLUS" | "SCRAM-SHA-1-PLUS" | "SCRAM-SHA-512" | "SCRAM-SHA-256" | "SCRAM-SHA-1"
  | "DIGEST-MD5" | "CRAM-MD5" | "PLAIN" | "LOGIN" | "OAUTHBEARER" | "XOAUTH2" | "EXTERNAL" | "ANONYMOUS";

/** A password, or an access token for OAUTHBEARER and XOAUTH2. Without a mechanism the strongest that suits is taken. */
export type Login = { user: string; mechanism?: Mechanism; initialResponse?: boolean }
  & ({ password: string; token?: never } | { token: string; password?: never });

export interface SimulationSetup {
  client: Omit<ClientSetup, "host" | "port">;
  server: {
    hostName: string;
    users: { name: string; password: string }[];
    mailboxes: string[];                          // "a@b.example" or "@b.example"
    mechanisms?: Mechanism[];                     // in EHLO's order; default PLAIN, LOGIN
    starttls?: boolean;                           // default true
    maxMessageOctets?: number;
    policy?: Record<string, unknown>;             // a policy document (shared/policy.schema.json) over all of these
    hangUpAfter?: string;                         // drop the link instead of answering this verb: "EHLO" … "DATA", "." for the end of content
  };
  latencyMs: number;                              // one way, 0 … 60000
  showSecrets?: boolean;                          // the password is make-believe: show it
}

export interface TraceHeader { smtpscope: "trace"; version: 1; mode: "simulated" | "live"; title: string; started: string }

export type TraceKind =
  | "resolving" | "resolved" | "connected" | "tls_started" | "tls_message" | "tls_established" | "transport_error"
  | "greeting" | "command" | "reply" | "sasl_challenge" | "sasl_response" | "content" | "end_of_content"
  | "timeout" | "cancelled" | "result" | "diagnosis" | "closed" | "note";

export type Chapter = "resolve" | "connect" | "secure" | "greet" | "login" | "envelope" | "message" | "done";

/** One entry. shared/trace.schema.json is the full schema. */
export interface TraceEntry {
  seq: number;
  us: number;
  layer: "dns" | "tcp" | "tls" | "smtp" | "mime" | "queue" | "sim" | "note";
  kind: TraceKind;
  chapter: Chapter;
  dir?: "c2s" | "s2c";
  secure?: true;
  client?: [string, string];
  server?: [string, string];
  text?: string;             // the bytes where they are UTF-8 …
  base64?: string;           // … else here; neither when the entry has no bytes
  fields?: [number, number, string, number][];  // begin, end (octets), name, parent or -1
  masked?: [number, number][];
  data: Record<string, unknown>;
  explain?: { title: string; text: string; rfc: string };
}

/** data of kind "command": {verb, recipient?, mechanism?}. reply: {code, enhanced?, class, stage, verb?, recipient?, mechanism?, lines};
 *  its code is 0 for bytes of the server that are no reply.
 *  sasl_challenge: {mechanism, step, decoded?}. sasl_response: {mechanism, step, decoded?}. content: {part, offset, octets}.
 *  resolving: {host, port, tls}. resolved: {addresses}. connected: {address, port}. tls_established: TlsInfo.
 *  tls_message: {type, content_type, encrypted, and what TlsMessage.data has}.
 *  transport_error: {stage, code, message, reason?, certificates?, failing?}. result: FinishedResult. closed: {by}.
 *  diagnosis: Diagnosis. */
export interface Diagnosis {
  key: string;               // stable: "auth.535.gmail"
  title: string;             // what happened, one line
  cause: string;             // why
  fix: string[];             // what to do, step by step
  evidence: number[];        // seq of entries that show it
  retry: "no" | "later" | "after_change";
}

export interface Snapshot {
  connection: "none" | "resolving" | "open" | "closed";
  host?: string; port?: number; address?: string;
  tls?: TlsInfo;             // present once TLS stands
  client: string; server: string;   // state names
  chapter: Chapter;
  capabilities?: string[];   // of the latest EHLO reply; absent before it and after TLS was started
  mechanism?: string; authenticated: boolean;
  reversePath?: string;
  recipients: { path: string; state: "asked" | "accepted" | "refused"; code?: number }[];
  contentOctets: number;
  outcome?: "delivered" | "partly" | "failed" | "unknown";
}

export interface Rules {
  client: { phase: string; class: number; code: number; action: string; section: string }[];
  server: { state: string; verb: string; verdict: "accept" | "reject"; code: number; text: string; next: string; section: string }[];
}

/** The default export of both .mjs files. */
export type Create<Module> = (options?: { wasmBinary?: ArrayBuffer | Uint8Array; locateFile?: (name: string) => string }) => Promise<Module>;
