// The other sides of a tunnel driver, as tests play them: the relay's WebSocket, the core's session, the TLS link.

import { vi } from 'vitest';
import type { ClientRequest, Core, CoreClient } from '../core/core';
import type { Happening, TraceEntry } from '../core/types';
import type { TlsLink, TlsListener } from '../tls/tls-link';
import type { TlsLinkEvent, TlsLinkSetup } from '../tls/types';
import { type RelayAccess, type TlsInPage, TunnelDriver } from './tunnel-driver';

/** A WebSocket whose other side is the test. */
export class FakeSocket {
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

  text(octets: string): void {
    this.onmessage?.({ data: new TextEncoder().encode(octets).buffer });
  }

  /** The connection breaks. */
  drop(): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.();
  }
}

/** A client session that follows a script: what it asks for after each happening. */
export class FakeClient {
  readonly told: Happening[] = [];
  /** When each was, in microseconds. */
  readonly times: number[] = [];
  received = 0;
  released = 0;
  readonly queue: ClientRequest[] = [];
  private readonly script: Partial<Record<Happening['what'], ClientRequest[]>>;
  private seq = 0;

  constructor(script: Partial<Record<Happening['what'], ClientRequest[]>>) {
    this.script = script;
  }

  tell(happening: Happening, us: number): void {
    this.told.push(happening);
    this.times.push(us);
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

export const close: ClientRequest = { ask: 'close' };
const ending: Partial<Record<Happening['what'], ClientRequest[]>> = {
  transport_error: [close],
  peer_closed: [close],
  cancel: [close],
};
export const hello = { ev: 'hello', version: 1, auth: false };
export const connected = { ev: 'connected', address: '192.0.2.1', port: 587 };

/** An engine that does what the test says. */
export class FakeLink implements TlsLink {
  readonly asked: string[] = [];
  readonly setups: TlsLinkSetup[] = [];
  released = false;
  private readonly listener: TlsListener;
  private waiting: (() => void)[] = [];

  constructor(listener: TlsListener) {
    this.listener = listener;
  }

  open(setup: TlsLinkSetup): Promise<void> {
    this.setups.push(setup);
    return this.ask('open');
  }
  receive(octets: Uint8Array): Promise<void> {
    return this.ask(`receive ${new TextDecoder().decode(octets)}`);
  }
  write(octets: Uint8Array): Promise<void> {
    return this.ask(`write ${new TextDecoder().decode(octets)}`);
  }
  close(): Promise<void> {
    return this.ask('close');
  }
  peerClosed(): Promise<void> {
    return this.ask('peer_closed');
  }
  release(): void {
    this.released = true;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** The oldest request has led to these. */
  async answer(...events: TlsLinkEvent[]): Promise<void> {
    for (const event of events) this.listener.told(event);
    this.waiting.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  }

  async breakDown(why: string): Promise<void> {
    this.listener.unusable(why);
    await vi.advanceTimersByTimeAsync(0);
  }

  private ask(what: string): Promise<void> {
    this.asked.push(what);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

export interface Beginning {
  script?: Partial<Record<Happening['what'], ClientRequest[]>>;
  tls?: 'starttls' | 'implicit' | 'never';
  relay?: Omit<RelayAccess, 'base'>;
  inPage?: Omit<TlsInPage, 'link'>;
}

/** A driver between the fakes; `link` is there where `inPage` is given. */
export function begin({ script = {}, tls = 'starttls', relay = {}, inPage }: Beginning = {}) {
  const client = new FakeClient({ ...ending, ...script });
  const core = { newClient: () => client as unknown as CoreClient } as unknown as Core;
  const links: FakeLink[] = [];
  const link = (listener: TlsListener) => {
    const made = new FakeLink(listener);
    links.push(made);
    return made;
  };
  const driver = new TunnelDriver(
    core,
    { ehloName: 'a', tls, from: 'a@b.example', to: ['c@d.example'], host: 'mail.example', port: 587 },
    { blob: 1 },
    { base: new URL('https://page.example/in/'), ...relay },
    inPage && { link, ...inPage },
  );
  const sink = { opened: vi.fn(), appended: vi.fn(), finished: vi.fn(), ended: vi.fn() };
  driver.start(sink);
  return { driver, client, sink, socket: FakeSocket.last, links };
}

export const errors = (client: FakeClient) =>
  client.told.flatMap((happening) => (happening.what === 'transport_error' ? [happening.code] : []));

/** What was sent as octets. */
export const sentText = (socket: FakeSocket) =>
  socket.sent.flatMap((frame) => (typeof frame === 'string' ? [] : [new TextDecoder().decode(frame)]));

/** Fake timers and the globals that a driver uses. */
export function useFakes(): void {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => setTimeout(then, 16));
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no answer')));
}

export function dropFakes(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
}
