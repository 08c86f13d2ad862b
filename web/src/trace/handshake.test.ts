import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../core/types';
import { handshakeOf } from './handshake';

const message = (dir: 'c2s' | 's2c', type: string, encrypted: boolean): TraceEntry => ({
  seq: 0,
  us: 0,
  layer: 'tls',
  kind: 'tls_message',
  chapter: 'secure',
  dir,
  base64: 'AQAAAA==',
  ...(encrypted ? { secure: true as const } : {}),
  data: { type, content_type: 'handshake', encrypted },
});

describe('a handshake', () => {
  const entries: TraceEntry[] = [
    { seq: 0, us: 0, layer: 'tls', kind: 'tls_started', chapter: 'secure', data: {} },
    message('c2s', 'client_hello', false),
    message('s2c', 'server_hello', false),
    message('s2c', 'encrypted_extensions', true),
    message('s2c', 'finished', true),
    message('c2s', 'finished', true),
  ];

  it('knows from where each side encrypts', () => {
    expect(handshakeOf(entries, entries.length).map(({ index, first }) => [index, first])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, false],
      [5, true],
    ]);
  });

  it('grows with the entries', () => {
    expect(handshakeOf(entries, 3)).toHaveLength(2);
    expect(handshakeOf(entries, 1)).toHaveLength(0);
  });
});
