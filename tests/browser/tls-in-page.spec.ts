// TLS made in the page: the relay carries ciphertext, everything is shown, and every bad server is refused with
// its own words.

import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { App } from './support/app';
import { Authority, selfSigned } from './support/certificates';
import { fails, succeeds, toPeer } from './support/lessons';
import { delivers, deliversImplicitly, secured } from './support/peer-scripts';
import { expect, test } from './support/peer-test';
import type { Trace } from './support/trace';

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

const messages = (trace: Trace) =>
  trace.entries
    .filter((entry) => entry.kind === 'tls_message')
    .map((entry) => `${entry.dir} ${entry.data['type']}`);

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
    expect(messages(trace).slice(0, 2)).toEqual(['c2s client_hello', 's2c server_hello']);
    for (const message of [
      's2c encrypted_extensions',
      's2c certificate',
      's2c certificate_verify',
      's2c finished',
      'c2s finished',
    ])
      expect(messages(trace)).toContain(message);
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

test('what was asked before sending is asked anew when it no longer holds', async ({ app, page, server }) => {
  await toPeer(app, { ...server, place: 'page' });
  const question = page.getByRole('group', { name: /Send it\?/ });
  const changes = {
    encryption: () => page.getByLabel('Encryption').selectOption('never'),
    'encryption again': () => page.getByLabel('Encryption', { exact: true }).selectOption('starttls'),
    host: () => page.getByLabel('Host').fill('127.0.0.1'),
    'no need to be vouched for': async () => {
      await app.openTrust();
      await page.getByRole('checkbox', { name: /^Go on though/ }).check();
    },
    recipient: () => app.fill({ to: 'ben@peer.example' }),
  };
  for (const [what, change] of Object.entries(changes)) {
    await app.send.click();
    await expect(question, what).toBeVisible();
    await change();
    await expect(question, what).toBeHidden();
  }
});

test.describe('servers of the reader’s own', () => {
  test('are trusted by the certificate that the reader adds', async ({ app, authority, peer, server }) => {
    peer.script = delivers;
    const trusted = await readFile(authority.file, 'utf8');
    await toPeer(app, { ...server, place: 'page', trusted });
    await succeeds(app);
    const trace = await app.saveTrace();
    expect(trace.find('tls_established')?.data).toMatchObject({
      verified: true,
      anchor: expect.stringContaining('Test authority trusted'),
    });
  });

  test('may do without, for one session and by name', async ({ app, directory, page, peer, server }) => {
    peer.certificate = await selfSigned(directory, 'localhost');
    peer.implicit = true;
    peer.script = deliversImplicitly;
    await toPeer(app, { ...server, tls: 'implicit', place: 'page' });
    await app.openTrust();
    const goOn = page.getByRole('checkbox', { name: /^Go on though/ });
    await goOn.check();
    await app.send.click();
    await expect(page.getByRole('group', { name: /Send it\?/ })).toContainText('nobody has to vouch');
    await app.button('Send for real').click();
    await app.ended();
    await expect(app.delivered).toBeVisible();
    await expect(app.story).toContainText('not verified');
    await app.tab('Security').click();
    const panel = page.getByRole('tabpanel');
    await expect(panel).toContainText('nobody vouches for the server (self signed)');
    // Whoever goes on wants to see with whom.
    await expect(panel.getByRole('heading', { name: /^Certificates that nobody vouches for/ })).toBeVisible();
    await expect(panel.locator('.chain')).toContainText('SHA-256');
    const trace = await app.saveTrace();
    expect(trace.find('tls_established')?.data).toMatchObject({
      verified: false,
      reason: 'self_signed',
      chain: [{ subject: 'CN=localhost', names: ['localhost'] }],
    });
    await app.button('Edit message').click();
    await expect(goOn).not.toBeChecked();
    await fails(app, { title: 'The server vouches only for itself', evidence: /\S/ });
  });

  test('are no provider’s', async ({ app, page }) => {
    await app.compose();
    await app.radio(/^Gmail 465/).check();
    await app.openTrust();
    const goOn = page.getByRole('checkbox', { name: /^Go on though/ });
    await expect(goOn).toBeHidden();
    await app.radio(/^Other server/).check();
    await app.openTrust();
    await expect(goOn).toBeVisible();
    await page.getByLabel('Host').fill('smtp.gmail.com');
    await expect(goOn).toBeHidden();
  });

  test('keep what was added to trust while the reader looks elsewhere', async ({
    app,
    authority,
    page,
    server,
  }) => {
    const trusted = (await readFile(authority.file, 'utf8')).trim();
    await toPeer(app, { ...server, place: 'page', trusted });
    const field = app.textbox('Trust these certificates too');
    const keep = page.getByRole('checkbox', { name: /^Keep the keys/ });
    await keep.check();
    await app.radio(/^In this page/).check();
    await expect(field).toBeHidden();
    await app.send.click();
    await app.ended();
    await app.button('Edit message').click();
    await app.radio(/^Other server/).check();
    await expect(field).toHaveValue(trusted);
    await expect(keep, 'that was for one session').not.toBeChecked();
    await page.getByLabel('Encryption').selectOption('never');
    await expect(field).toBeHidden();
    await page.getByLabel('Encryption', { exact: true }).selectOption('starttls');
    await expect(field).toHaveValue(trusted);
  });

  test('are asked about with all that is wrong at once, focus on the first', async ({
    app,
    page,
    server,
  }) => {
    await toPeer(app, { ...server, place: 'page', trusted: 'mail.example' });
    await app.fill({ from: 'nobody', to: 'ben@peer.example' });
    await page.getByLabel('Host').fill('');
    await page.getByRole('spinbutton', { name: 'Port' }).fill('99999');
    await app.send.click();
    await expect(page.locator('#from-note')).toHaveText('The address has no @.');
    for (const field of ['host', 'port', 'pem'])
      await expect(page.locator(`#${field}`), field).toHaveAttribute('aria-invalid', 'true');
    await expect(app.textbox('From')).toBeFocused();
    await app.fill({ from: 'ada@peer.example' });
    await app.send.click();
    await expect(page.getByLabel('Host')).toBeFocused();
  });

  test('need certificates that are some', async ({ app, page, server }) => {
    await toPeer(app, { ...server, place: 'page', trusted: 'mail.example' });
    await app.send.click();
    const field = app.textbox('Trust these certificates too');
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator('#pem-note')).toContainText('no certificate');
    await expect(app.button('Send for real')).toBeHidden();
  });
});

test.describe('a certificate that is not to be trusted is refused in the page', () => {
  for (const { name, title, tls, at } of [
    {
      name: 'unknown authority',
      title: "The server's certificate is not to be trusted",
      tls: 'implicit',
      at: 'Issued by',
    },
    { name: 'self-signed', title: 'The server vouches only for itself', tls: 'starttls', at: 'Issued by' },
    { name: 'expired', title: "The server's certificate has expired", tls: 'implicit', at: 'Valid' },
    { name: 'another name', title: 'The certificate belongs to another name', tls: 'starttls', at: 'For' },
    { name: 'no name', title: 'The certificate names no host', tls: 'implicit', at: 'For' },
    {
      name: 'half a chain',
      title: 'The server does not show who vouches for it',
      tls: 'implicit',
      at: 'Issued by',
    },
  ] as const) {
    test(`${name}, ${tls}`, async ({ app, authority, directory, page, peer, server }, { workerIndex }) => {
      const bad = {
        'unknown authority': async () =>
          (await Authority.make(directory, `unknown-${workerIndex}`)).certify('localhost'),
        'self-signed': () => selfSigned(directory, 'localhost'),
        expired: () => authority.certify('localhost', -1),
        'another name': () => authority.certify('mail.other.example'),
        'no name': () => authority.certify('localhost', 7, '/CN=localhost', ['extendedKeyUsage=serverAuth']),
        // It says where its issuer's certificate is, as those of public authorities do.
        'half a chain': async () =>
          (await authority.intermediate(`between-${workerIndex}`)).certify('localhost', 7, '/CN=localhost', [
            'subjectAltName=DNS:localhost',
            'authorityInfoAccess=caIssuers;URI:http://issuer.example/between.der',
          ]),
      };
      peer.certificate = await bad[name]();
      peer.implicit = tls === 'implicit';
      peer.script = tls === 'implicit' ? deliversImplicitly : delivers;
      const trusted = await readFile(authority.file, 'utf8');
      await toPeer(app, { ...server, tls, place: 'page', trusted });
      await fails(app, { title, evidence: /\S/ });
      await app.button('Back to the session').click();
      const trace = await app.saveTrace();
      const error = trace.find('transport_error')?.data;
      expect(error).toMatchObject({ stage: 'tls', code: 'tls_verify' });
      expect(error?.['certificates']).not.toHaveLength(0);
      expect(messages(trace).at(-1)).toBe('c2s alert');
      expect(trace.dialogue.some((line) => line.startsWith('C: AUTH'))).toBe(false);
      await app.tab('Security').click();
      await expect(page.getByRole('tabpanel')).toContainText('Certificates that were refused');
      await expect(page.getByRole('tabpanel')).toContainText('here it fails');
      await expect(page.locator('.chain .faulty dt')).toHaveText(at);
    });
  }
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
