// TLS made in the page: the relay carries ciphertext, everything is shown, and a server that breaks TLS ends with its
// own words.

import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { App } from './support/app';
import { fails, succeeds, toPeer } from './support/lessons';
import { secured } from './support/peer-scripts';
import { expect, test } from './support/peer-test';

const owner = 'ada@example.org';
const ownerPassword = 'Kieselstein-47';
const secretText = 'The-lighthouse-is-where-we-meet';
test.use({ relayOptions: { arguments: ['--user', `${owner}:${ownerPassword}`] } });

/** What goes through the page's WebSocket, both ways, as Chromium's own network layer sees it. */
async function watchFrames(page: Page): Promise<() => Buffer> {
  const frames: Buffer[] = [];
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const keep = ({ response }: { response: { opcode: number; payloadData: string } }) =>
    frames.push(Buffer.from(response.payloadData, response.opcode === 2 ? 'base64' : 'utf8'));
  cdp.on('Network.webSocketFrameSent', keep);
  cdp.on('Network.webSocketFrameReceived', keep);
  return () => Buffer.concat(frames);
}

const base64Of = (text: string) => Buffer.from(text).toString('base64');
/** Everything in which a secret would be readable. */
const forms = [
  ownerPassword,
  base64Of(ownerPassword),
  base64Of(`\0${owner}\0${ownerPassword}`),
  secretText,
  base64Of(secretText).slice(0, 24),
  'MAIL FROM',
];

async function toMailbox(app: App, tls: 'STARTTLS' | 'Implicit TLS'): Promise<void> {
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.radio(new RegExp(`^${tls}, port`)).check();
  await expect(app.tlsPlace('page')).toBeChecked();
  await app.textbox('User name').fill(owner);
  await app.password.fill(ownerPassword);
  await app.fill({ from: owner, to: owner, subject: 'x', text: secretText });
}

for (const tls of ['STARTTLS', 'Implicit TLS'] as const) {
  test(`${tls}: nothing that the relay carries can be read, and the handshake is shown`, async ({
    app,
    page,
    relay,
    witness,
  }) => {
    await toMailbox(app, tls);
    const loadedBefore = witness.requests.filter((url) => /smtpscope-(tls|roots)/.test(url));
    expect(loadedBefore, 'TLS is loaded when a session needs it').toEqual([]);
    const frames = await watchFrames(page);
    await app.sendForReal();
    await app.ended();
    await expect(app.delivered).toBeVisible();

    const seen = frames().toString('latin1');
    expect(seen).toContain('"op":"open"');
    expect(seen).not.toContain('start_tls');
    for (const form of forms) expect(seen.includes(form), `${form} in a frame of the tunnel`).toBe(false);
    expect(seen.includes('EHLO')).toBe(tls === 'STARTTLS');
    const [stored] = await relay.messages();
    expect((await relay.message(stored?.id ?? '')).toString()).toContain(secretText);

    const trace = await app.saveTrace();
    expect(trace.find('tls_established')?.data).toMatchObject({
      version: 'TLSv1.3',
      verified: true,
      where: 'page',
    });
    expect(trace.tlsMessages.slice(0, 2)).toEqual(['c2s client_hello', 's2c server_hello']);
    for (const message of [
      's2c encrypted_extensions',
      's2c certificate',
      's2c certificate_verify',
      's2c finished',
      'c2s finished',
    ])
      expect(trace.tlsMessages).toContain(message);
    // Both sides say goodbye, between the server's last words and the end of the connection.
    const parting = trace.entries.slice(trace.entries.findLastIndex((entry) => entry.kind === 'reply') + 1);
    expect(parting.map(({ kind, data }) => data['description'] ?? kind)).toEqual([
      'close_notify',
      'close_notify',
      'closed',
      'result',
    ]);
    expect(parting.slice(0, 2).map(({ dir }) => dir)).toEqual(expect.arrayContaining(['c2s', 's2c']));
    const hello = trace.entries.find((entry) => entry.data['type'] === 'client_hello');
    expect(hello?.fields?.length).toBeGreaterThan(10);
    expect(hello && trace.bytes(hello)[0]).toBe(1);

    await app.entry(/^Client: ClientHello/).click();
    await expect(app.headline).toHaveText(/ClientHello/);
    await expect(app.now.getByRole('link', { name: /RFC 8446/ })).toBeVisible();
    await expect(app.bytes).toBeVisible();
    await app.tab('Security').click();
    const panel = page.getByRole('tabpanel');
    await expect(panel.getByRole('button', { name: /Certificate/ }).first()).toBeVisible();
    await app.entry(/^Delivered/).click();
    await expect(panel).toContainText('the certificate was checked against the server’s name');
    await expect(panel.locator('.readers li', { hasText: 'The relay' })).toContainText(
      tls === 'STARTTLS' ? 'can read a part' : 'cannot read it',
    );
    await expect(panel).toContainText('The server encrypts from here');
    await expect(panel.locator('.chain')).toContainText('SHA-256');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);

    await app.openTraceFile('again.jsonl', trace.file);
    await expect(app.mode).toHaveText('LIVE, RECORDED');
    await app.button('Last').click();
    await expect(app.entry(/^Client: ClientHello/)).toBeVisible();
  });
}

test('a login is tied to the TLS connection', async ({ app, page }) => {
  await toMailbox(app, 'Implicit TLS');
  await page.getByLabel('Mechanism').selectOption('SCRAM-SHA-256-PLUS');
  // Where the relay makes TLS there is nothing to tie it to.
  await app.tlsPlace('relay').check();
  await expect(page.getByLabel('Mechanism').locator('option', { hasText: 'PLUS' })).toHaveCount(0);
  await app.tlsPlace('page').check();
  await page.getByLabel('Mechanism').selectOption('SCRAM-SHA-256-PLUS');
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
  const trace = await app.saveTrace();
  const login = trace.dialogue.find((line) => line.startsWith('C: AUTH'));
  expect(login).toMatch(/^C: AUTH SCRAM-SHA-256-PLUS /);
  expect(Buffer.from(login?.split(' ')[3] ?? '', 'base64').toString()).toMatch(/^p=tls-exporter,,n=ada/);
});

test.describe('a server that breaks TLS', () => {
  test('speaks in the clear where TLS is to be', async ({ app, peer, server }) => {
    peer.script = async (client) => {
      client.send('220 peer.example ESMTP');
      await client.silence();
    };
    await toPeer(app, { ...server, tls: 'implicit', place: 'page' });
    await fails(app, {
      title: 'The server does not speak TLS on this port',
      evidence: /\S/,
      advice: 'STARTTLS',
    });
  });

  test('says more in the clear behind its answer to STARTTLS', async ({ app, peer, server }) => {
    peer.script = async (client) => {
      client.send('220 peer.example ESMTP');
      await client.expect(/^EHLO/);
      client.send('250-peer.example', '250 STARTTLS');
      await client.expect(/^STARTTLS$/);
      client.send('220 Ready', '250-peer.example', '250 AUTH PLAIN');
      await client.silence();
    };
    await toPeer(app, { ...server, place: 'page' });
    await fails(app, { title: 'Somebody may be injecting commands', evidence: /\S/ });
  });

  test('hangs up in the handshake', async ({ app, peer, server }) => {
    peer.script = async (client) => {
      await client.octets(100);
      client.hangUp();
    };
    await toPeer(app, { ...server, tls: 'implicit', place: 'page' });
    await fails(app, { title: 'The server hung up during the TLS handshake', evidence: /\S/ });
  });

  test('says nothing, but not for ever', async ({ app, page, peer, server }) => {
    peer.script = (client) => client.silence();
    await page.clock.install();
    await toPeer(app, { ...server, tls: 'implicit', place: 'page' });
    await app.sendForReal();
    await expect(app.entry(/^Client: ClientHello/)).toBeVisible();
    await page.clock.runFor(11_000);
    await app.ended();
    await app.expectLesson({ title: 'The connection went quiet', evidence: /\S/ });
  });

  test('is cut off in the middle, without a goodbye', async ({ app, authority, peer, server }) => {
    peer.script = async (client) => {
      await secured(client);
      client.reset();
    };
    const trusted = await readFile(authority.file, 'utf8');
    await toPeer(app, { ...server, place: 'page', trusted });
    await fails(app, { title: /The (server hung up|connection was cut)/, evidence: /\S/ });
  });

  test('has its octets changed on the way', async ({ app, authority, peer, server }) => {
    peer.script = async (client) => {
      await secured(client);
      client.sendPlainly(Buffer.from('\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'latin1'));
      await client.silence();
    };
    const trusted = await readFile(authority.file, 'utf8');
    await toPeer(app, { ...server, place: 'page', trusted });
    await fails(app, { title: 'The encrypted connection was damaged', evidence: /\S/, advice: 'network' });
  });
});

test('TLS that cannot be loaded is said, and nothing goes unencrypted', async ({
  app,
  page,
  peer,
  server,
  witness,
}) => {
  witness.allow(/request failed: .*smtpscope-tls/, /console error: .*(smtpscope-tls|ERR_FAILED)/);
  await page.context().route(/smtpscope-tls.*\.wasm/, (route) => route.abort());
  peer.script = (client) => client.silence();
  await toPeer(app, { ...server, tls: 'implicit', place: 'page' });
  await fails(app, {
    title: 'TLS could not be had in this page',
    evidence: /\S/,
    advice: 'TLS in the relay',
  });
  await page.context().unroute(/smtpscope-tls.*\.wasm/);
  await app.radio(/^Embedded mailbox/).check();
  await app.textbox('User name').fill(owner);
  await app.password.fill(ownerPassword);
  await app.fill({ from: owner, to: owner });
  await succeeds(app);
});

test('the choice is made, the handshake walked through, by keys alone', async ({ app, page }) => {
  await toMailbox(app, 'Implicit TLS');
  await app.tlsPlace('page').focus();
  await page.keyboard.press('ArrowDown');
  await expect(app.tlsPlace('relay')).toBeChecked();
  await page.keyboard.press('ArrowUp');
  await expect(app.tlsPlace('page')).toBeChecked();
  await app.sendForReal();
  await app.ended();
  await app.tab('Security').focus();
  await page.keyboard.press('Enter');
  const first = page.getByRole('tabpanel').getByRole('button', { name: /ClientHello/ });
  await first.focus();
  await page.keyboard.press('Enter');
  await expect(app.headline).toHaveText(/ClientHello/);
  await expect(first).toBeFocused();
  await expect(first).toHaveAttribute('aria-pressed', 'true');
});

test.describe('a relay that carries only ciphertext', () => {
  test.use({
    relayOptions: { arguments: ['--ciphertext-only', 'smtp.gmail.com:465'] },
  });

  test('leaves no choice', async ({ app, page }) => {
    await app.compose();
    await app.radio(/^Gmail 465/).check();
    await expect(app.tlsPlace('page')).toBeChecked();
    await expect(app.tlsPlace('relay')).toBeDisabled();
    await expect(page.locator('smtp-tls-place')).toContainText('carries only ciphertext to this server');
    await app.radio(/^Gmail 587/).check();
    await expect(app.tlsPlace('relay')).toBeEnabled();
  });
});
