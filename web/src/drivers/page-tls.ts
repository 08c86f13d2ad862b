// TLS made in this page for a tunnelled session: between the octets of the network and those of the
// session. Ends in the words that a relay uses for the same failures, so that the same advice fits.

import type { Certificate, Happening } from '../core/types';
import type { OpenTlsLink, TlsLink } from '../tls/tls-link';
import type { TlsLinkEvent, TlsLinkSetup } from '../tls/types';
import type { Problem } from './tunnel-socket';

export interface PageTlsSetup {
  link: OpenTlsLink;
  engine: TlsLinkSetup;
  /** TLS begins inside the session, not with the connection. */
  starttls: boolean;
}

/** A failure, with what there is to show of a refused certificate. */
export interface TlsProblem extends Problem {
  reason?: string | undefined;
  certificates?: Certificate[] | undefined;
  failing?: number | undefined;
}

/** What TLS tells its session, in the order in which it happened. */
export interface PageTlsListener {
  tell(happening: Happening): void;
  toNetwork(octets: Uint8Array): void;
  toSession(octets: Uint8Array): void;
  /** The server will say nothing more. */
  peerClosed(): void;
  failed(problem: TlsProblem): void;
  keyLog(line: string): void;
}

/** Milliseconds for the TLS module to arrive, and for the handshake: the relay's own limit. */
const loadTimeout = 30_000;
const handshakeTimeout = 10_000;

/**
 * waiting: not begun. greeting: the ClientHello is being made; nothing may come yet. parting: one side has said
 * goodbye, and the other is to. over: nothing is told any more.
 */
type Phase = 'waiting' | 'greeting' | 'handshake' | 'established' | 'parting' | 'over';

export class PageTls {
  private readonly setup: PageTlsSetup;
  private readonly listener: PageTlsListener;
  private readonly link: TlsLink;
  private phase: Phase = 'waiting';
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Why there will be no TLS, told when it is to begin. */
  private trouble: string | undefined;
  /** The link's latest task. */
  private last: Promise<void> = Promise.resolve();
  /** The server has said goodbye too, or will not. */
  private parted: () => void = () => undefined;

  /** The TLS module begins to load at once, while the connection is being made. */
  constructor(setup: PageTlsSetup, listener: PageTlsListener) {
    this.setup = setup;
    this.listener = listener;
    this.link = setup.link({
      told: (event) => this.told(event),
      unusable: (why) => this.unusable(why),
    });
  }

  /** Octets go through TLS now: with implicit TLS all of them, whatever the relay says about the connection. */
  get begun(): boolean {
    return !this.setup.starttls || this.phase !== 'waiting';
  }

  /** The connection stands, or the server has agreed to STARTTLS: the handshake begins. */
  begin(): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'greeting';
    if (this.trouble !== undefined) {
      this.unusable(this.trouble);
      return;
    }
    this.timer = setTimeout(() => this.unusable('it did not arrive in time'), loadTimeout);
    this.last = this.link.open(this.setup.engine);
  }

  /** Octets from the network. Resolves when they have been dealt with. */
  async receive(octets: Uint8Array): Promise<void> {
    // RFC 3207 §6: behind the 220 a healthy server waits for the ClientHello. What comes before it was not encrypted.
    if (this.phase === 'greeting' && this.setup.starttls) this.injected();
    else if (this.phase !== 'over') await this.run(this.link.receive(octets));
  }

  /** Octets of the session. Resolves when they have been encrypted and given to the network. */
  async write(octets: Uint8Array): Promise<void> {
    await this.run(this.link.write(octets.slice()));
  }

  /** Says goodbye, where there is somebody to say it to, and hears the server's. How long that takes is up to it. */
  async close(): Promise<void> {
    if (this.phase !== 'established') return this.settled();
    this.phase = 'parting';
    const parted = new Promise<void>((resolve) => {
      this.parted = resolve;
    });
    await this.run(this.link.close());
    await parted;
  }

  /** The network's connection has ended. */
  networkClosed(): void {
    void this.run(this.link.peerClosed());
  }

  /** Resolves when all that came has been told. */
  settled(): Promise<void> {
    return this.last;
  }

  release(): void {
    this.over();
    this.link.release();
  }

  private run(task: Promise<void>): Promise<void> {
    this.last = task;
    return task;
  }

  private told(event: TlsLinkEvent): void {
    if (this.phase === 'over' && event.ev !== 'send') return;
    const { listener } = this;
    switch (event.ev) {
      case 'send':
        if (this.phase === 'greeting') this.shakeHands();
        listener.toNetwork(event.octets);
        break;
      case 'data':
        listener.toSession(event.octets);
        break;
      case 'message': {
        const { ev: _, data, ...message } = event;
        listener.tell({ what: 'tls_message', ...message, data: { ...data, where: 'page' } });
        break;
      }
      case 'established':
        clearTimeout(this.timer);
        this.phase = 'established';
        listener.tell({ what: 'tls_established', tls: event.tls, binding: event.binding });
        break;
      case 'close_notify':
        if (this.phase === 'parting') this.parted();
        else void this.answerGoodbye();
        break;
      case 'truncated': // SMTP ends with its own words: whatever is missing, the session misses it
        if (this.phase === 'parting') this.parted();
        else this.peerClosed();
        break;
      case 'failed': {
        const { message, reason, certificates, failing } = event;
        // A handshake that fails says something about the server; what fails later, about the way to it.
        const late = this.phase === 'established';
        const code = late ? 'tls_broken' : event.code;
        this.fail({ stage: late ? 'stream' : 'tls', code, message, reason, certificates, failing });
        break;
      }
      case 'misuse':
        this.notTaken(event.why);
        break;
      case 'key_log':
        listener.keyLog(event.line);
        break;
    }
  }

  /** The server said goodbye first: it is owed one (RFC 5246 §7.2.1). */
  private async answerGoodbye(): Promise<void> {
    this.phase = 'parting';
    await this.run(this.link.close());
    this.peerClosed();
  }

  private peerClosed(): void {
    this.over();
    this.listener.peerClosed();
  }

  private shakeHands(): void {
    this.phase = 'handshake';
    clearTimeout(this.timer);
    const { host, port } = this.setup.engine;
    const message = `${host}:${port} did not finish the TLS handshake within ${handshakeTimeout / 1000} seconds. ${
      this.setup.starttls
        ? 'Try again.'
        : 'If it is a STARTTLS port, it waits for plain text: choose STARTTLS.'
    }`;
    this.timer = setTimeout(() => this.fail({ stage: 'tls', code: 'timeout', message }), handshakeTimeout);
  }

  private injected(): void {
    this.fail({
      stage: 'tls',
      code: 'starttls_plaintext',
      message:
        "Unencrypted bytes followed the server's answer to STARTTLS. Somebody on the way may be injecting commands, " +
        'so nothing was sent. Use implicit TLS (port 465), or another network.',
    });
  }

  /** What is not needed yet may be missed later: before that, the connection may fail for a better reason. */
  private unusable(why: string): void {
    if (this.phase === 'waiting') {
      this.trouble = why;
      return;
    }
    this.fail({
      stage: 'tls',
      code: 'tls_not_loaded',
      message: `TLS could not be had in this page: ${why}.`,
    });
  }

  /** The engine works, but not with what it was given: most often a certificate of the reader's. */
  private notTaken(why: string): void {
    const of = why.replace(/^"more": /, 'The certificates that were added: ');
    this.fail({ stage: 'tls', code: 'tls_not_loaded', reason: 'not_taken', message: `${of}.` });
  }

  private fail(problem: TlsProblem): void {
    if (this.phase === 'over') return;
    const parting = this.phase === 'parting';
    this.over();
    if (!parting) this.listener.failed(problem); // else the session has all it wanted
  }

  private over(): void {
    clearTimeout(this.timer);
    this.phase = 'over';
    this.parted();
  }
}
