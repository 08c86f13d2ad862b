// The capture of a session whose keys the reader asked to keep, judged by Wireshark's own reader.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page, TestInfo } from '@playwright/test';
import { type App, bytesOf } from './support/app';
import { expect, test } from './support/test';

const owner = 'ada@example.org';
const password = 'Kieselstein-47';
test.use({ relayOptions: { arguments: ['--user', `${owner}:${password}`] } });

async function sendToMailbox(app: App, page: Page, keys: 'kept' | 'forgotten'): Promise<void> {
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.radio(/^STARTTLS, port/).check();
  await app.tlsPlace('page').check();
  await page.getByText('Certificates and keys').click();
  await page.getByRole('checkbox', { name: /Keep the keys/ }).setChecked(keys === 'kept');
  await app.textbox('User name').fill(owner);
  await app.password.fill(password);
  await app.fill({ from: owner, to: owner, subject: 'A capture', text: 'Seen by tshark.' });
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
}

async function tshark(file: string, smtpPort: number, ...options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('tshark', [
    ...['-r', file, '-d', `tcp.port==${smtpPort},smtp`],
    ...['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'],
    ...options,
  ]);
  return stdout;
}

async function saved(page: Page, info: TestInfo): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save capture with keys' }).click();
  expect((await download).suggestedFilename()).toMatch(/^smtpscope-\d{14}\.pcapng$/);
  const file = info.outputPath('session.pcapng');
  await writeFile(file, await bytesOf(download));
  return file;
}

test('a capture opens decrypted in Wireshark', async ({ app, page, relay }, info) => {
  await sendToMailbox(app, page, 'kept');
  const file = await saved(page, info);
  const fields = ['-e', 'smtp.req.command', '-e', 'smtp.response.code', '-e', 'tls.handshake.type'];
  const lines = (await tshark(file, relay.smtpPort, '-T', 'fields', ...fields)).split('\n');
  const commands = lines.map((line) => line.split('\t')[0]).filter(Boolean);
  // Wireshark names a command by its first four letters; the login's answers are none.
  expect(commands.filter((command) => /^[A-Z]{4}$/.test(command ?? ''))).toEqual([
    'EHLO',
    'STAR',
    'EHLO',
    'AUTH',
    'MAIL',
    'RCPT',
    'DATA',
    'QUIT',
  ]);
  const codes = lines.map((line) => line.split('\t')[1]).filter(Boolean);
  expect(codes).toEqual(expect.arrayContaining(['220', '235', '354', '221']));
  // What only the keys open: the certificate of TLS 1.3, and the message.
  expect(lines.some((line) => line.split('\t')[2]?.split(',').includes('11'))).toBe(true);
  expect(await tshark(file, relay.smtpPort, '-T', 'fields', '-e', 'imf.subject')).toContain('A capture');
  const wrong = '_ws.malformed || tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0';
  expect(await tshark(file, relay.smtpPort, '-Y', wrong)).toBe('');
});

test('keys are kept of the next session only', async ({ app, page }) => {
  await sendToMailbox(app, page, 'kept');
  await app.button('Send again').click();
  await expect(page.getByRole('checkbox', { name: /Keep the keys/ })).not.toBeChecked();
});

test('keys that nobody asked to keep are not there to be saved', async ({ app, page }) => {
  await sendToMailbox(app, page, 'forgotten');
  await expect(page.getByRole('button', { name: 'Save trace' })).toBeVisible();
  await expect(page.getByRole('button', { name: /capture/ })).toHaveCount(0);
});
