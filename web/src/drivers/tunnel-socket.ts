// The WebSocket to the relay: control frames both ways, octets both ways with back-pressure. What the
// frames mean for a session is the driver's business.

import { whyNoTunnel } from './relay-probe';
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

/** A failure in the tunnel's words (relay/README.md), or in the page's own. */
export interface Problem {
  code: string;
  stage: string;
  message: string;
}

/** Hears of everything that comes. */
export interface TunnelListener {
  event(event: RelayEvent): void;
  /** Octets of the server. They are the listener's own; `consumed` is to be told when they are done with. */
  octets(octets: Uint8Array): void;
  /** The tunnel is no more. Said once, and nothing after it. */
  broken(problem: Problem): void;
}

/** Milliseconds for the relay to answer at all, and to say hello. */
const helloTimeout = 10_000;
/** Milliseconds between looks at a full send buffer; browsers have no event for it. */
const drainPoll = 15;

export class TunnelSocket {
  private readonly base: URL;
  private readonly listener: TunnelListener;
  private socket: WebSocket | undefined;
  private greeted = false;
  private done = false;
  private unread = 0;
  private helloTimer: ReturnType<typeof setTimeout> | undefined;
  /** Settled when all that was given to `write` has been handed to the browser. */
  private writing: Promise<boolean> = Promise.resolve(true);

  /** `base`: where the relay serves its page. */
  constructor(base: URL, listener: TunnelListener) {
    this.base = base;
    this.listener = listener;
  }

  connect(): void {
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
    this.helloTimer = setTimeout(() => void this.notOpened(), helloTimeout);
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.done) return;
      if (typeof event.data === 'string') this.onFrame(event.data);
      else this.listener.octets(new Uint8Array(event.data));
    };
    socket.onclose = () => this.onClose();
  }

  request(request: PageRequest): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(formatRequest(request));
  }

  /**
   * Writes in frames, after what was written before, and waits while the browser holds more than the window.
   * Resolves to false where the connection was gone.
   */
  write(octets: Uint8Array): Promise<boolean> {
    this.writing = this.writing.then(() => this.writeNow(octets));
    return this.writing;
  }

  /** Resolves when all that was given to `write` has been handed over, as the last of them does. */
  written(): Promise<boolean> {
    return this.writing;
  }

  /** So many octets of the server have been dealt with: the relay may send as many more. */
  consumed(octets: number): void {
    this.unread += octets;
    if (this.unread < creditStep) return;
    this.request({ op: 'credit', bytes: this.unread });
    this.unread = 0;
  }

  close(): void {
    this.done = true;
    clearTimeout(this.helloTimer);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) this.socket.close(1000);
  }

  private async writeNow(octets: Uint8Array): Promise<boolean> {
    for (let at = 0; at < octets.length; at += frameOctets) {
      while (
        this.socket?.readyState === WebSocket.OPEN &&
        this.socket.bufferedAmount >= writeWindow &&
        !this.done
      )
        await new Promise((resolve) => setTimeout(resolve, drainPoll));
      if (this.socket?.readyState !== WebSocket.OPEN || this.done) return false;
      this.socket.send(octets.slice(at, at + frameOctets));
    }
    return true;
  }

  private onFrame(frame: string): void {
    const event = parseRelayEvent(frame);
    if (!event) {
      this.fail('relay_closed', 'stream', 'The relay sent something that this page does not understand.');
      return;
    }
    if (event.ev === 'hello') {
      clearTimeout(this.helloTimer);
      if (this.greeted) return;
      this.greeted = true;
    }
    this.listener.event(event);
  }

  private onClose(): void {
    clearTimeout(this.helloTimer);
    if (this.done) return;
    if (this.greeted)
      this.fail('relay_closed', 'stream', 'The relay ended the connection without saying why.');
    else void this.notOpened();
  }

  /** The socket never got as far as hello. */
  private async notOpened(): Promise<void> {
    clearTimeout(this.helloTimer);
    if (this.greeted || this.done) return;
    this.greeted = true; // asked once only
    const { code, message } = await whyNoTunnel(new URL('healthz', this.base));
    this.fail(code, 'connect', message);
  }

  private fail(code: string, stage: string, message: string): void {
    if (this.done) return;
    this.done = true;
    this.listener.broken({ code, stage, message });
  }
}
