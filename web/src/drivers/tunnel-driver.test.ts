import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientRequest } from '../core/core';
import { begin, close, connected, dropFakes, errors, type FakeSocket, hello, useFakes } from './tunnel-fakes';
import { creditStep, frameOctets, subprotocol, writeWindow } from './tunnel-frames';

beforeEach(useFakes);
afterEach(dropFakes);

describe('opening', () => {
  it('gives a token to a relay that asks for one, before anything else, and to no other', () => {
    const asked = begin({ relay: { token: 'let me in' } });
    asked.socket.tell({ ...hello, auth: true });
    const open = '{"op":"open","host":"mail.example","port":587,"tls":"none"}';
    expect(asked.socket.sent).toEqual(['{"op":"auth","token":"let me in"}', open]);
    const free = begin({ relay: { token: 'let me in' } });
    free.socket.tell(hello);
    expect(free.socket.sent).toEqual([open]);
  });

  it('speaks the subprotocol beside the page, and asks for the server after hello', () => {
    const { socket } = begin();
    expect(socket.url.href).toBe('wss://page.example/in/tunnel');
    expect(socket.protocol).toBe(subprotocol);
    expect(socket.sent).toEqual([]);
    socket.tell(hello);
    expect(socket.sent).toEqual(['{"op":"open","host":"mail.example","port":587,"tls":"none"}']);
  });

  it('tells each stage in order', () => {
    const { socket, client } = begin();
    socket.tell(hello);
    socket.tell({ ev: 'resolved', addresses: ['192.0.2.1'] });
    socket.tell(connected);
    expect(client.told.map((happening) => happening.what)).toEqual(['resolved', 'connected', 'ready']);
  });

  it('begins TLS at once where that is asked for', () => {
    const { socket, client } = begin({ tls: 'implicit' });
    socket.tell(hello);
    expect(socket.sent).toEqual(['{"op":"open","host":"mail.example","port":587,"tls":"implicit"}']);
    socket.tell(connected);
    socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true });
    expect(client.told.map((happening) => happening.what)).toEqual([
      'connected',
      'tls_started',
      'tls_established',
    ]);
    expect(client.told.at(-1)).toMatchObject({ tls: { where: 'relay', verified: true, chain: [] } });
  });
});

describe('TLS of the relay', () => {
  const seen = {
    type: 'client_hello',
    dir: 'c2s',
    length: 4,
    encrypted: false,
    contentType: 'handshake',
    base64: 'AQAAAA==',
    fields: [[0, 4, 'handshake_header', -1]],
    data: { server_name: 'mail.example' },
  };

  it('is told message by message', () => {
    const { socket, client } = begin();
    socket.tell(hello);
    socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true, alpn: 'x', messages: [seen] });
    const { length: _, ...told } = seen;
    expect(client.told).toEqual([
      { what: 'tls_message', ...told, data: { ...told.data, where: 'relay' } },
      { what: 'tls_established', tls: expect.objectContaining({ where: 'relay', alpn: 'x' }) },
    ]);
  });

  it('is told with the time of each message, which is not that of the frame', () => {
    const { socket, client } = begin({ tls: 'implicit' });
    socket.tell(hello);
    socket.tell(connected);
    const began = client.times.at(-1) ?? Number.NaN;
    vi.advanceTimersByTime(50);
    const messages = [100, 2_500, 4_000, 9_000_000].map((us) => ({ ...seen, us }));
    socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true, messages });
    const [first, second, third, late, established] = client.times.slice(-5);
    expect([first, second, third]).toEqual([began + 100, began + 2_500, began + 4_000]);
    // No clock of another machine puts anything into the future.
    expect(late).toBeLessThanOrEqual(established ?? 0);
    expect(established).toBeGreaterThanOrEqual(began + 50_000);
  });

  describe('at its end', () => {
    const alert = (dir: 'c2s' | 's2c') => ({
      ...seen,
      type: 'alert',
      dir,
      length: 2,
      encrypted: true,
      contentType: 'alert',
      base64: 'AQA=',
      fields: [],
      data: { description: 'close_notify' },
    });
    const tls = { ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true };
    const leaving = () => {
      const made = begin({ script: { tls_established: [close] } });
      made.socket.tell(hello);
      made.socket.tell(tls);
      return made;
    };
    const asked = ({ sent }: FakeSocket) => sent.filter((frame) => frame === '{"op":"eof"}').length;

    it('is told too: the relay says goodbye and hears the server’s', async () => {
      const { socket, client, sink } = leaving();
      expect(asked(socket)).toBe(1);
      expect(sink.ended).not.toHaveBeenCalled();
      socket.tell({ ev: 'tls_messages', messages: [alert('c2s'), alert('s2c')] });
      expect(sink.ended).not.toHaveBeenCalled();
      socket.tell({ ev: 'eof' });
      await vi.advanceTimersByTimeAsync(0);
      expect(client.told.slice(1, 3)).toMatchObject([
        { what: 'tls_message', type: 'alert', dir: 'c2s', data: { where: 'relay' } },
        { what: 'tls_message', type: 'alert', dir: 's2c' },
      ]);
      expect(sink.ended).toHaveBeenCalledTimes(1);
    });

    it.each([
      ['breaks off', { ev: 'error', stage: 'stream', code: 'reset', message: 'm' }],
      ['is an older one', { ev: 'closed', by: 'page' }],
    ])('is over too when the relay %s', async (_, event) => {
      const { socket, sink } = leaving();
      socket.tell(event);
      await vi.advanceTimersByTimeAsync(0);
      expect(sink.ended).toHaveBeenCalledTimes(1);
    });

    it('is not waited for long', async () => {
      const { sink } = leaving();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(sink.ended).toHaveBeenCalledTimes(1);
    });

    it('is told before the end of the connection where the server began', async () => {
      const { socket, client } = begin();
      socket.tell(hello);
      socket.tell(tls);
      socket.tell({ ev: 'tls_messages', messages: [alert('s2c'), alert('c2s')] });
      socket.tell({ ev: 'eof' });
      await vi.advanceTimersByTimeAsync(0);
      expect(client.told.map(({ what }) => what)).toEqual([
        'tls_established',
        'tls_message',
        'tls_message',
        'peer_closed',
      ]);
      expect(asked(socket)).toBe(0);
    });
  });

  it('is told up to where it failed, with the certificate that was refused', () => {
    const { socket, client } = begin();
    const certificate = {
      subject: 'CN=a',
      issuer: 'CN=b',
      names: ['a'],
      notBefore: '',
      notAfter: '',
      serial: '01',
    };
    socket.tell(hello);
    socket.tell({
      ev: 'error',
      stage: 'tls',
      code: 'tls_verify',
      message: 'm',
      reason: 'expired',
      certificates: [certificate],
      failing: 0,
      messages: [seen],
    });
    expect(client.told.map((happening) => happening.what)).toEqual(['tls_message', 'transport_error']);
    expect(client.told.at(-1)).toMatchObject({ reason: 'expired', failing: 0, certificates: [certificate] });
  });

  it('of an older relay, which names messages only, is told as before', () => {
    const { socket, client } = begin();
    socket.tell(hello);
    const messages = [{ type: 'client_hello', direction: 'c2s', length: 312 }];
    socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true, messages });
    expect(client.told.map((happening) => happening.what)).toEqual(['tls_established']);
  });
});

describe('failing', () => {
  it('says that the relay is not there', async () => {
    const { socket, client, sink } = begin();
    socket.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors(client)).toEqual(['relay_unreachable']);
    expect(sink.ended).toHaveBeenCalledTimes(1);
    expect(client.released).toBe(1);
  });

  it('says that the relay does not want this page', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('ok\n')));
    const { socket, client } = begin();
    socket.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors(client)).toEqual(['relay_refused']);
  });

  it('does not wait for a hello for ever', async () => {
    const { client, sink } = begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors(client)).toEqual(['relay_unreachable']);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('passes on what the relay says, once, with its reason', async () => {
    const { socket, client, sink } = begin();
    socket.tell(hello);
    socket.tell({ ev: 'error', stage: 'tls', code: 'tls_verify', message: 'm', reason: 'expired' });
    socket.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect(client.told).toEqual([
      { what: 'transport_error', stage: 'tls', code: 'tls_verify', message: 'm', reason: 'expired' },
    ]);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('tells a server that hung up from a relay that did', async () => {
    const server = begin();
    server.socket.tell(hello);
    server.socket.tell({ ev: 'eof' });
    server.socket.tell({ ev: 'closed', by: 'server' });
    await vi.advanceTimersByTimeAsync(0);
    expect(server.client.told).toEqual([{ what: 'peer_closed' }]);
    const relay = begin();
    relay.socket.tell(hello);
    relay.socket.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors(relay.client)).toEqual(['relay_closed']);
  });

  it('ends frames that it does not understand, and other versions', async () => {
    for (const [event, code] of [
      [{ ev: 'party' }, 'relay_closed'],
      [{ ...hello, version: 2 }, 'relay_refused'],
    ] as const) {
      const { socket, client, sink } = begin();
      socket.tell(event);
      await vi.advanceTimersByTimeAsync(0);
      expect(errors(client)).toEqual([code]);
      expect(sink.ended).toHaveBeenCalledTimes(1);
    }
  });

  it('ends even when the session has no conclusion', async () => {
    const { socket, sink } = begin({ script: { transport_error: [] } });
    socket.tell(hello);
    socket.drop();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(sink.ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('can be cancelled at any time', async () => {
    const { driver, client, sink } = begin();
    driver.cancel();
    driver.cancel();
    await vi.advanceTimersByTimeAsync(0);
    expect(client.told).toEqual([{ what: 'cancel' }]);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });
});

describe('carrying bytes', () => {
  const big: ClientRequest = { ask: 'send', octets: new Uint8Array(2 * frameOctets + 1) };
  const data = (socket: FakeSocket) =>
    socket.sent.flatMap((frame) => (typeof frame === 'string' ? [] : [frame.length]));

  it('writes frames of the largest size', async () => {
    const { socket } = begin({ script: { ready: [big] } });
    socket.tell(hello);
    socket.tell(connected);
    await vi.advanceTimersByTimeAsync(0);
    expect(data(socket)).toEqual([frameOctets, frameOctets, 1]);
  });

  it('waits while the browser holds more than the window', async () => {
    const { socket } = begin({ script: { ready: [big, { ask: 'start-tls' }] } });
    socket.tell(hello);
    socket.bufferedAmount = writeWindow;
    socket.tell(connected);
    await vi.advanceTimersByTimeAsync(500);
    expect(data(socket)).toEqual([]);
    expect(socket.sent).not.toContain('{"op":"start_tls"}');
    socket.bufferedAmount = 0;
    await vi.advanceTimersByTimeAsync(500);
    expect(data(socket)).toHaveLength(3);
    expect(socket.sent.at(-1)).toBe('{"op":"start_tls"}');
  });

  it('gives credit for what it has consumed', () => {
    const { socket, client } = begin();
    socket.tell(hello);
    socket.tell(connected);
    socket.octets(creditStep - 1);
    expect(socket.sent).toHaveLength(1);
    socket.octets(1);
    expect(socket.sent.at(-1)).toBe(`{"op":"credit","bytes":${creditStep}}`);
    expect(client.received).toBe(creditStep);
  });

  it('fires the timer of the session, unless something is asked for before', async () => {
    const timer: ClientRequest = { ask: 'arm-timer', seconds: 60 };
    const late = begin({ script: { ready: [timer], timer_fired: [close] } });
    late.socket.tell(hello);
    late.socket.tell(connected);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(late.client.told.at(-1)).toEqual({ what: 'timer_fired' });
    expect(late.sink.ended).toHaveBeenCalledTimes(1);
    const quick = begin({ script: { ready: [timer], tls_established: [{ ask: 'arm-timer', seconds: 0 }] } });
    quick.socket.tell(hello);
    quick.socket.tell(connected);
    quick.socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(quick.client.told.map((happening) => happening.what)).not.toContain('timer_fired');
  });

  it('hands over every entry before it ends', async () => {
    const { socket, sink } = begin();
    socket.tell(hello);
    socket.tell({ ev: 'eof' });
    await vi.advanceTimersByTimeAsync(0);
    const calls = sink.appended.mock.invocationCallOrder.at(-1) ?? Number.POSITIVE_INFINITY;
    expect(calls).toBeLessThan(sink.ended.mock.invocationCallOrder[0] ?? 0);
  });
});
