// The page's side of the TLS worker: one link is one engine. Requests are answered in their order, and each
// promise is kept when what the request led to has been told.

import type { TlsAnswer, TlsLinkEvent, TlsLinkSetup, TlsRequest } from './types';

/** Hears what an engine tells, in order. */
export interface TlsListener {
  told(event: TlsLinkEvent): void;
  /** There is no TLS to be had: it could not be loaded, or broke. The text is for people. */
  unusable(why: string): void;
}

export interface TlsLink {
  /** Makes the engine; what it tells begins with the ClientHello. */
  open(setup: TlsLinkSetup): Promise<void>;
  /** Octets from the network. They are the worker's afterwards. */
  receive(octets: Uint8Array): Promise<void>;
  /** Octets to be sent encrypted. They are the worker's afterwards. */
  write(octets: Uint8Array): Promise<void>;
  /** Nothing more will be written. */
  close(): Promise<void>;
  peerClosed(): Promise<void>;
  /** Forgets the engine and its keys. Nothing is told afterwards. */
  release(): void;
}

/** Makes a link; the module begins to load at once. */
export type OpenTlsLink = (listener: TlsListener) => TlsLink;

/** What a link needs of a Worker. */
export interface WorkerLike {
  onmessage: ((event: MessageEvent<TlsAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: TlsRequest, transfer: Transferable[]): void;
  terminate(): void;
}

/** The links of one worker. A worker that fails, or cannot be made, ends them all, and the next link gets a new one. */
export class TlsWorkers {
  private readonly make: () => WorkerLike;
  private worker: WorkerLike | undefined;
  private readonly links = new Map<number, WorkerLink>();
  private lastId = 0;

  /** `make` starts a worker that has been told where its module is. */
  constructor(make: () => WorkerLike) {
    this.make = make;
  }

  readonly openLink: OpenTlsLink = (listener) => {
    const id = ++this.lastId;
    const link = new WorkerLink(id, listener, {
      post: (request, transfer) => this.worker?.postMessage(request, transfer),
      forget: () => this.links.delete(id),
    });
    this.links.set(id, link);
    try {
      this.worker ??= this.start();
    } catch (error) {
      // A frame without an origin of its own may have none.
      this.broken(`this page may have no worker (${error instanceof Error ? error.message : String(error)})`);
    }
    return link;
  };

  private start(): WorkerLike {
    const worker = this.make();
    worker.onmessage = ({ data }) => {
      if ('unusable' in data) this.broken(data.unusable);
      else this.links.get(data.id)?.answered(data.events);
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.broken(event.message || 'its script could not be loaded');
    };
    return worker;
  }

  private broken(why: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    const links = [...this.links.values()];
    this.links.clear();
    for (const link of links) link.broken(why);
  }
}

interface Post {
  post(request: TlsRequest, transfer: Transferable[]): void;
  forget(): void;
}

class WorkerLink implements TlsLink {
  private readonly id: number;
  private readonly listener: TlsListener;
  private readonly to: Post;
  private readonly waiting: (() => void)[] = [];
  private gone = false;

  constructor(id: number, listener: TlsListener, to: Post) {
    this.id = id;
    this.listener = listener;
    this.to = to;
  }

  open(setup: TlsLinkSetup): Promise<void> {
    return this.ask({ do: 'open', id: this.id, setup });
  }

  receive(octets: Uint8Array): Promise<void> {
    return this.ask({ do: 'receive', id: this.id, octets }, octets);
  }

  write(octets: Uint8Array): Promise<void> {
    return this.ask({ do: 'write', id: this.id, octets }, octets);
  }

  close(): Promise<void> {
    return this.ask({ do: 'close', id: this.id });
  }

  peerClosed(): Promise<void> {
    return this.ask({ do: 'peer_closed', id: this.id });
  }

  release(): void {
    if (this.gone) return;
    this.to.post({ do: 'release', id: this.id }, []);
    this.leave();
  }

  answered(events: readonly TlsLinkEvent[]): void {
    for (const event of events) {
      if (this.gone) return; // what was told before made the session let go
      this.listener.told(event);
    }
    this.waiting.shift()?.();
  }

  broken(why: string): void {
    if (this.gone) return;
    this.leave();
    this.listener.unusable(why);
  }

  private ask(request: TlsRequest, octets?: Uint8Array): Promise<void> {
    if (this.gone) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.to.post(request, octets ? [octets.buffer as ArrayBuffer] : []);
    });
  }

  /** Whoever waits need not wait for ever. */
  private leave(): void {
    this.gone = true;
    this.to.forget();
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
