// A relay that lets in only who has a token.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relay } from './support/relay';
import { expect, test } from './support/test';

const token = 'a-token-for-this-test-0123456789';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test.use({
  // biome-ignore lint/correctness/noEmptyPattern: a fixture that needs no other
  relay: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'smtpscope-token-'));
    const port = await freePort();
    const file = join(directory, 'tokens');
    // A token is bound to the origin of its page, so the port has to be known beforehand.
    await writeFile(file, `ada ${token} 2099-01-01T00:00:00Z http://127.0.0.1:${port}\n`, { mode: 0o600 });
    const relay = await Relay.start({ ports: [port, 0, 0], arguments: ['--token-file', file] });
    await use(relay);
    await relay.stop();
    await rm(directory, { recursive: true });
  },
});

test('is asked for, judged, and opens relay and mailbox', async ({ app, page }) => {
  const field = page.getByLabel('Token of the relay', { exact: true });
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await expect(field).toHaveAttribute('type', 'password');
  await app.fill({ from: 'alice@example.org', to: 'alice@example.org' });

  await app.send.click();
  await expect(field).toBeFocused();
  await expect(page.getByText('This relay asks for a token.')).toBeVisible();

  await field.fill('not the right one at all');
  await app.sendForReal();
  await app.ended();
  await expect(app.headline).toHaveText('The relay does not take this token');
  await page.keyboard.press('Escape');
  await app.button('Edit message').click();

  await field.fill(token);
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
  await app.button('See it in the mailbox').click();
  await expect(page.getByRole('region', { name: 'In the mailbox' })).toContainText('Byte for byte');

  // It is no part of the session.
  const trace = await app.saveTrace();
  expect(JSON.stringify(trace.entries)).not.toContain(token);
});
