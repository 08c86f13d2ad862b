import { describe, expect, it } from 'vitest';
import type { TraceEntry, TraceHeader } from '../../core/types';
import { readersOf } from './readers';

const live: TraceHeader = { smtpscope: 'trace', version: 1, mode: 'live', title: 't', started: '' };
const entry = (more: Partial<TraceEntry>): TraceEntry => ({
  seq: 0,
  us: 0,
  layer: 'smtp',
  kind: 'command',
  chapter: 'greet',
  data: {},
  ...more,
});
const established = (where: 'page' | 'relay', verified: boolean) =>
  entry({ layer: 'tls', kind: 'tls_established', data: { version: 'TLSv1.3', suite: 's', where, verified } });
const login = (secure: boolean) => entry({ dir: 'c2s', chapter: 'login', ...(secure ? { secure } : {}) });
const greeting = entry({ dir: 's2c', kind: 'greeting' });

const reads = (entries: TraceEntry[]) =>
  Object.fromEntries(readersOf(live, entries, entries.length).map(({ who, reads: can }) => [who, can]));

const network = 'Anyone between relay and server';

describe('who can read what is said', () => {
  it.each([
    ['TLS of the page', [established('page', true), login(true)], { relay: 'no', others: 'no' }],
    ['the same after STARTTLS', [greeting, established('page', true)], { relay: 'partly', others: 'partly' }],
    ['TLS of the relay', [established('relay', true), login(true)], { relay: 'yes', others: 'no' }],
    // Whoever sits on the way may be the one who answered; the relay sits there too.
    [
      'TLS with a server that nobody vouches for',
      [established('page', false)],
      { relay: 'yes', others: 'yes' },
    ],
    ['a login before TLS', [login(false), established('page', true)], { relay: 'yes', others: 'yes' }],
    ['no TLS', [greeting], { relay: 'yes', others: 'yes' }],
  ])('%s', (_, entries, { relay, others }) => {
    expect(reads(entries)).toEqual({
      'This page': 'yes',
      'The relay': relay,
      [network]: others,
      'The server': 'yes',
    });
  });
});
