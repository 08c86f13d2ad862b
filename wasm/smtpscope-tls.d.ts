// The C exports of the module smtpscope-tls: TLS 1.2 and 1.3 for a page (RFC 8446, RFC 5246), as a client. It
// knows no socket: what came from the network goes in, what has to go there comes out, as events of a queue.
// Loaded only when a session needs it, in a worker. Written by hand, pinned by tests/wasm.
//
// Conventions
//   handle   integer > 0, or 0 for failure; an unknown handle is an error, never a trap
//   (ptr, len)  octets in the module's memory: allocate with smtp_alloc, free with smtp_free; what lies
//            outside of it counts as no octets
//   results  a call leaves its result (JSON as UTF-8, or octets) in one buffer, valid until the next
//            call: read it with smtp_result_data() and smtp_result_size() and copy it at once
//   errors   a call that fails returns 0 (handles) or -1, and the result is {"code","detail"}: the caller
//            did something wrong, and the engine is as it was. What goes wrong with the peer or its
//            certificate is an event, `failed`
//   now      seconds since 1970-01-01T00:00:00Z as a double; certificates are judged by it
//   nothing throws; no state is shared between engines but the roots
//   randomness  crypto.getRandomValues; where there is none, smtp_tls_ready returns -1, and so does
//            everything that would need it
//
// In what order
//   smtp_tls_roots once, with smtpscope-roots.pem. For a session smtp_tls_new; then next until NOTHING, which gives
//   the ClientHello to send. After every receive, write, close and peer_closed: next until NOTHING.
//   After `failed`, `close_notify` and `truncated` send what is still to be sent, then release.

import type { TlsInfo } from './smtpscope-core';

export type { Create } from './smtpscope-core';

export interface SmtpscopeTls {
  HEAPU8: Uint8Array; // replaced when memory grows: read it anew after every call

  _smtp_alloc(octets: number): number;
  _smtp_free(ptr: number): void;
  _smtp_result_data(): number;
  _smtp_result_size(): number;
  /** Version of the module: result is text, returns 1. */
  _smtp_version(): number;
  /** Frees an engine; keys are overwritten. Returns 1 or -1. */
  _smtp_release(handle: number): number;

  /** Whether there is randomness: returns 1, or -1 (code "no_randomness"). */
  _smtp_tls_ready(): number;

  /**
   * The authorities to be trusted: certificates in PEM, one after the other, with any text between them.
   * Replaces what was trusted before, for engines made afterwards. Returns how many can be used, or -1
   * (code "invalid_argument", detail says which one is damaged) and what was trusted before still is.
   */
  _smtp_tls_roots(ptr: number, len: number): number;

  /** An engine, its ClientHello ready to be sent. JSON in: TlsSetup. Returns a handle, or 0 (detail names the wrong member). */
  _smtp_tls_new(ptr: number, len: number): number;

  /** Octets from the network, any number of them. Returns 1 or -1. */
  _smtp_tls_receive(engine: number, ptr: number, len: number, now: number): number;
  /** Octets to be sent encrypted, any number of them. Returns 1, or -1 before `established` and after the end. */
  _smtp_tls_write(engine: number, ptr: number, len: number): number;
  /** Says that nothing more will be written: close_notify is to be sent (RFC 8446 §6.1). Octets are still received. Returns 1 or -1. */
  _smtp_tls_close(engine: number): number;
  /** The network's connection was closed by the peer. Without a close_notify before it the event is `truncated`. Returns 1 or -1. */
  _smtp_tls_peer_closed(engine: number, now: number): number;

  /** The next event. Result: TlsEvent. Returns 1, 0 with {"ev":"nothing"}, or -1. */
  _smtp_tls_next(engine: number): number;
  /** The octets of the `send` or `data` that next has just given; they are gone with the next call of next. Result: octets. Returns 1 or -1. */
  _smtp_tls_take(engine: number): number;
}

export interface TlsSetup {
  host: string;              // the name the certificate must have, or an address; a name is also sent (SNI)
  now: number;               // seconds since 1970
  port?: number;             // for messages to people
  startTls?: boolean;        // the connection began without TLS; for messages to people
  more?: string;             // certificates in PEM to be trusted besides the roots
  only?: string;             // certificates in PEM to be trusted instead of the roots
  verify?: 'demanded' | 'recorded';  // default demanded. recorded: goes on, `established` has verified:false and the reason
  alpn?: string[];           // RFC 7301, in order of preference
  keyLog?: boolean;          // default false: no event key_log
  resume?: string;           // base64 of a `session` of the same host, with the same trust: its certificate is not judged anew
  minVersion?: 'TLSv1.2' | 'TLSv1.3';  // default TLSv1.2
}

/** Why a certificate or a handshake was refused: the reasons of the tunnel's error frame (relay/README.md). */
export type TlsReason =
  | 'expired' | 'not_yet_valid' | 'self_signed' | 'unknown_authority' | 'incomplete_chain' | 'name_mismatch' | 'no_host_names'
  | 'weak' | 'other'                                      // of a certificate: code tls_verify
  | 'not_tls' | 'no_common_terms' | 'alert' | 'broken';   // of a handshake: code tls_protocol

export type TlsDirection = 'c2s' | 's2c';

/** For people; what the text says is the peer's. */
export interface TlsCertificate {
  subject: string;
  issuer: string;
  names: string[];           // hosts it is for
  notBefore: string;         // UTC, RFC 3339
  notAfter: string;
  serial: string;            // hexadecimal
  key: string;               // "RSA 2048", "EC secp256r1", "Ed25519"
  signature: string;         // "sha256WithRSAEncryption"
  sha256: string;            // fingerprint of the DER, hexadecimal
  der: string;               // base64
}

/** What `established` adds to the TlsInfo of smtpscope-core. */
export interface TlsPageInfo extends TlsInfo {
  where: 'page';
  alpn?: string;
  resumed: boolean;
  reason?: TlsReason;        // when not verified: only with verify: 'recorded'
}

/** `[begin, end, name, parent]`: octets of the message; parent is an index into the list, -1 for none. */
export type TlsField = [number, number, string, number];

/** Members that have no meaning for an event are absent. */
export type TlsEvent =
  | { ev: 'nothing' }
  | { ev: 'send' }           // octets for the network: take them
  | { ev: 'data' }           // octets of the peer, decrypted: take them
  | {                        // one handshake message, change_cipher_spec or alert, decrypted; `base64` is all of it
      ev: 'message';
      dir: TlsDirection;
      type: string;          // RFC 8446 §4: "client_hello", "certificate_verify" …; "change_cipher_spec", "alert"
      contentType: 'handshake' | 'change_cipher_spec' | 'alert';
      encrypted: boolean;    // on the wire
      base64: string;
      fields: TlsField[];
      data: Record<string, unknown>;  // what the fields mean
    }
  | { ev: 'record'; dir: TlsDirection; contentType: string; version: string; length: number; encrypted: boolean }
  | { ev: 'chain'; certificates: TlsCertificate[] }  // as the server sent them, its own first
  | {
      ev: 'established';
      tls: TlsPageInfo;
      binding: { exporter?: string; serverEndPoint?: string };  // base64: RFC 9266 (TLS 1.3 and where extended_master_secret was used), RFC 5929 §4
    }
  | { ev: 'session'; base64: string }                // for TlsSetup.resume; secret, as a password is
  | { ev: 'alert'; dir: TlsDirection; level: 'warning' | 'fatal'; description: string }
  | { ev: 'close_notify' }   // the peer will send nothing more
  | { ev: 'truncated' }      // the peer hung up without saying so: what came last may be missing
  | {
      ev: 'failed';          // nothing more can be done; an alert may still be to be sent
      code: 'tls_verify' | 'tls_protocol' | 'reset';
      reason?: TlsReason;
      message: string;       // for people
      failing?: number;      // which of `certificates`, from 0
      certificates: TlsCertificate[];  // as far as the server sent any
    }
  | { ev: 'key_log'; line: string };                 // NSS key log format; only with keyLog
