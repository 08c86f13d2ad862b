// Whom the page trusts when it makes TLS: certificates of the reader's own, a server that nobody vouches for, and
// every bad certificate refused with its own words.

import { readFile } from 'node:fs/promises';
import { Authority, selfSigned } from './support/certificates';
import { fails, succeeds, toPeer } from './support/lessons';
import { delivers, deliversImplicitly } from './support/peer-scripts';
import { expect, test } from './support/peer-test';

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
      // The evidence says which certificate, and why.
      await fails(app, { title, evidence: /localhost/ });
      await app.button('Back to the session').click();
      const chapter = page
        .getByRole('navigation', { name: 'Chapters' })
        .getByRole('button', { name: /^Secure/ });
      await expect(chapter).toHaveText('Secure (failed)');
      const trace = await app.saveTrace();
      const error = trace.find('transport_error')?.data;
      expect(error).toMatchObject({ stage: 'tls', code: 'tls_verify' });
      expect(error?.['certificates']).not.toHaveLength(0);
      expect(trace.tlsMessages.at(-1)).toBe('c2s alert');
      expect(trace.dialogue.some((line) => line.startsWith('C: AUTH'))).toBe(false);
      await app.tab('Security').click();
      await expect(page.getByRole('tabpanel')).toContainText('Certificates that were refused');
      await expect(page.getByRole('tabpanel')).toContainText('here it fails');
      await expect(page.locator('.chain .faulty dt')).toHaveText(at);
    });
  }
});
