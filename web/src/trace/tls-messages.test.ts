import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../core/types';
import { hexText, tlsMessageFacts, tlsMessageGist, tlsMessageName } from './tls-messages';

const message = (type: string, data: Record<string, unknown> = {}): TraceEntry => ({
  seq: 0,
  us: 0,
  layer: 'tls',
  kind: 'tls_message',
  chapter: 'secure',
  dir: 'c2s',
  base64: 'AQAAAA==',
  data: { type, content_type: 'handshake', encrypted: false, where: 'page', ...data },
});

describe('messages of TLS', () => {
  it.each([
    ['client_hello', {}, 'ClientHello'],
    ['certificate_verify', {}, 'CertificateVerify'],
    ['alert', { description: 'unknown_ca' }, 'Alert unknown_ca'],
    ['handshake_99', {}, 'Handshake_99'],
    ['', {}, 'Message of TLS'],
  ])('have names: %s', (type, data, name) => {
    expect(tlsMessageName(message(type, data))).toBe(name);
  });

  it('say in a few words what counts', () => {
    expect(tlsMessageGist(message('client_hello', { server_name: 'mail.example' }))).toBe('mail.example');
    expect(tlsMessageGist(message('server_hello', { version: 'TLSv1.3', group: 'x25519' }))).toBe(
      'TLS 1.3, x25519',
    );
    expect(tlsMessageGist(message('certificate', { subjects: ['CN=a', 'CN=b'] }))).toBe('CN=a');
    expect(tlsMessageGist(message('alert', { level: 'fatal' }))).toBe('fatal');
    // What comes from outside may be anything.
    expect(tlsMessageGist(message('certificate', { subjects: 7 }))).toBe('');
    expect(tlsMessageFacts(message('certificate', { subjects: ['CN=a,O=x', 'CN=b,O=y'] }))).toEqual([
      { name: 'subjects', value: 'CN=a,O=x; CN=b,O=y' },
    ]);
    expect(tlsMessageGist(message('client_hello', { server_name: {} }))).toBe('');
  });

  it('say the rest name by name, long lists in brief first', () => {
    const suites = Array.from({ length: 9 }, (_, i) => `TLS_SUITE_NUMBER_${i}`);
    const facts = tlsMessageFacts(
      message('client_hello', { server_name: 'a', suites, groups: ['x', 'y'], damaged: true, no: '' }),
    );
    expect(facts).toEqual([
      { name: 'server name', value: 'a' },
      { name: 'suites', value: suites.join(', '), brief: 'TLS_SUITE_NUMBER_0 and 8 more' },
      { name: 'groups', value: 'x, y' },
      { name: 'damaged', value: 'yes' },
    ]);
  });

  it('are shown in hexadecimal', () => {
    expect(hexText(new Uint8Array([0, 255, 16]), 8)).toBe('00 ff 10');
    expect(hexText(new Uint8Array(9), 2)).toBe('00 00 …');
  });
});
