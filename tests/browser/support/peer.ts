// A mail server whose every byte the test decides: it follows a script and hides nothing.

import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificates';

export type Script = (client: Client) => Promise<void>;

/** The client has gone where the script expected a line of it. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** What is connected to the peer, as its script sees it. */
export class Client {
  private unread = Buffer.alloc(0);
  private gone = false;
  private wake: (() => void) | undefined;
  private stream: Socket;

  constructor(
    private readonly plain: Socket,
    private readonly certificate: Certificate | undefined,
  ) {
    this.stream = plain;
    this.listen(plain);
  }

  private listen(stream: Socket): void {
    stream.on('data', (piece: Buffer) => {
      this.unread = Buffer.concat([this.unread, piece]);
      this.wake?.();
    });
    const end = () => {
      this.gone = true;
      this.wake?.();
    };
    stream.on('end', end).on('close', end).on('error', end);
  }

  private async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.gone) throw new ClientGone();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private take(octets: number): Buffer {
    const taken = this.unread.subarray(0, octets);
    this.unread = this.unread.subarray(octets);
    return taken;
  }

  /** Sends lines, each with CR LF. */
  send(...lines: string[]): void {
    this.stream.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Sends exactly these. */
  sendOctets(octets: Buffer): void {
    this.stream.write(octets);
  }

  /** Sends these without TLS, whatever stands. */
  sendPlainly(octets: Buffer): void {
    this.plain.write(octets);
  }

  /** The next line, which must match. */
  async expect(pattern: RegExp): Promise<string> {
    const line = await this.until(() => {
      const end = this.unread.indexOf('\r\n');
      return end < 0
        ? undefined
        : this.take(end + 2)
            .toString()
            .slice(0, -2);
    });
    if (!pattern.test(line)) throw new Error(`the client said ${JSON.stringify(line)}, not ${pattern}`);
    return line;
  }

  /** Everything up to the final dot, with its dots as they came. */
  async content(): Promise<Buffer> {
    return this.until(() => {
      const end = this.unread.indexOf('\r\n.\r\n');
      return end < 0 ? undefined : this.take(end + 5).subarray(0, -3);
    });
  }

  /** At least so many octets of whatever comes. */
  async octets(count: number): Promise<void> {
    await this.until(() => (this.unread.length >= count ? this.take(this.unread.length) : undefined));
  }

  /** From here on everything is inside TLS. */
  async startTls(): Promise<void> {
    if (!this.certificate) throw new Error('a peer that does TLS needs a certificate');
    this.plain.removeAllListeners('data');
    const secure = new TLSSocket(this.plain, {
      isServer: true,
      cert: readFileSync(this.certificate.chain),
      key: readFileSync(this.certificate.key),
    });
    this.stream = secure;
    await new Promise<void>((resolve, reject) => {
      secure.once('secure', resolve);
      secure.once('error', reject);
      secure.once('close', () => reject(new ClientGone()));
    });
    this.listen(secure);
  }

  /** Ends the connection in order. */
  hangUp(): void {
    this.stream.end();
  }

  /** Ends the connection the hard way, as a crash does. */
  reset(): void {
    this.plain.resetAndDestroy();
  }

  /** Says nothing more, and waits for the client to go. */
  async silence(): Promise<void> {
    await this.until<never>(() => undefined).catch((error: unknown) => {
      if (!(error instanceof ClientGone)) throw error;
    });
  }
}

/** Listens on a port of its own and follows its script with everybody who connects. */
export class Peer {
  /** What it does; may be changed between connections. */
  script: Script = (client) => client.silence();
  /** For TLS, whenever it begins. */
  certificate: Certificate | undefined;
  /** TLS before anything is said. */
  implicit = false;
  /** How many clients have come. */
  visits = 0;

  private readonly sockets = new Set<Socket>();
  private failure: unknown;
  private readonly server: Server = createServer((socket) => void this.serve(socket));

  /** Listens on any free port, or again on the one it had. */
  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async serve(socket: Socket): Promise<void> {
    this.visits += 1;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    const client = new Client(socket, this.certificate);
    try {
      if (this.implicit) await client.startTls();
      await this.script(client);
    } catch (error) {
      // A client that leaves early is no fault of the script: the test says what it expects of it.
      const lost = error instanceof ClientGone || (error as NodeJS.ErrnoException).code !== undefined;
      if (!lost) this.failure ??= error;
      socket.destroy();
    }
  }

  /** Stops listening, as a server that is not running. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Fails when a script met what it did not expect. */
  conclude(): void {
    if (this.failure) throw this.failure;
  }
}
