// The largest mail that providers take, encrypted in the page, while somebody looks at it.

import { randomBytes } from 'node:crypto';
import { readMail, sha256 } from './support/mail';
import { expect, test } from './support/test';

const owner = 'ada@example.org';
test.use({
  relayOptions: { arguments: ['--user', `${owner}:pass one`, '--max-message-size', String(40 << 20)] },
});
test.setTimeout(120_000);

/** Milliseconds in which nothing else could happen in the page, on however busy a machine; tests/bench/page measures tasks. */
const longestPause = 2_000;

test('a mail of 25 MiB goes through with TLS in the page, which stays awake', async ({
  app,
  page,
  relay,
}) => {
  const buffer = randomBytes(19 << 20); // base64 makes 26 MiB of it
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.tlsPlace('page').check();
  await app.textbox('User name').fill(owner);
  await app.password.fill('pass one');
  await app.fill({ from: owner, to: owner });
  await app.attach([{ name: 'noise.bin', mimeType: 'application/octet-stream', buffer }]);
  await page.evaluate(() => {
    const ticks = { longest: 0, count: 0 };
    Object.assign(window, { ticks });
    let last = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const now = performance.now();
      ticks.longest = Math.max(ticks.longest, now - last);
      ticks.count += 1;
      last = now;
      setTimeout(() => channel.port2.postMessage(undefined), 5);
    };
    channel.port2.postMessage(undefined);
  });
  await app.sendForReal();
  await expect(app.button('Edit message')).toBeVisible({ timeout: 90_000 });
  await expect(app.delivered).toBeVisible();
  await app.tab('Message').click();
  await expect(page.getByRole('tabpanel')).toContainText('equals this message byte for byte', {
    timeout: 30_000,
  });

  const ticks = await page.evaluate(
    () => (window as unknown as { ticks: { longest: number; count: number } }).ticks,
  );
  expect(ticks.count).toBeGreaterThan(50);
  expect(ticks.longest).toBeLessThan(longestPause);
  const [stored] = await relay.messages();
  const raw = await relay.message(stored?.id ?? '');
  expect(raw.length).toBeGreaterThan(25 << 20);
  expect(readMail(raw).parts.find((part) => part.fileName === 'noise.bin')?.sha256).toBe(sha256(buffer));
});
