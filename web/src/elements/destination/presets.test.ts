import { describe, expect, it } from 'vitest';
import { addressesOf, hostProblem, isProvider, portProblem, serverOf, tlsTerms } from './presets';

const mailbox = {
  host: '127.0.0.1',
  smtp_port: 2525,
  smtps_port: 2465,
  domain: 'example.org',
  users: [{ name: 'alice@example.org', password: 'wonderland' }, { name: 'bob' }],
};
const initial = { from: 'Ada <ada@page.example>', to: 'Ben <ben@mail.example>' };

describe('presets', () => {
  it('fill in the embedded mailbox', () => {
    expect(serverOf('mailbox', mailbox)).toMatchObject({
      host: '127.0.0.1',
      port: 2525,
      tls: 'starttls',
      user: 'alice@example.org',
      password: 'wonderland',
    });
  });

  it('know both doors of Gmail', () => {
    expect(serverOf('gmail-465', null)).toMatchObject({ host: 'smtp.gmail.com', port: 465, tls: 'implicit' });
    expect(serverOf('gmail-587', null)).toMatchObject({ host: 'smtp.gmail.com', port: 587, tls: 'starttls' });
  });

  it('suggest addresses that work there', () => {
    expect(addressesOf('page', mailbox, '', initial)).toEqual(initial);
    expect(addressesOf('mailbox', mailbox, '', initial)).toEqual({
      from: 'alice@example.org',
      to: 'bob@example.org',
    });
    const alone = { ...mailbox, users: [{ name: 'demo' }] };
    expect(addressesOf('mailbox', alone, '', initial)).toEqual({
      from: 'demo@example.org',
      to: 'demo@example.org',
    });
    expect(addressesOf('gmail-587', mailbox, 'a@gmail.example', initial).from).toBe('a@gmail.example');
    expect(addressesOf('other', mailbox, 'nobody', initial)).toEqual({ from: '', to: '' });
  });
});

describe('hosts and ports', () => {
  it.each([
    'mail.example',
    'localhost',
    '127.0.0.1',
    '2001:db8::1',
    '::1',
    '2001:db8::',
    'mail_1.example',
    'a',
  ])('takes %s', (host) => {
    expect(hostProblem(host)).toBeUndefined();
  });

  it.each(['', 'smtp://mail.example', 'mail example', 'mail.example.', '-a', 'a@b', 'x'.repeat(254)])(
    'refuses %j',
    (host) => {
      expect(hostProblem(host)).toBeTypeOf('string');
    },
  );

  it.each([
    ['bücher.example', 'xn--bcher-kva.example'],
    ['mail.example:25', 'field of its own'],
    ['a:b', 'field of its own'],
  ])('says how %s is written', (host, says) => {
    expect(hostProblem(host)).toContain(says);
  });

  it.each([0, 65536, 1.5, Number.NaN])('refuses port %d', (port) => {
    expect(portProblem(port)).toBeTypeOf('string');
  });
});

describe('who may make TLS, and who vouches', () => {
  const relay = {
    version: '1',
    auth: false,
    destinations: [
      { host: 'smtp.gmail.com', port: 465, ciphertext_only: true },
      { host: '127.0.0.1', port: 2525, mailbox: true, ciphertext_only: false },
    ],
    mailbox: { ...mailbox, certificate: 'PEM' },
  };

  it('is free for a server of the reader’s own', () => {
    expect(tlsTerms('other', { host: 'mail.example', port: 587 }, relay)).toEqual({
      forced: undefined,
      own: true,
    });
  });

  it('is never anybody’s own at a provider', () => {
    expect(tlsTerms('other', { host: 'smtp.gmail.com', port: 587 }, relay)).toMatchObject({ own: false });
    expect(tlsTerms('gmail-587', { host: 'smtp.gmail.com', port: 587 }, relay)).toMatchObject({ own: false });
    expect(['a.outlook.com', 'GMAIL.com', ' smtp.office365.com'].every(isProvider)).toBe(true);
    expect(['notgmail.com', 'gmail.com.example', ''].some(isProvider)).toBe(false);
  });

  it('is the page where the relay carries ciphertext only', () => {
    expect(tlsTerms('gmail-465', { host: 'smtp.gmail.com', port: 465 }, relay)).toMatchObject({
      forced: 'page',
    });
  });

  it('is known however the host is written', () => {
    expect(tlsTerms('other', { host: ' SMTP.Gmail.com', port: 465 }, relay)).toMatchObject({
      forced: 'page',
    });
    const named = {
      ...relay,
      destinations: [{ host: 'localhost', port: 25, mailbox: true, ciphertext_only: false }],
    };
    expect(tlsTerms('other', { host: 'LocalHost', port: 25 }, named)).toMatchObject({ only: 'PEM' });
  });

  it.each(['smtp.gmail.com', 'mail.example'])('is never the relay’s authority for a name: %s', (host) => {
    const greedy = { ...relay, destinations: [{ host, port: 465, mailbox: true, ciphertext_only: false }] };
    for (const preset of ['gmail-465', 'other'] as const)
      expect(tlsTerms(preset, { host, port: 465 }, greedy).only).toBeUndefined();
  });

  it('is the relay’s authority for its mailbox, however that was chosen', () => {
    const only = { only: 'PEM', own: false };
    expect(tlsTerms('mailbox', { host: '127.0.0.1', port: 2465 }, relay)).toMatchObject(only);
    expect(tlsTerms('other', { host: '127.0.0.1', port: 2525 }, relay)).toMatchObject(only);
    expect(tlsTerms('mailbox', { host: '127.0.0.1', port: 2525 }, { ...relay, mailbox })).toMatchObject({
      forced: 'relay',
    });
    expect(tlsTerms('mailbox', { host: '127.0.0.1', port: 2525 }, null)).toMatchObject({ forced: 'relay' });
  });
});
