// The logins (SASL mechanisms) that the page offers. Those with channel binding are for TLS that the page
// makes itself: they prove the password to the very server that holds the other end of it.

import type { Mechanism } from '../core/types';

export interface MechanismChoice {
  name: Mechanism;
  title: string;
  /** What it takes in place of a password. */
  token?: true;
  /** It is tied to the TLS connection. */
  bound?: true;
}

export const mechanisms: readonly MechanismChoice[] = [
  { name: 'PLAIN', title: 'PLAIN: name and password in one word' },
  { name: 'LOGIN', title: 'LOGIN: asked for one by one' },
  { name: 'SCRAM-SHA-256', title: 'SCRAM-SHA-256: proves the password, never sends it' },
  { name: 'SCRAM-SHA-512', title: 'SCRAM-SHA-512: the same with longer digests' },
  {
    name: 'SCRAM-SHA-256-PLUS',
    title: 'SCRAM-SHA-256-PLUS: and tied to this TLS connection',
    bound: true,
  },
  {
    name: 'SCRAM-SHA-512-PLUS',
    title: 'SCRAM-SHA-512-PLUS: tied, with longer digests',
    bound: true,
  },
  { name: 'SCRAM-SHA-1', title: 'SCRAM-SHA-1: the same with older digests' },
  { name: 'DIGEST-MD5', title: 'DIGEST-MD5: an early proof, now historic' },
  { name: 'CRAM-MD5', title: 'CRAM-MD5: the first proof, now weak' },
  { name: 'OAUTHBEARER', title: 'OAUTHBEARER: an access token', token: true },
  { name: 'XOAUTH2', title: 'XOAUTH2: an access token, Google’s way', token: true },
];

/** Those that can work: without TLS of the page's own there is nothing to tie a login to. */
export const mechanismsFor = (tlsInPage: boolean): readonly MechanismChoice[] =>
  mechanisms.filter(({ bound }) => tlsInPage || !bound);

export const mechanismNamed = (name: string): MechanismChoice | undefined =>
  mechanisms.find((known) => known.name === name);

/** Whether the password or token itself is sent, or may be where the server decides; others send a proof of it. */
export const sendsSecret = (name: Mechanism | undefined): boolean =>
  !/^(SCRAM|CRAM|DIGEST)-/.test(name ?? '');

/** How the core takes a login: a token by its own name. */
export function loginOf(user: string, secret: string, name: Mechanism | undefined) {
  const known = name && mechanismNamed(name);
  return {
    user,
    ...(known?.token ? { token: secret } : { password: secret }),
    ...(name ? { mechanism: name } : {}),
  };
}
