// One relay process with its own ports, state and user, for one test.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, webDirectory } from './paths';

/** A user of the embedded mailbox, and the address that belongs to it. */
export interface User {
  name: string;
  password: string;
}

export interface RelayOptions {
  /** Arguments after `serve`, besides ports and directories. */
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Ports of page, SMTP and implicit TLS; any when not given. */
  readonly ports?: readonly [number, number, number];
}

interface StoredMessage {
  id: string;
  octets: number;
  from: string;
  to: string[];
}

const ready = {
  page: /^smtpscope: open (http:\S+)$/m,
  mailbox: /^smtpscope: mailbox smtp \S+:(\d+), smtps \S+:(\d+)$/m,
};

/** Milliseconds after which a relay that does not start, or does not end, is a failure. */
const patience = 20_000;

export class Relay {
  private constructor(
    private readonly process: ChildProcess,
    private readonly directory: string,
    private readonly output: { out: string; log: string },
    private readonly ended: Promise<number | null>,
    /** Address of the page, with a slash at its end. */
    readonly url: string,
    readonly smtpPort: number,
    readonly smtpsPort: number,
  ) {}

  static async start(options: RelayOptions = {}): Promise<Relay> {
    for (const needed of [program, join(webDirectory, 'index.html')])
      if (!existsSync(needed))
        throw new Error(`${needed} is missing: build first, for example with ./tests/run browser`);
    const directory = await mkdtemp(join(tmpdir(), 'smtpscope-browser-'));
    const [page, smtp, smtps] = (options.ports ?? [0, 0, 0]).map((port) => `127.0.0.1:${port}`);
    const child = spawn(
      program,
      [
        'serve',
        ...[`--listen=${page}`, `--smtp=${smtp}`, `--smtps=${smtps}`],
        ...['--state-dir', join(directory, 'state'), '--web-dir', webDirectory, '--log-level', 'debug'],
        ...(options.arguments ?? []),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.environment } },
    );
    const output = { out: '', log: '' };
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.stderr.on('data', (piece: Buffer) => {
      output.log += piece.toString();
    });
    const started = new Promise<void>((resolve, reject) => {
      const why = (what: string) => new Error(`the relay ${what}:\n${output.out}${output.log}`);
      const late = setTimeout(() => reject(why('did not start in time')), patience);
      child.stdout.on('data', (piece: Buffer) => {
        output.out += piece.toString();
        if (!ready.page.test(output.out) || !ready.mailbox.test(output.out)) return;
        clearTimeout(late);
        resolve();
      });
      child.once('error', reject);
      void ended.then((status) => reject(why(`ended with ${status} before it was ready`)));
    });
    try {
      await started;
    } catch (error) {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
    const mailbox = ready.mailbox.exec(output.out);
    return new Relay(
      child,
      directory,
      output,
      ended,
      ready.page.exec(output.out)?.[1] ?? '',
      Number(mailbox?.[1]),
      Number(mailbox?.[2]),
    );
  }

  /** Ports of page, SMTP and implicit TLS, for another relay in its place. */
  get ports(): readonly [number, number, number] {
    return [Number(new URL(this.url).port), this.smtpPort, this.smtpsPort];
  }

  /** What it has logged so far. */
  get log(): string {
    return this.output.log;
  }

  /** Ends it in order; a relay that does not end, or not with 0, is an error. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    let late: NodeJS.Timeout | undefined;
    const timeout = new Promise<'late'>((resolve) => {
      late = setTimeout(() => resolve('late'), patience);
    });
    const status = await Promise.race([this.ended, timeout]);
    clearTimeout(late);
    if (status === 'late') await this.kill();
    await rm(this.directory, { recursive: true, force: true });
    if (status !== 0 && !this.killed) throw new Error(`the relay ended with ${status}:\n${this.log}`);
  }

  private killed = false;

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.killed = true;
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Messages of the embedded mailbox, oldest first. */
  async messages(): Promise<StoredMessage[]> {
    const answer = await fetch(new URL('api/messages', this.url));
    return ((await answer.json()) as { messages: StoredMessage[] }).messages;
  }

  /** One message as it lies in the mailbox. */
  async message(id: string): Promise<Buffer> {
    const answer = await fetch(new URL(`api/messages/${encodeURIComponent(id)}`, this.url));
    if (!answer.ok) throw new Error(`message ${id}: HTTP ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }
}
