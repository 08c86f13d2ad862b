// Who can read what on the way, told from the trace alone.

import type { TlsInfo, TraceEntry, TraceHeader } from '../../core/types';

export interface Reader {
  who: string;
  /** Can this one read the message and the password? */
  reads: 'yes' | 'no' | 'partly';
  why: string;
}

/** TLS as it stands after some entries; undefined while the link is plain. */
export function tlsOf(entries: readonly TraceEntry[], count: number): TlsInfo | undefined {
  const entry = entries.slice(0, count).findLast((e) => e.kind === 'tls_established');
  return entry ? (entry.data as unknown as TlsInfo) : undefined;
}

/** Was something said in the clear, and was it a secret? */
export function saidInClear(
  entries: readonly TraceEntry[],
  count: number,
): { any: boolean; login: boolean; message: boolean } {
  const plain = entries
    .slice(0, count)
    .filter((entry) => entry.layer !== 'tls' && entry.dir && !entry.secure);
  return {
    any: plain.length > 0,
    login: plain.some((entry) => entry.chapter === 'login'),
    message: plain.some((entry) => entry.kind === 'content'),
  };
}

function network(entries: readonly TraceEntry[], count: number, tls: TlsInfo | undefined): Reader {
  const clear = saidInClear(entries, count);
  const who = 'Anyone between relay and server';
  if (clear.login || clear.message)
    return {
      who,
      reads: 'yes',
      why: `${clear.login ? 'The login' : 'The message'} went over the network without encryption.`,
    };
  if (!tls)
    return {
      who,
      reads: clear.any ? 'yes' : 'partly',
      why: 'Nothing is encrypted yet: everything said so far can be read.',
    };
  if (!tls.verified && tls.where !== 'simulated')
    return {
      who,
      reads: 'yes',
      why: 'Nobody vouches for the certificate: who sits on the way could have answered in the server’s place.',
    };
  return clear.any
    ? {
        who,
        reads: 'partly',
        why: 'They saw the greeting and the wish for STARTTLS; everything after that is encrypted.',
      }
    : { who, reads: 'no', why: 'Everything was encrypted from the first byte.' };
}

function relay(entries: readonly TraceEntry[], count: number, tls: TlsInfo | undefined): Reader {
  const clear = saidInClear(entries, count);
  const who = 'The relay';
  if (tls && tls.where !== 'page')
    return {
      who,
      reads: 'yes',
      why: 'It makes the TLS connection for this page, so it sees the login and the message. Use a relay you trust: your own.',
    };
  if (!tls || clear.login || clear.message)
    return { who, reads: 'yes', why: 'It carries what this page and the server say, unencrypted.' };
  // It sits on the way as well as anybody.
  if (!tls.verified)
    return {
      who,
      reads: 'yes',
      why: 'TLS is made in this page, but nobody vouches for the certificate: the relay could have answered in the server’s place.',
    };
  return {
    who,
    reads: clear.any ? 'partly' : 'no',
    why: clear.any
      ? 'TLS is made in this page. The relay saw the greeting and the wish for STARTTLS; since then it carries ciphertext.'
      : 'TLS is made in this page; the relay carries ciphertext.',
  };
}

/** Everyone on the path, in order. Honest for a relay that does the TLS: it sees all of it. */
export function readersOf(header: TraceHeader, entries: readonly TraceEntry[], count: number): Reader[] {
  const tls = tlsOf(entries, count);
  if (header.mode !== 'live')
    return [
      { who: 'This page', reads: 'yes', why: 'Client and server both run here; nothing leaves this page.' },
      {
        who: 'A real network',
        reads: 'no',
        why: tls
          ? 'There is none. In a real session, TLS would now hide what is said.'
          : 'There is none. In a real session, it could read all of this now.',
      },
    ];
  return [
    {
      who: 'This page',
      reads: 'yes',
      why: 'You typed it here. Whoever serves this page could change the page.',
    },
    relay(entries, count, tls),
    network(entries, count, tls),
    {
      who: 'The server',
      reads: 'yes',
      why: 'It has to: it takes the login and the message, and hands the message on.',
    },
  ];
}
