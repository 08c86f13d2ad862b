// Joins a client session of the core to a mail server through the relay: performs what the session
// asks for, and tells it what happened. Whatever fails, the session ends and the trace says why.

import type { Core, CoreClient, KeptMessage } from '../core/core';
import { Pace } from '../core/pace';
import type { ClientSetup, Happening } from '../core/types';
import type { OpenTlsLink } from '../tls/tls-link';
import type { TlsLinkSetup } from '../tls/types';
import { PageTls, type TlsProblem } from './page-tls';
import { relayTlsInfo, relayTlsMessages } from './relay-tls';
import type { SessionDriver, TraceSink } from './session-driver';
import type { RelayEvent } from './tunnel-frames';
import { TunnelSocket } from './tunnel-socket';
import type { WireLog } from './wire-log';

/** Where the relay is, and what it asks for before it carries anything. */
export interface RelayAccess {
  /** The page's own address when not given. */
  base?: URL;
  token?: string | undefined;
}

/** TLS made in this page; without, the relay makes it. */
export interface TlsInPage {
  link: OpenTlsLink;
  /** How its engine differs from the usual: what is trusted, and whether it has to be. */
  engine?: Omit<TlsLinkSetup, 'host' | 'port' | 'startTls'>;
  /** Where the reader asked for it: what an exported capture is made of. */
  log?: WireLog | undefined;
}

export type LiveSetup = Omit<ClientSetup, 'message'>;

/** Milliseconds the session may take to end after the connection has. */
const closeTimeout = 5_000;
/** Milliseconds that the last words of TLS may take. */
const goodbyeTimeout = 1_000;

/** A session that believed this would say its password to the relay. */
const falseTls: TlsProblem = {
  code: 'relay_false',
  stage: 'stream',
  message:
    'The relay says that it has encrypted the connection, but this page does that. Do not use this relay.',
};

export class TunnelDriver implements SessionDriver {
  readonly live = true;
  readonly reveal = 'all';

  private readonly core: Core;
  private readonly setup: LiveSetup;
  private readonly message: KeptMessage;
  private readonly token: string | undefined;
  private readonly tunnel: TunnelSocket;
  private readonly inPage: TlsInPage | undefined;

  private client: CoreClient | undefined;
  private sink: TraceSink | undefined;
  private tls: PageTls | undefined;
  private over = false;
  private origin = 0;
  private pumping = false;
  private opened = false;
  /** When TLS began, in microseconds of the session. */
  private tlsBegan = 0;
  /** TLS of the relay's stands, and neither side has said goodbye. */
  private relayTls = false;
  /** The server has ended what the relay was asked to end. */
  private parted: () => void = () => undefined;
  /** The end of the connection has been told to the session. */
  private broken = false;
  private protocolTimer: ReturnType<typeof setTimeout> | undefined;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private entriesScheduled = false;

  constructor(
    core: Core,
    setup: LiveSetup,
    message: KeptMessage,
    relay: RelayAccess = {},
    inPage?: TlsInPage,
  ) {
    this.core = core;
    this.setup = setup;
    this.message = message;
    this.token = relay.token;
    this.inPage = setup.tls === 'never' ? undefined : inPage;
    this.tunnel = new TunnelSocket(relay.base ?? new URL(document.baseURI), {
      event: (event) => this.handle(event),
      octets: (octets) => this.onOctets(octets),
      broken: (problem) => this.afterTls(() => this.fail(problem)),
    });
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
    if (this.inPage) this.tls = this.makeTls(this.inPage);
    void this.pump();
    this.tunnel.connect();
  }

  cancel(): void {
    if (this.over) return;
    this.tell({ what: 'cancel' });
    this.endSoon();
  }

  private now(): number {
    return Math.round((performance.now() - this.origin) * 1000);
  }

  private makeTls({ link, engine, log }: TlsInPage): PageTls {
    const { host, port, tls } = this.setup;
    const starttls = tls === 'starttls';
    const setup = { link, engine: { ...engine, host, port, startTls: starttls }, starttls };
    return new PageTls(setup, {
      tell: (happening) => this.tell(happening),
      toNetwork: (octets) => void this.toNetwork(octets),
      toSession: (octets) => this.toSession(octets),
      peerClosed: () => this.onPeerClosed(),
      failed: (problem) => this.fail(problem),
      keyLog: (line) => log?.key(line),
    });
  }

  // ------------------------------------------------------------------------------ from the relay

  private handle(event: RelayEvent): void {
    if (this.over) return;
    switch (event.ev) {
      case 'hello':
        this.onHello(event);
        break;
      case 'resolved':
        this.tell({ what: 'resolved', addresses: event.addresses });
        break;
      case 'connected':
        this.onConnected(event.address, event.port);
        break;
      case 'tls':
        if (this.tls) {
          this.fail(falseTls);
          break;
        }
        this.relayTls = true;
        this.tellMessages(event);
        this.tell({ what: 'tls_established', tls: relayTlsInfo(event) });
        break;
      case 'tls_messages':
        if (!this.tls) this.tellMessages(event);
        break;
      case 'eof':
      case 'closed':
        this.onServerEnded();
        break;
      case 'draining':
        break; // the session goes on; the relay ends it when its time is up, and says so
      case 'error':
        this.afterTls(() => {
          if (!this.tls) this.tellMessages(event);
          this.fail(event);
        });
        break;
    }
  }

  private onHello(event: Extract<RelayEvent, { ev: 'hello' }>): void {
    if (this.opened) return;
    this.opened = true;
    if (event.version !== 1) {
      const message = `The relay speaks version ${event.version} of the tunnel; this page speaks 1.`;
      this.fail({ code: 'relay_refused', stage: 'policy', message });
      return;
    }
    // Without one, the relay says itself that it needs one.
    if (event.auth && this.token) this.tunnel.request({ op: 'auth', token: this.token });
    const { host, port } = this.setup;
    const tls = this.setup.tls === 'implicit' && !this.tls ? 'implicit' : 'none';
    this.tunnel.request({ op: 'open', host, port, tls });
  }

  private onConnected(address: string, port: number): void {
    this.tell({ what: 'connected', address, port });
    if (this.setup.tls !== 'implicit') this.tell({ what: 'ready' });
    else {
      this.tlsBegan = this.now();
      this.tell({ what: 'tls_started' });
      this.tls?.begin();
    }
  }

  private onOctets(octets: Uint8Array): void {
    if (this.over) return;
    const size = octets.length;
    this.inPage?.log?.add(this.now(), 's2c', octets);
    if (this.tls?.begun) {
      void this.tls.receive(octets).then(() => this.tunnel.consumed(size));
    } else {
      this.toSession(octets);
      this.tunnel.consumed(size);
    }
  }

  // ------------------------------------------------------------------------------- to the session

  private toSession(octets: Uint8Array): void {
    try {
      this.client?.receive(octets);
    } catch {
      // The session is over for the core: what still comes is of no use to it.
    }
    void this.pump();
  }

  /** The server will say nothing more to the relay. */
  private onServerEnded(): void {
    this.relayTls = false;
    this.parted();
    if (this.tls?.begun) this.tls.networkClosed();
    else this.onPeerClosed();
  }

  private onPeerClosed(): void {
    if (this.broken) return;
    this.broken = true;
    this.tell({ what: 'peer_closed' });
    this.endSoon();
  }

  private fail({ code, stage, message, reason, certificates, failing }: TlsProblem): void {
    this.parted();
    if (this.over || this.broken) return;
    this.broken = true;
    this.tell({
      what: 'transport_error',
      stage,
      code,
      message,
      ...(reason ? { reason } : {}),
      ...(certificates?.length ? { certificates } : {}),
      ...(certificates?.length && failing !== undefined ? { failing } : {}),
    });
    this.endSoon();
  }

  /** The end of the network comes after what it brought before, which may still be on its way through TLS. */
  private afterTls(then: () => void): void {
    if (this.tls?.begun) void this.tls.settled().then(then);
    else then();
  }

  /** The relay tells its handshake when it is over, and of each message when it was. */
  private tellMessages(event: Parameters<typeof relayTlsMessages>[0]): void {
    for (const { told, us } of relayTlsMessages(event))
      this.tell(told, us === undefined ? this.now() : Math.min(this.tlsBegan + us, this.now()));
  }

  private tell(happening: Happening, us = this.now()): void {
    if (this.over || !this.client) return;
    try {
      this.client.tell(happening, us);
    } catch {
      // The core refuses happenings after the end; the end itself is what counts.
    }
    void this.pump();
  }

  // ---------------------------------------------------------------------------- from the session

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
        } else if (request.ask === 'start-tls') this.startTls();
        else if (request.ask === 'arm-timer') this.arm(request.seconds);
        else if (request.ask === 'finished') this.finished(request.result);
        else {
          if (this.tls || this.relayTls) await this.lastWords();
          this.client?.next(this.now()); // the end is recorded now, behind what TLS said in parting
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

  /** TLS has something to say at the end: goodbye on both sides, or an alert that says why not. It need not take long. */
  private async lastWords(): Promise<void> {
    const said = this.broken ? undefined : this.tls ? this.tls.close() : this.relayGoodbye();
    const late = new Promise((resolve) => setTimeout(resolve, goodbyeTimeout));
    await Promise.race([Promise.resolve(said).then(() => this.tunnel.written()), late]);
  }

  /** The relay says goodbye for us, and tells the server's. */
  private relayGoodbye(): Promise<void> {
    this.tunnel.request({ op: 'eof' });
    return new Promise((resolve) => {
      this.parted = resolve;
    });
  }

  private startTls(): void {
    this.tlsBegan = this.now();
    if (this.tls) this.tls.begin();
    else this.tunnel.request({ op: 'start_tls' });
  }

  /** False where the connection is gone and its end has not been told yet. */
  private async send(octets: Uint8Array): Promise<boolean> {
    if (this.tls?.begun) {
      await this.tls.write(octets);
      return (await this.tunnel.written()) || this.broken;
    }
    return (await this.toNetwork(octets)) || this.broken;
  }

  private toNetwork(octets: Uint8Array): Promise<boolean> {
    this.inPage?.log?.add(this.now(), 'c2s', octets);
    return this.tunnel.write(octets);
  }

  private isOver(): boolean {
    return this.over;
  }

  private finished(result: Parameters<TraceSink['finished']>[0]): void {
    this.flushEntries();
    this.sink?.finished(result);
  }

  private arm(seconds: number): void {
    if (seconds > 0)
      this.protocolTimer = setTimeout(() => this.tell({ what: 'timer_fired' }), seconds * 1000);
  }

  /** The connection is gone: the session has a moment to draw its conclusion, then it is over anyway. */
  private endSoon(): void {
    clearTimeout(this.endTimer);
    if (this.over) return;
    this.endTimer = setTimeout(() => this.end(), closeTimeout);
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.endTimer);
    clearTimeout(this.protocolTimer);
    this.flushEntries();
    this.tls?.release();
    this.tunnel.close();
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
      if (!this.over) this.flushEntries();
    });
  }

  private flushEntries(): void {
    const entries = this.client?.take() ?? [];
    if (entries.length > 0) this.sink?.appended(entries);
  }
}
