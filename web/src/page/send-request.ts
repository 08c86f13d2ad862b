// What the composer hands over when somebody presses Send.

import type { DraftFile } from '../core/core';
import type { Mechanism } from '../core/types';

export interface MessageDraft {
  from: string;
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  text: string;
  files: readonly DraftFile[];
}

export type TlsChoice = 'implicit' | 'starttls' | 'never';

/** What goes wrong on purpose in a simulated session. */
export type Breakage = 'nothing' | 'password' | 'recipient' | 'size' | 'hang-up';

export interface SimulatedTarget {
  kind: 'simulated';
  tls: TlsChoice;
  /** Undefined: no login. */
  mechanism: Mechanism | undefined;
  latencyMs: number;
  breakage: Breakage;
  /** The verb that the server answers by hanging up; "." is the end of the content. */
  hangUpAfter: string;
}

/** Who makes TLS. In the page it can be trusted differently; what the reader trusts is in PEM. */
export type TlsPlace =
  | { where: 'relay' }
  | {
      where: 'page';
      /** Certificates that count beside the usual authorities. */
      more?: string | undefined;
      /** Certificates that count instead of them. */
      only?: string | undefined;
      /** The session goes on with a server that nobody vouches for. Of the reader's own servers only. */
      unverified: boolean;
      /** What went over the wire and its keys are kept until the next session. */
      keepKeys: boolean;
    };

export interface LiveTarget {
  kind: 'live';
  host: string;
  port: number;
  tls: TlsChoice;
  place: TlsPlace;
  /** `secret` is a password, or a token where the mechanism takes one. */
  auth: { user: string; secret: string; mechanism: Mechanism | undefined } | undefined;
  /** The user allowed a login without encryption, by name. */
  cleartextAuth: boolean;
  /** The relay's own mailbox, whose messages can be read back. */
  mailbox: boolean;
  /** For a relay that asks for one. */
  relayToken: string | undefined;
}

export type Target = SimulatedTarget | LiveTarget;

export interface SendRequest {
  draft: MessageDraft;
  target: Target;
}

/** Verbs at which the simulated server can hang up, with their names for people. */
export const hangUpPoints: readonly (readonly [string, string])[] = [
  ['EHLO', 'when greeted (EHLO)'],
  ['STARTTLS', 'when asked for encryption (STARTTLS)'],
  ['AUTH', 'during the login (AUTH)'],
  ['MAIL', 'at the sender (MAIL)'],
  ['RCPT', 'at the recipient (RCPT)'],
  ['DATA', 'before the message (DATA)'],
  ['.', 'after the message, before its answer'],
];
