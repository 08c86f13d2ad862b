import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientRequest, Core, CoreClient } from '../core/core';
import type { Happening, TraceEntry } from '../core/types';
import { TunnelDriver } from './tunnel-driver';
import { creditStep, frameOctets, subprotocol, writeWindow } from './tunnel-frames';

/** A WebSocket whose other side is the test. */
class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  static last: FakeSocket;
  readonly sent: (string | Uint8Array)[] = [];
  readyState = FakeSocket.CONNECTING;
  bufferedAmount = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  readonly url: URL;
  readonly protocol: string;

  constructor(url: URL, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    FakeSocket.last = this;
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = FakeSocket.CLOSED;
  }

  /** The relay says something. */
  tell(event: unknown): void {
    this.readyState = FakeSocket.OPEN;
    this.onmessage?.({ data: JSON.stringify(event) });
  }

  octets(size: number): void {
    this.onmessage?.({ data: new ArrayBuffer(size) });
  }

  /** The connection breaks. */
  drop(): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.();
  }
}

/** A client session that follows a script: what it asks for after each happening. */
class FakeClient {
  readonly told: Happening[] = [];
  received = 0;
  released = 0;
  private readonly queue: ClientRequest[] = [];
  private readonly script: Partial<Record<Happening['what'], ClientRequest[]>>;
  private seq = 0;

  constructor(script: Partial<Record<Happening['what'], ClientRequest[]>>) {
    this.script = script;
  }

  tell(happening: Happening): void {
    this.told.push(happening);
    this.queue.push(...(this.script[happening.what] ?? []));
  }

  receive(octets: Uint8Array): void {
    this.received += octets.length;
  }

  next(): ClientRequest {
    return this.queue.shift() ?? { ask: 'nothing' };
  }

  take(): TraceEntry[] {
    return [{ seq: this.seq++, us: 0, layer: 'note', kind: 'note', chapter: 'connect', data: {} }];
  }

  release(): void {
    this.released += 1;
  }
}

const close: ClientRequest = { ask: 'close' };
const ending: Partial<Record<Happening['what'], ClientRequest[]>> = {
  transport_error: [close],
  peer_closed: [close],
  cancel: [close],
};
const hello = { ev: 'hello', version: 1, auth: false };
const connected = { ev: 'connected', address: '192.0.2.1', port: 587 };

function begin(
  script: Partial<Record<Happening['what'], ClientRequest[]>>,
  tls: 'starttls' | 'implicit' = 'starttls',
  token?: string,
) {
  const client = new FakeClient({ ...ending, ...script });
  const core = { newClient: () => client as unknown as CoreClient } as unknown as Core;
  const driver = new TunnelDriver(
    core,
    { ehloName: 'a', tls, from: 'a@b.example', to: ['c@d.example'], host: 'mail.example', port: 587 },
    new Uint8Array(),
    { base: new URL('https://page.example/in/'), token },
  );
  const sink = { opened: vi.fn(), appended: vi.fn(), finished: vi.fn(), ended: vi.fn() };
  driver.start(sink);
  return { driver, client, sink, socket: FakeSocket.last };
}

const errors = (client: FakeClient) =>
  client.told.flatMap((happening) => (happening.what === 'transport_error' ? [happening.code] : []));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => setTimeout(then, 16));
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no answer')));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('opening', () => {
  it('gives a token to a relay that asks for one, before anything else, and to no other', () => {
    const asked = begin({}, 'starttls', 'let me in');
    asked.socket.tell({ ...hello, auth: true });
    const open = '{"op":"open","host":"mail.example","port":587,"tls":"none"}';
    expect(asked.socket.sent).toEqual(['{"op":"auth","token":"let me in"}', open]);
    const free = begin({}, 'starttls', 'let me in');
    free.socket.tell(hello);
    expect(free.socket.sent).toEqual([open]);
  });

  it('speaks the subprotocol beside the page, and asks for the server after hello', () => {
    const { socket } = begin({});
    expect(socket.url.href).toBe('wss://page.example/in/tunnel');
    expect(socket.protocol).toBe(subprotocol);
    expect(socket.sent).toEqual([]);
    socket.tell(hello);
    expect(socket.sent).toEqual(['{"op":"open","host":"mail.example","port":587,"tls":"none"}']);
  });

  it('tells each stage in order', () => {
    const { socket, client } = begin({});
    socket.tell(hello);
    socket.tell({ ev: 'resolved', addresses: ['192.0.2.1'] });
    socket.tell(connected);
    expect(client.told.map((happening) => happening.what)).toEqual(['resolved', 'connected', 'ready']);
  });

  it('begins TLS at once where that is asked for', () => {
    const { socket, client } = begin({}, 'implicit');
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

describe('failing', () => {
  it('says that the relay is not there', async () => {
    const { socket, client, sink } = begin({});
    socket.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors(client)).toEqual(['relay_unreachable']);
    expect(sink.ended).toHaveBeenCalledTimes(1);
    expect(client.released).toBe(1);
  });

  it('says that the relay does not want this page', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('ok\n')));
    const { socket, client } = begin({});
    socket.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors(client)).toEqual(['relay_refused']);
  });

  it('does not wait for a hello for ever', async () => {
    const { client, sink } = begin({});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors(client)).toEqual(['relay_unreachable']);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('passes on what the relay says, once, with its reason', async () => {
    const { socket, client, sink } = begin({});
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
    const server = begin({});
    server.socket.tell(hello);
    server.socket.tell({ ev: 'eof' });
    server.socket.tell({ ev: 'closed', by: 'server' });
    await vi.advanceTimersByTimeAsync(0);
    expect(server.client.told).toEqual([{ what: 'peer_closed' }]);
    const relay = begin({});
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
      const { socket, client, sink } = begin({});
      socket.tell(event);
      await vi.advanceTimersByTimeAsync(0);
      expect(errors(client)).toEqual([code]);
      expect(sink.ended).toHaveBeenCalledTimes(1);
    }
  });

  it('ends even when the session has no conclusion', async () => {
    const { socket, sink } = begin({ transport_error: [] });
    socket.tell(hello);
    socket.drop();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(sink.ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sink.ended).toHaveBeenCalledTimes(1);
  });

  it('can be cancelled at any time', async () => {
    const { driver, client, sink } = begin({});
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
    const { socket } = begin({ ready: [big] });
    socket.tell(hello);
    socket.tell(connected);
    await vi.advanceTimersByTimeAsync(0);
    expect(data(socket)).toEqual([frameOctets, frameOctets, 1]);
  });

  it('waits while the browser holds more than the window', async () => {
    const { socket } = begin({ ready: [big, { ask: 'start-tls' }] });
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
    const { socket, client } = begin({});
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
    const late = begin({ ready: [timer], timer_fired: [close] });
    late.socket.tell(hello);
    late.socket.tell(connected);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(late.client.told.at(-1)).toEqual({ what: 'timer_fired' });
    expect(late.sink.ended).toHaveBeenCalledTimes(1);
    const quick = begin({ ready: [timer], tls_established: [{ ask: 'arm-timer', seconds: 0 }] });
    quick.socket.tell(hello);
    quick.socket.tell(connected);
    quick.socket.tell({ ev: 'tls', version: 'TLSv1.3', suite: 's', verified: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(quick.client.told.map((happening) => happening.what)).not.toContain('timer_fired');
  });

  it('hands over every entry before it ends', async () => {
    const { socket, sink } = begin({});
    socket.tell(hello);
    socket.tell({ ev: 'eof' });
    await vi.advanceTimersByTimeAsync(0);
    const calls = sink.appended.mock.invocationCallOrder.at(-1) ?? Number.POSITIVE_INFINITY;
    expect(calls).toBeLessThan(sink.ended.mock.invocationCallOrder[0] ?? 0);
  });
});
