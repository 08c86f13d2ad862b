// A real Postfix, started by tests/interop/postfix.py.

import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './paths';

interface Description {
  smtp: number;
  smtps: number;
  ca_file: string;
  maildir: string;
  user: string;
  password: string;
  mailboxes: string[];
  max_message_octets: number;
}

export class Postfix {
  private constructor(
    private readonly process: ChildProcess,
    private readonly ended: Promise<void>,
    readonly at: Description,
  ) {}

  static async start(): Promise<Postfix> {
    const child = spawn('python3', [join(projectRoot, 'tests/interop/postfix.py'), 'serve'], {
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
      void ended.then(() => reject(new Error(`Postfix did not start: ${log}`)));
    });
    return new Postfix(child, ended, JSON.parse(line) as Description);
  }

  /** Messages in its Maildir, in no order. */
  async messages(): Promise<Buffer[]> {
    const folder = join(this.at.maildir, 'new');
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.map((name) => readFile(join(folder, name))));
  }

  async stop(): Promise<void> {
    this.process.stdin?.end();
    await this.ended;
  }
}
