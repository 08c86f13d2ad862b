// Joins a client session of the core to a mail server through the relay: performs what the session
// asks for, and tells it what happened. Whatever fails, the session ends and the trace says why.

import type { Core, CoreClient } from '../core/core';
import { Pace } from '../core/pace';
import type { ClientSetup, Happening, TlsInfo } from '../core/types';
import { whyNoTunnel } from './relay-probe';
import type { SessionDriver, TraceSink } from './session-driver';
import {
  creditStep,
  formatRequest,
  frameOctets,
  type PageRequest,
  parseRelayEvent,
  type RelayEvent,
  subprotocol,
  writeWindow,
} from './tunnel-frames';

/** Where the relay is, and what it asks for before it carries anything. */
export interface RelayAccess {
  /** The page's own address when not given. */
  base?: URL;
  token?: string | undefined;
}

export type LiveSetup = Omit<ClientSetup, 'message'>;

/** Milliseconds for the relay to answer at all, and to say hello. */
const helloTimeout = 10_000;
/** Milliseconds between looks at a full send buffer; browsers have no event for it. */
const drainPoll = 15;
/** Milliseconds the session may take to end after the connection has. */
const closeTimeout = 5_000;

type Phase = 'connecting' | 'opening' | 'open' | 'over';

export class TunnelDriver implements SessionDriver {
  readonly live = true;
  readonly reveal = 'all';

  private readonly core: Core;
  private readonly setup: LiveSetup;
  private readonly message: Uint8Array;
  private readonly base: URL;
  private readonly token: string | undefined;

  private client: CoreClient | undefined;
  private sink: TraceSink | undefined;
  private socket: WebSocket | undefined;
  private phase: Phase = 'connecting';
  private origin = 0;
  private pumping = false;
  private unread = 0;
  private peerClosed = false;
  /** The end of the connection has been told to the session. */
  private broken = false;
  private protocolTimer: ReturnType<typeof setTimeout> | undefined;
  private hostTimer: ReturnType<typeof setTimeout> | undefined;
  private entriesScheduled = false;

  constructor(core: Core, setup: LiveSetup, message: Uint8Array, relay: RelayAccess = {}) {
    this.core = core;
    this.setup = setup;
    this.message = message;
    this.base = relay.base ?? new URL(document.baseURI);
    this.token = relay.token;
  }

  start(sink: TraceSink): void {
    this.client = this.core.newClient(this.setup, this.message);
    this.sink = sink;
    this.origin = performance.now();
    sink.opened({
      smtpscope: 'trace',
      version: 1,
      mode: 'live',
      title: this.setup.title ?? `Sending through ${this.setup.host}:${this.setup.port}`,
      started: new Date().toISOString(),
    });
    void this.pump();
    this.connect();
  }

  cancel(): void {
    if (this.phase === 'over') return;
    this.tell({ what: 'cancel' });
    this.endSoon();
  }

  private now(): number {
    return Math.round((performance.now() - this.origin) * 1000);
  }

  private connect(): void {
    const address = new URL('tunnel', this.base);
    address.protocol = this.base.protocol === 'https:' ? 'wss:' : 'ws:';
    let socket: WebSocket;
    try {
      socket = new WebSocket(address, subprotocol);
    } catch {
      this.fail(
        'relay_unreachable',
        'connect',
        `This page has no relay: ${address.host} is not an address for one.`,
      );
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.hostTimer = setTimeout(() => void this.notOpened(), helloTimeout);
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === 'string') this.onEvent(event.data);
      else this.onOctets(new Uint8Array(event.data));
    };
    socket.onclose = () => this.onClose();
  }

  /** The socket never got as far as hello. */
  private async notOpened(): Promise<void> {
    clearTimeout(this.hostTimer);
    if (this.phase !== 'connecting') return;
    this.phase = 'opening'; // asked once only
    const { code, message } = await whyNoTunnel(new URL('healthz', this.base));
    this.fail(code, 'connect', message);
  }

  private onClose(): void {
    clearTimeout(this.hostTimer);
    if (this.phase === 'over') return;
    if (this.phase === 'connecting') void this.notOpened();
    else this.fail('relay_closed', 'stream', 'The relay ended the connection without saying why.');
  }

  private onEvent(frame: string): void {
    if (this.phase === 'over') return;
    const event = parseRelayEvent(frame);
    if (!event)
      this.fail('relay_closed', 'stream', 'The relay sent something that this page does not understand.');
    else this.handle(event);
  }

  private handle(event: RelayEvent): void {
    const implicit = this.setup.tls === 'implicit';
    switch (event.ev) {
      case 'hello':
        this.onHello(event);
        break;
      case 'resolved':
        this.tell({ what: 'resolved', addresses: event.addresses });
        break;
      case 'connected':
        this.tell({ what: 'connected', address: event.address, port: event.port });
        this.tell(implicit ? { what: 'tls_started' } : { what: 'ready' });
        break;
      case 'tls':
        this.tell({ what: 'tls_established', tls: tlsInfo(event) });
        break;
      case 'eof':
      case 'closed':
        this.onPeerClosed();
        break;
      case 'draining':
        break; // the session goes on; the relay ends it when its time is up, and says so
      case 'error':
        this.fail(event.code, event.stage, event.message, event.reason);
        break;
    }
  }

  private onHello(event: Extract<RelayEvent, { ev: 'hello' }>): void {
    clearTimeout(this.hostTimer);
    if (this.phase !== 'connecting') return;
    this.phase = 'open';
    if (event.version !== 1) {
      this.fail(
        'relay_refused',
        'policy',
        `The relay speaks version ${event.version} of the tunnel; this page speaks 1.`,
      );
    } else {
      // Without one, the relay says itself that it needs one.
      if (event.auth && this.token) this.request({ op: 'auth', token: this.token });
      const { host, port, tls } = this.setup;
      this.request({ op: 'open', host, port, tls: tls === 'implicit' ? 'implicit' : 'none' });
    }
  }

  private onOctets(octets: Uint8Array): void {
    if (this.phase === 'over' || !this.client) return;
    try {
      this.client.receive(octets);
    } catch {
      // The session is over for the core: what still comes is of no use to it.
    }
    this.unread += octets.length;
    if (this.unread >= creditStep) {
      this.request({ op: 'credit', bytes: this.unread });
      this.unread = 0;
    }
    void this.pump();
  }

  private onPeerClosed(): void {
    if (this.peerClosed || this.broken) return;
    this.peerClosed = true;
    this.broken = true;
    this.tell({ what: 'peer_closed' });
    this.endSoon();
  }

  private fail(code: string, stage: string, message: string, reason?: string): void {
    if (this.phase === 'over' || this.broken) return;
    this.broken = true;
    this.tell({ what: 'transport_error', stage, code, message, ...(reason ? { reason } : {}) });
    this.endSoon();
  }

  private tell(happening: Happening): void {
    if (this.phase === 'over' || !this.client) return;
    try {
      this.client.tell(happening, this.now());
    } catch {
      // The core refuses happenings after the end; the end itself is what counts.
    }
    void this.pump();
  }

  private request(request: PageRequest): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(formatRequest(request));
  }

  /** Performs what the session asks for until it waits. One pump runs at a time: order is everything. */
  private async pump(): Promise<void> {
    if (this.pumping || !this.client) return;
    this.pumping = true;
    const pace = new Pace();
    try {
      for (;;) {
        const request = this.client.next(this.now());
        this.scheduleEntries();
        if (request.ask === 'nothing') break;
        clearTimeout(this.protocolTimer);
        if (request.ask === 'send') {
          // When the connection breaks under it, its end is told by the socket; ask no further until then.
          if (!(await this.send(request.octets))) return;
          this.flushEntries();
          await pace.rest();
        } else if (request.ask === 'start-tls') this.request({ op: 'start_tls' });
        else if (request.ask === 'arm-timer') this.arm(request.seconds);
        else if (request.ask === 'finished') this.finished(request.result);
        else {
          this.end();
          return;
        }
        if (this.isOver()) return;
      }
    } catch (error) {
      this.end(); // a fault of ours must not leave a session that never ends
      reportError(error);
    } finally {
      this.pumping = false;
    }
  }

  private isOver(): boolean {
    return this.phase === 'over';
  }

  private finished(result: Parameters<TraceSink['finished']>[0]): void {
    this.flushEntries();
    this.sink?.finished(result);
  }

  private arm(seconds: number): void {
    if (seconds > 0)
      this.protocolTimer = setTimeout(() => this.tell({ what: 'timer_fired' }), seconds * 1000);
  }

  /** Writes in frames, and waits while the browser holds more than the window. */
  private async send(octets: Uint8Array): Promise<boolean> {
    for (let at = 0; at < octets.length; at += frameOctets) {
      while (
        this.socket &&
        this.socket.readyState === WebSocket.OPEN &&
        this.socket.bufferedAmount >= writeWindow
      )
        await new Promise((resolve) => setTimeout(resolve, drainPoll));
      if (this.socket?.readyState !== WebSocket.OPEN || this.isOver()) return this.broken;
      this.socket.send(octets.slice(at, at + frameOctets));
    }
    return true;
  }

  /** The connection is gone: the session has a moment to draw its conclusion, then it is over anyway. */
  private endSoon(): void {
    clearTimeout(this.hostTimer);
    if (this.phase === 'over') return;
    this.hostTimer = setTimeout(() => this.end(), closeTimeout);
  }

  private end(): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    clearTimeout(this.hostTimer);
    clearTimeout(this.protocolTimer);
    this.flushEntries();
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) this.socket.close(1000);
    this.client?.release();
    this.client = undefined;
    this.sink?.ended();
  }

  /** Entries reach the page once a frame: a long message makes hundreds. */
  private scheduleEntries(): void {
    if (this.entriesScheduled) return;
    this.entriesScheduled = true;
    requestAnimationFrame(() => {
      this.entriesScheduled = false;
      if (this.phase !== 'over') this.flushEntries();
    });
  }

  private flushEntries(): void {
    const entries = this.client?.take() ?? [];
    if (entries.length > 0) this.sink?.appended(entries);
  }
}

function tlsInfo(event: Extract<RelayEvent, { ev: 'tls' }>): TlsInfo {
  return {
    version: event.version,
    suite: event.suite,
    verified: event.verified,
    where: 'relay',
    chain: event.certificates,
    ...(event.group ? { group: event.group } : {}),
    ...(event.anchor ? { anchor: event.anchor } : {}),
  };
}
