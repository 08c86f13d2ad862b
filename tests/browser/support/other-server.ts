// A real server that is not ours, started by the interop tests' program for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './paths';

/** What both programs tell. */
interface Description {
  smtp: number;
  smtps: number;
  ca_file: string;
  maildir: string;
  user: string;
  password: string;
  mailboxes: string[];
}

interface Descriptions {
  postfix: Description & { max_message_octets: number };
  /** It listens twice: these ports know no TLS newer than 1.2. */
  exim: Description & { smtp_tls12: number; smtps_tls12: number };
}

type Kind = keyof Descriptions;

export class OtherServer<K extends Kind> {
  private constructor(
    private readonly process: ChildProcess,
    private readonly ended: Promise<void>,
    readonly at: Descriptions[K],
  ) {}

  static async start<K extends Kind>(kind: K): Promise<OtherServer<K>> {
    const child = spawn('python3', ['-B', join(projectRoot, `tests/interop/${kind}.py`), 'serve'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    let log = '';
    child.stderr.on('data', (piece: Buffer) => {
      log += piece.toString();
    });
    const line = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (piece: Buffer) => {
        text += piece.toString();
        if (text.includes('\n')) resolve(text);
      });
      child.once('error', reject);
      void ended.then(() => reject(new Error(`${kind} did not start: ${log}`)));
    });
    return new OtherServer(child, ended, JSON.parse(line) as Descriptions[K]);
  }

  /** The message in its Maildir that holds this text, once it is there. */
  async message(text: string): Promise<Buffer | undefined> {
    const folder = join(this.at.maildir, 'new');
    const names = await readdir(folder).catch(() => []);
    const messages = await Promise.all(names.map((name) => readFile(join(folder, name))));
    return messages.find((message) => message.includes(text));
  }

  async stop(): Promise<void> {
    this.process.stdin?.end();
    await this.ended;
  }
}
