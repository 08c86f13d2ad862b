import { randomBytes } from 'node:crypto';
import { readMail, richFiles, richMail, sha256 } from './support/mail';
import { expect, test } from './support/test';

const users = [
  '--user',
  'ada@example.org:pass one',
  '--user',
  'ben@example.org:pass two',
  '--user',
  'eve@example.org:3',
];
test.use({ relayOptions: { arguments: users } });

for (const [name, choice, place] of [
  ['STARTTLS', /^STARTTLS, port/, 'page'],
  ['implicit TLS', /^Implicit TLS, port/, 'page'],
  ['implicit TLS', /^Implicit TLS, port/, 'relay'],
] as const) {
  test(`a real mail over ${name} of the ${place} arrives byte for byte as the page shows it`, async ({
    app,
    page,
    relay,
  }) => {
    await app.compose();
    await app.radio(/^Embedded mailbox/).check();
    await app.radio(choice).check();
    await app.tlsPlace(place).check();
    await app.textbox('User name').fill('ada@example.org');
    await app.password.fill('pass one');
    await app.fill({
      ...richMail,
      from: 'Ada Löwe <ada@example.org>',
      to: 'ada@example.org',
      cc: 'Ben Müller <ben@example.org>',
      bcc: 'eve@example.org',
    });
    await app.attach(richFiles);

    // It asks before anything leaves.
    await app.send.click();
    const question = page.getByRole('group', { name: /Send it\?/ });
    await expect(question).toContainText('eve@example.org');
    await expect(question).toContainText(
      `127.0.0.1:${name === 'STARTTLS' ? relay.smtpPort : relay.smtpsPort}`,
    );
    expect(await relay.messages()).toEqual([]);
    await app.button('Not now').click();
    await expect(question).toBeHidden();
    await expect(app.session).toBeHidden();

    await app.sendForReal();
    await expect(app.mode).toHaveText('LIVE');
    await app.ended();
    await expect(app.delivered).toBeVisible();

    const trace = await app.saveTrace();
    expect(trace.header.mode).toBe('live');
    expect(trace.outcome).toBe('delivered');
    expect(trace.find('tls_established')?.data).toMatchObject({
      version: 'TLSv1.3',
      verified: true,
      where: place,
    });
    // The handshake is the same story wherever it was made.
    const handshake = trace.entries.filter((entry) => entry.kind === 'tls_message');
    expect(handshake.slice(0, 2).map((entry) => entry.data['type'])).toEqual([
      'client_hello',
      'server_hello',
    ]);
    expect(new Set(handshake.map((entry) => entry.data['where']))).toEqual(new Set([place]));
    await expect(app.entry(/^Server: CertificateVerify/)).toBeVisible();
    expect(
      trace.dialogue
        .filter((line) => /^C: (MAIL|RCPT|STARTTLS)/.test(line))
        .map((line) => line.split(/ (BODY|SIZE)=/)[0]),
    ).toEqual([
      ...(name === 'STARTTLS' ? ['C: STARTTLS'] : []),
      'C: MAIL FROM:<ada@example.org>',
      'C: RCPT TO:<ada@example.org>',
      'C: RCPT TO:<ben@example.org>',
      'C: RCPT TO:<eve@example.org>',
    ]);

    // What the mailbox has is what the page shows, offers to save, and put on the wire.
    const stored = await relay.messages();
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({
      from: 'ada@example.org',
      to: ['ada@example.org', 'ben@example.org', 'eve@example.org'],
    });
    const raw = await relay.message(stored[0]?.id ?? '');
    const saved = await app.saveMessage();
    expect(sha256(raw)).toBe(sha256(saved));
    expect(sha256(trace.message)).toBe(sha256(saved));
    await expect(page.getByRole('tabpanel')).toContainText('equals this message byte for byte');
    const mailbox = page.getByRole('region', { name: 'In the mailbox' });
    await expect(mailbox).toContainText('Byte for byte the message that this page sent');

    // And it means what was written, to a reader that is not ours.
    const mail = readMail(raw);
    expect(mail.defects).toEqual([]);
    expect(mail.headers).toMatchObject({
      subject: richMail.subject,
      from: 'Ada Löwe <ada@example.org>',
      to: 'ada@example.org',
      cc: 'Ben Müller <ben@example.org>',
    });
    expect(mail.headers['bcc']).toBeUndefined();
    expect(raw.includes('eve@example.org')).toBe(false);
    const text = mail.parts.find((part) => part.type === 'text/plain');
    expect(text?.text?.replaceAll('\r\n', '\n').trimEnd()).toBe(richMail.text);
    for (const file of richFiles) {
      const part = mail.parts.find((p) => p.fileName === file.name);
      expect(part, file.name).toMatchObject({
        type: file.mimeType,
        sha256: sha256(file.buffer),
        disposition: file.place === 'inline' ? 'inline' : 'attachment',
      });
      if (file.place === 'inline') expect(part?.contentId).toMatch(/^<.+>$/);
    }
    expect(
      Math.max(
        ...raw
          .toString('latin1')
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(78);
  });
}

test('a large message keeps its order and every octet, and the page stays awake', async ({
  app,
  page,
  relay,
}) => {
  const buffer = randomBytes(7 << 20);
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.textbox('User name').fill('ada@example.org');
  await app.password.fill('pass one');
  await app.fill({ from: 'ada@example.org', to: 'ben@example.org' });
  await app.attach([{ name: 'noise.bin', mimeType: 'application/octet-stream', buffer }]);
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
  const [stored] = await relay.messages();
  const raw = await relay.message(stored?.id ?? '');
  expect(raw.length).toBeGreaterThan((buffer.length * 4) / 3);
  expect(sha256(raw)).toBe(sha256(await app.saveMessage()));
  expect(readMail(raw).parts.find((part) => part.fileName === 'noise.bin')?.sha256).toBe(sha256(buffer));
  await expect(page.getByRole('region', { name: 'In the mailbox' })).toContainText('Byte for byte');
});

test('files are dropped on the composer, and removed again', async ({ app, page }) => {
  await app.compose();
  await app.attach([]);
  const [plan] = richFiles;
  if (!plan) throw new Error('no file');
  await app.drop(app.textbox('Text'), plan.name, plan.mimeType, plan.buffer);
  await expect(app.button(`Remove ${plan.name}`)).toBeVisible();
  await app.drop(app.textbox('Text'), 'note.bin', '', Buffer.from([0, 1, 2]));
  await expect(app.button('Remove note.bin')).toBeVisible();
  await app.button(`Remove ${plan.name}`).click();
  await expect(app.button(`Remove ${plan.name}`)).toBeHidden();
  await expect(page.getByRole('group', { name: 'Attachments and pictures' })).toContainText(
    'application/octet-stream',
  );
});

test('what is missing is said at its field, and nothing is sent', async ({ app, page, relay }) => {
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.password.fill('');
  await app.fill({ from: 'nobody', to: '' });
  await app.send.click();
  await expect(app.textbox('From')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('#from-note')).toHaveText(/\S/);
  await expect(app.textbox('To')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('#to-note')).toContainText('at least one recipient');
  await expect(app.textbox('From')).toBeFocused();
  await app.fill({ from: 'ada@example.org', to: 'ben@example.org' });
  await app.send.click();
  await expect(app.password).toHaveAttribute('aria-invalid', 'true');
  await expect(app.password).toBeFocused();
  await expect(app.button('Send for real')).toBeHidden();
  expect(await relay.messages()).toEqual([]);
});

test('header fields cannot be smuggled in', async ({ app, relay }) => {
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.textbox('User name').fill('ada@example.org');
  await app.password.fill('pass one');
  await app.fill({ from: 'ada@example.org', to: 'ben@example.org', text: 'x' });
  await app.fill({ subject: 'one\u2028Bcc: eve@example.org\u0085X-Smuggled: yes' });
  await app.sendForReal();
  await app.ended();
  const [stored] = await relay.messages();
  expect(stored?.to).toEqual(['ben@example.org']);
  const mail = readMail(await relay.message(stored?.id ?? ''));
  expect(Object.keys(mail.headers).sort()).toEqual(
    ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].sort(),
  );
});
