import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientRequest } from '../core/core';
import type { TlsLinkEvent } from '../tls/types';
import {
  type Beginning,
  begin,
  close,
  connected,
  dropFakes,
  errors,
  hello,
  sentText,
  useFakes,
} from './tunnel-fakes';
import { creditStep, writeWindow } from './tunnel-frames';
import { WireLog } from './wire-log';

beforeEach(useFakes);
afterEach(dropFakes);

const octets = (text: string) => new TextEncoder().encode(text);
const send = (text: string): TlsLinkEvent => ({ ev: 'send', octets: octets(text) });
const data = (text: string): TlsLinkEvent => ({ ev: 'data', octets: octets(text) });
const say = (text: string): ClientRequest => ({ ask: 'send', octets: octets(text) });
const startTls: ClientRequest = { ask: 'start-tls' };
const message: TlsLinkEvent = {
  ev: 'message',
  dir: 's2c',
  type: 'server_hello',
  contentType: 'handshake',
  encrypted: false,
  base64: 'AgAAAA==',
  fields: [],
  data: {},
};
const goodbye = (dir: 'c2s' | 's2c'): TlsLinkEvent => ({
  ...message,
  dir,
  type: 'close_notify',
  contentType: 'alert',
  encrypted: true,
});
const established: TlsLinkEvent = {
  ev: 'established',
  tls: { version: 'TLSv1.3', suite: 's', verified: true, where: 'page', resumed: false },
  binding: { exporter: 'AA==' },
};
const failed = (more: object): TlsLinkEvent => ({
  ev: 'failed',
  code: 'tls_verify',
  message: 'm',
  certificates: [],
  ...more,
});

/** A session up to the connection; with STARTTLS up to the start of TLS. */
function joined(more: Beginning = {}) {
  const tls = more.tls ?? 'implicit';
  const started = tls === 'starttls' ? { ready: [startTls] } : {};
  const made = begin({ inPage: {}, ...more, tls, script: { ...started, ...more.script } });
  made.socket.tell(hello);
  made.socket.tell(connected);
  const [link] = made.links;
  if (!link) throw new Error('no link was made');
  return { ...made, link };
}

/** The same, the handshake done. */
async function secured(more: Beginning = {}) {
  const made = joined(more);
  await made.link.answer(send('<hello>'));
  made.socket.text('<answer>');
  await made.link.answer(message, send('<finished>'), established);
  return made;
}

const kinds = (told: { what: string }[]) => told.map((happening) => happening.what);

describe('TLS in the page', () => {
  it('asks the relay for a raw pipe, and loads while the connection is made', () => {
    const { socket, links } = begin({ inPage: {}, tls: 'implicit' });
    expect(links).toHaveLength(1);
    expect(links[0]?.asked).toEqual([]);
    socket.tell(hello);
    expect(socket.sent).toEqual(['{"op":"open","host":"mail.example","port":587,"tls":"none"}']);
  });

  it('is not loaded for a session that wants none', () => {
    expect(begin({ inPage: {}, tls: 'never' }).links).toHaveLength(0);
  });

  it('begins with the connection, and tells message by message', async () => {
    const { client, socket, link } = await secured();
    expect(link.setups).toEqual([{ host: 'mail.example', port: 587, startTls: false }]);
    expect(sentText(socket)).toEqual(['<hello>', '<finished>']);
    expect(kinds(client.told)).toEqual(['connected', 'tls_started', 'tls_message', 'tls_established']);
    expect(client.told.at(-1)).toEqual({
      what: 'tls_established',
      tls: established.ev === 'established' ? established.tls : undefined,
      binding: { exporter: 'AA==' },
    });
  });

  it('begins where the session asks for it, without a word to the relay', async () => {
    const { client, socket } = await secured({ tls: 'starttls' });
    expect(socket.sent).not.toContain('{"op":"start_tls"}');
    expect(kinds(client.told)).toEqual(['connected', 'ready', 'tls_message', 'tls_established']);
  });

  it('hands the engine what the reader trusts', () => {
    const { link } = joined({ inPage: { engine: { only: 'PEM', verify: 'recorded' } } });
    expect(link.setups).toEqual([
      { only: 'PEM', verify: 'recorded', host: 'mail.example', port: 587, startTls: false },
    ]);
  });

  it('carries octets encrypted both ways', async () => {
    const { client, socket, link } = await secured({ script: { tls_established: [say('EHLO a'), close] } });
    expect(link.asked.at(-1)).toBe('write EHLO a');
    socket.text('<more>');
    expect(link.asked.at(-1)).toBe('receive <more>');
    expect(sentText(socket)).not.toContain('EHLO a');
    await link.answer(send('<EHLO a>'));
    expect(sentText(socket).at(-1)).toBe('<EHLO a>');
    await link.answer(data('250'));
    expect(client.received).toBe(3);
  });

  it('says goodbye before it closes, and hears the server’s', async () => {
    const { client, socket, link, sink } = await secured({ script: { tls_established: [close] } });
    expect(link.asked.at(-1)).toBe('close');
    await link.answer(goodbye('c2s'), send('<bye>'));
    expect(sentText(socket).at(-1)).toBe('<bye>');
    expect(sink.ended).not.toHaveBeenCalled();
    socket.text('<bye too>');
    await link.answer(goodbye('s2c'), { ev: 'close_notify' });
    expect(client.told.slice(-2)).toMatchObject([
      { what: 'tls_message', type: 'close_notify', dir: 'c2s' },
      { what: 'tls_message', type: 'close_notify', dir: 's2c' },
    ]);
    expect(sink.ended).toHaveBeenCalledTimes(1);
    expect(link.released).toBe(true);
  });

  it('says goodbye also where the server’s came with its last words', async () => {
    const { client, socket, link, sink } = await secured();
    socket.text('<221, bye>');
    client.queue.push(close);
    await link.answer(data('221'), goodbye('s2c'), { ev: 'close_notify' });
    expect(link.asked.at(-1)).toBe('close');
    await link.answer(goodbye('c2s'), send('<bye>'));
    expect(sentText(socket).at(-1)).toBe('<bye>');
    expect(kinds(client.told)).not.toContain('peer_closed');
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['ends the connection without', { ev: 'truncated' }],
    ['says something that is none', failed({ code: 'tls_protocol' })],
  ] as const)('is over too when the server %s', async (_, event) => {
    const { client, socket, link, sink } = await secured({ script: { tls_established: [close] } });
    await link.answer(goodbye('c2s'), send('<bye>'));
    socket.tell({ ev: 'eof' });
    expect(link.asked.at(-1)).toBe('peer_closed');
    await link.answer(event);
    expect(sink.ended).toHaveBeenCalledTimes(1);
    expect(errors(client)).toEqual([]);
    expect(kinds(client.told)).not.toContain('peer_closed');
  });

  it('does not wait long for the server’s goodbye', async () => {
    const { link, sink } = await secured({ script: { tls_established: [close] } });
    await link.answer(goodbye('c2s'), send('<bye>'));
    await vi.advanceTimersByTimeAsync(999);
    expect(sink.ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(sink.ended).toHaveBeenCalledTimes(1);
    expect(link.released).toBe(true);
  });

  it('does not wait for ever for its own goodbye', async () => {
    const { sink } = await secured({ script: { tls_established: [close] } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('keeps what went over the wire, and its keys, only where that was asked for', async () => {
    const log = new WireLog();
    const { link } = await secured({ inPage: { log } });
    await link.answer({ ev: 'key_log', line: 'CLIENT_RANDOM a b' });
    expect(log.pieces.map(({ dir, octets }) => [dir, new TextDecoder().decode(octets)])).toEqual([
      ['c2s', '<hello>'],
      ['s2c', '<answer>'],
      ['c2s', '<finished>'],
    ]);
    expect(log.keys).toEqual(['CLIENT_RANDOM a b']);
  });
});

describe('back-pressure with TLS in the page', () => {
  it('gives credit only for what the engine has dealt with', async () => {
    const { socket, link } = await secured();
    const credits = () =>
      socket.sent.filter((frame) => typeof frame === 'string' && frame.includes('credit'));
    socket.octets(creditStep);
    await vi.advanceTimersByTimeAsync(0);
    expect(credits()).toEqual([]);
    await link.answer(data('x'));
    expect(credits()).toHaveLength(1);
  });

  it('asks the session for more only when the browser has room', async () => {
    const script: Beginning['script'] = { tls_established: [say('one'), say('two')] };
    const { socket, link } = await secured({ script });
    socket.bufferedAmount = writeWindow;
    await link.answer(send('<one>'));
    await vi.advanceTimersByTimeAsync(500);
    expect(link.asked).not.toContain('write two');
    socket.bufferedAmount = 0;
    await vi.advanceTimersByTimeAsync(500);
    expect(sentText(socket).at(-1)).toBe('<one>');
    expect(link.asked.at(-1)).toBe('write two');
  });
});

describe('failing with TLS in the page', () => {
  it('ends with the words that a relay has for it', async () => {
    const { client, link, socket, sink } = joined();
    await link.answer(send('<hello>'));
    socket.text('<answer>');
    const certificates = [{ subject: 'CN=a' }];
    await link.answer(send('<alert>'), failed({ reason: 'expired', certificates, failing: 0 }));
    expect(client.told.at(-1)).toEqual({
      what: 'transport_error',
      stage: 'tls',
      code: 'tls_verify',
      message: 'm',
      reason: 'expired',
      certificates,
      failing: 0,
    });
    expect(sentText(socket)).toEqual(['<hello>', '<alert>']);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('says that the connection was damaged, where that is seen later', async () => {
    const { client, link } = await secured();
    await link.answer(failed({ code: 'tls_protocol', reason: 'broken' }));
    expect(client.told.at(-1)).toMatchObject({ stage: 'stream', code: 'tls_broken', reason: 'broken' });
  });

  it('takes nothing unencrypted behind the answer to STARTTLS', async () => {
    const { client, socket, link } = joined({ tls: 'starttls' });
    socket.text('250 AUTH PLAIN');
    await vi.advanceTimersByTimeAsync(0);
    expect(errors(client)).toEqual(['starttls_plaintext']);
    expect(link.asked).toEqual(['open']);
    expect(client.received).toBe(0);
    expect(sentText(socket)).toEqual([]);
  });

  it('leaves what comes early with implicit TLS to the engine, which knows that it is no TLS', async () => {
    const { client, socket, link } = joined();
    socket.text('220 mail.example');
    expect(link.asked.at(-1)).toBe('receive 220 mail.example');
    expect(errors(client)).toEqual([]);
  });

  it.each([
    ['implicit', 'choose STARTTLS'],
    ['starttls', 'Try again'],
  ] as const)('does not wait for ever for a handshake (%s)', async (tls, advice) => {
    const { client, link, sink } = joined({ tls });
    await link.answer(send('<hello>'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.told.at(-1)).toMatchObject({
      stage: 'tls',
      code: 'timeout',
      message: expect.stringContaining(advice),
    });
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('says when TLS cannot be had, once it is needed', async () => {
    const early = begin({ inPage: {}, tls: 'implicit' });
    await early.links[0]?.breakDown('404');
    expect(early.client.told).toEqual([]); // the relay may have gone: its own failure says more
    early.socket.tell(hello);
    early.socket.tell(connected);
    expect(early.client.told.at(-1)).toMatchObject({
      what: 'transport_error',
      stage: 'tls',
      code: 'tls_not_loaded',
      message: expect.stringContaining('404'),
    });
    expect(errors(early.client)).toHaveLength(1);
    const late = await secured();
    await late.link.breakDown('it broke');
    expect(errors(late.client)).toEqual(['tls_not_loaded']);
    expect(late.sink.ended).toHaveBeenCalledTimes(1);
  });

  it('says what the engine does not take', async () => {
    const { client, link } = joined();
    await link.answer({ ev: 'misuse', why: '"more": certificate 2 in it is damaged' });
    expect(client.told.at(-1)).toMatchObject({
      code: 'tls_not_loaded',
      reason: 'not_taken',
      message: 'The certificates that were added: certificate 2 in it is damaged.',
    });
  });

  it('does not wait for ever for the module', async () => {
    const { client } = joined();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(errors(client)).toEqual(['tls_not_loaded']);
  });

  it.each(['close_notify', 'truncated'] as const)('tells the end of what the server says: %s', async (ev) => {
    const { client, socket, link, sink } = await secured();
    socket.tell({ ev: 'eof' });
    expect(link.asked.at(-1)).toBe('peer_closed');
    expect(kinds(client.told)).not.toContain('peer_closed');
    await link.answer({ ev });
    if (ev === 'close_notify') {
      expect(link.asked.at(-1), 'it is answered').toBe('close');
      await link.answer(goodbye('c2s'), send('<bye>'));
      expect(sentText(socket).at(-1)).toBe('<bye>');
    }
    socket.tell({ ev: 'closed', by: 'server' });
    expect(kinds(client.told).filter((what) => what === 'peer_closed')).toHaveLength(1);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('tells what came before the end of the network, before it tells that end', async () => {
    const { client, socket, link } = await secured();
    socket.text('<250>');
    socket.tell({ ev: 'error', stage: 'stream', code: 'reset', message: 'm' });
    expect(errors(client)).toEqual([]);
    await link.answer(data('250'));
    expect(client.received).toBe(3);
    expect(errors(client)).toEqual(['reset']);
  });

  it.each(['implicit', 'starttls'] as const)(
    'believes no relay that says that TLS is made already (%s)',
    async (tls) => {
      const script = { tls_established: [say('AUTH PLAIN password')] };
      const { client, socket, links, sink } = begin({ inPage: {}, tls, script });
      socket.tell(hello);
      socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true });
      socket.text('220 mail.example');
      await vi.advanceTimersByTimeAsync(0);
      expect(errors(client)).toEqual(['relay_false']);
      expect(kinds(client.told)).not.toContain('tls_established');
      expect(sentText(socket)).toEqual([]);
      expect(links[0]?.released).toBe(true);
      expect(sink.ended).toHaveBeenCalledTimes(1);
    },
  );

  it('says nothing unencrypted with implicit TLS, whatever comes before the connection stands', async () => {
    const { client, socket } = begin({ inPage: {}, tls: 'implicit', script: { resolved: [say('EHLO a')] } });
    socket.tell(hello);
    socket.text('220 mail.example');
    socket.tell({ ev: 'resolved', addresses: [] });
    await vi.advanceTimersByTimeAsync(0);
    expect(client.received).toBe(0);
    expect(sentText(socket)).toEqual([]);
  });

  it('begins once, however often the relay says that the connection stands', async () => {
    const { socket, link } = await secured();
    socket.tell(connected);
    expect(link.setups).toHaveLength(1);
  });

  it('tells nothing more once it is cancelled', async () => {
    const { driver, client, link, sink } = joined();
    await link.answer(send('<hello>'));
    driver.cancel();
    await vi.advanceTimersByTimeAsync(0);
    expect(sink.ended).toHaveBeenCalledTimes(1);
    expect(link.released).toBe(true);
    await link.answer(message, established);
    expect(client.told.at(-1)).toEqual({ what: 'cancel' });
  });
});
