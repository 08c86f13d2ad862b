import { describe, expect, it } from 'vitest';
import { formatRequest, parseRelayEvent } from './tunnel-frames';

describe('frames of the relay', () => {
  it.each([
    [
      '{"ev":"hello","version":1,"limits":{},"destinations":[],"auth":false}',
      { ev: 'hello', version: 1, auth: false },
    ],
    ['{"ev":"resolved","addresses":["192.0.2.1"],"us":8123}', { ev: 'resolved', addresses: ['192.0.2.1'] }],
    [
      '{"ev":"connected","address":"192.0.2.1","port":587,"us":1}',
      { ev: 'connected', address: '192.0.2.1', port: 587 },
    ],
    ['{"ev":"eof"}', { ev: 'eof' }],
    ['{"ev":"closed","by":"server","bytes_up":1,"bytes_down":2}', { ev: 'closed', by: 'server' }],
    [
      '{"ev":"error","stage":"tls","code":"tls_verify","message":"m","retryable":false,"reason":"expired"}',
      { ev: 'error', stage: 'tls', code: 'tls_verify', message: 'm', reason: 'expired' },
    ],
  ])('%s', (frame, event) => {
    expect(parseRelayEvent(frame)).toEqual(event);
  });

  it('takes certificates of a TLS event', () => {
    const certificate = { subject: 's', issuer: 'i', names: ['n'], notBefore: 'a', notAfter: 'b' };
    const frame = {
      ev: 'tls',
      version: 'TLSv1.3',
      suite: 'x',
      verified: true,
      chain: ['AA=='],
      certificates: [certificate],
    };
    expect(parseRelayEvent(JSON.stringify(frame))).toMatchObject({ ev: 'tls', certificates: [certificate] });
  });

  it.each(['', 'x', '[]', '{"ev":"party"}', '{"ev":"connected","address":1}'])('refuses %j', (frame) => {
    expect(parseRelayEvent(frame)).toBeUndefined();
  });
});

it('requests are what the relay documents', () => {
  expect(formatRequest({ op: 'open', host: 'mail.example', port: 465, tls: 'implicit' })).toBe(
    '{"op":"open","host":"mail.example","port":465,"tls":"implicit"}',
  );
});
