// A message with everything that can go wrong in one, and an independent reader for what arrives.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Attachment, Mail } from './app';
import { png } from './png';

export interface ReadPart {
  type: string;
  disposition: string | null;
  fileName: string | null;
  contentId: string | null;
  sha256: string;
  text: string | null;
}

export interface ReadMail {
  headers: Record<string, string>;
  defects: string[];
  parts: ReadPart[];
}

/** The message as Python's email package understands it. */
export function readMail(message: Buffer): ReadMail {
  const done = spawnSync('python3', [join(__dirname, 'read_mail.py')], {
    input: message,
    maxBuffer: 64 << 20,
  });
  if (done.status !== 0) throw new Error(`read_mail.py: ${done.stderr.toString()}`);
  return JSON.parse(done.stdout.toString()) as ReadMail;
}

export function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** Non-ASCII everywhere, dots at line starts, a line longer than SMTP takes, both kinds of picture. */
export const richMail = {
  subject: 'Grüße – 你好 ✓ und ein Betreff, der für eine einzige Kopfzeile viel zu lang ist',
  text: `Grüß Gott,\n.\n.a line that begins with a dot\n..and two\n${'lang '.repeat(300)}\nзакат 🌅  \n\nEnde`,
} satisfies Mail;

export const richFiles: readonly Attachment[] = [
  { name: 'Straßenplan – 地图.png', mimeType: 'image/png', buffer: png(64, 1), place: 'attach' },
  { name: 'sunset.png', mimeType: 'image/png', buffer: png(48, 2), place: 'inline' },
];
