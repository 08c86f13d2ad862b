// A server that is not ours: Postfix from Debian, with an authority of its own that the relay is told to trust.

import { readFile } from 'node:fs/promises';
import { readMail, richFiles, richMail, sha256 } from './support/mail';
import { OtherServer } from './support/other-server';
import { Relay } from './support/relay';
import { test as base, expect } from './support/test';
import type { Trace } from './support/trace';

const test = base.extend<object, { postfix: OtherServer<'postfix'> }>({
  postfix: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
    async ({}, use) => {
      const postfix = await OtherServer.start('postfix');
      await use(postfix);
      await postfix.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

test.use({
  relay: async ({ postfix }, use) => {
    const { smtp, smtps, ca_file } = postfix.at;
    const allow = ['--allow', `localhost:${smtp}`, '--allow', `localhost:${smtps}`, '--allow-private'];
    const relay = await Relay.start({ arguments: [...allow, '--ca-file', ca_file] });
    await use(relay);
    await relay.stop();
  },
});
test.describe.configure({ mode: 'serial' });

/** What TLS said once it stood, whoever made it. */
const saidByTls = (trace: Trace) => {
  const stood = trace.find('tls_established')?.seq ?? 0;
  return trace.entries
    .filter(({ kind, seq }) => kind === 'tls_message' && seq > stood)
    .map(({ dir, data }) => `${dir} ${data['description'] ?? data['type']}`)
    .sort();
};
const allThatTlsSays = ['c2s close_notify', 's2c close_notify', 's2c new_session_ticket'];

for (const tls of ['starttls', 'implicit'] as const) {
  for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
    test(`delivers over ${tls}, AUTH ${mechanism}, and is read back as it was sent`, async ({
      app,
      postfix,
    }) => {
      const { user, password, mailboxes, smtp, smtps } = postfix.at;
      const to = mailboxes[1] ?? '';
      await app.compose();
      await app.chooseServer({
        host: 'localhost',
        port: tls === 'starttls' ? smtp : smtps,
        tls,
        user,
        password,
        mechanism,
      });
      await app.fill({ ...richMail, from: user, to });
      await app.attach(richFiles);
      await app.sendForReal();
      await app.ended();
      await expect(app.delivered).toBeVisible();
      const trace = await app.saveTrace();
      expect(trace.find('tls_established')?.data).toMatchObject({ verified: true, where: 'relay' });
      expect(saidByTls(trace)).toEqual(allThatTlsSays);
      expect(trace.dialogue.some((line) => line.startsWith(`C: AUTH ${mechanism}`))).toBe(true);
      await app.tab('Security').click();
      await expect(app.page.getByRole('tabpanel')).toContainText('Test authority for Postfix');

      const sent = await app.saveMessage();
      expect(sha256(trace.message)).toBe(sha256(sent));
      // Postfix stores lines with LF, and puts its own header fields before the message.
      const expected = sent.toString('latin1').replaceAll('\r\n', '\n');
      const id = readMail(sent).headers['message-id'] ?? '';
      await expect.poll(async () => (await postfix.message(id)) !== undefined).toBe(true);
      const delivered = (await postfix.message(id))?.toString('latin1') ?? '';
      const prepended = delivered.slice(0, delivered.length - expected.length);
      expect(delivered.endsWith(expected)).toBe(true);
      expect(prepended).toMatch(/^(Return-Path|X-Original-To|Delivered-To|Received): /);
      expect(
        prepended
          .replace(/\n[ \t]+/g, ' ')
          .trimEnd()
          .split('\n')
          .map((line) => line.split(':')[0]),
      ).toEqual(expect.arrayContaining(['Received']));
    });
  }
}

for (const tls of ['starttls', 'implicit'] as const) {
  test(`delivers over ${tls} made in the page, which trusts the server's authority`, async ({
    app,
    postfix,
  }) => {
    const { user, password, mailboxes, smtp, smtps, ca_file } = postfix.at;
    await app.compose();
    await app.chooseServer({
      host: 'localhost',
      port: tls === 'starttls' ? smtp : smtps,
      tls,
      user,
      password,
      place: 'page',
      trusted: await readFile(ca_file, 'utf8'),
    });
    await app.fill({ ...richMail, from: user, to: mailboxes[1] ?? '' });
    await app.attach(richFiles);
    await app.sendForReal();
    await app.ended();
    await expect(app.delivered).toBeVisible();
    const trace = await app.saveTrace();
    expect(trace.find('tls_established')?.data).toMatchObject({ verified: true, where: 'page' });
    expect(saidByTls(trace)).toEqual(allThatTlsSays);
    const sent = await app.saveMessage();
    const id = readMail(sent).headers['message-id'] ?? '';
    await expect.poll(async () => (await postfix.message(id)) !== undefined).toBe(true);
    const delivered = (await postfix.message(id))?.toString('latin1') ?? '';
    expect(delivered.endsWith(sent.toString('latin1').replaceAll('\r\n', '\n'))).toBe(true);
  });
}

test('a wrong password is refused, and the right one goes through', async ({ app, postfix }) => {
  const { user, password, smtp } = postfix.at;
  await app.compose();
  await app.chooseServer({ host: 'localhost', port: smtp, tls: 'starttls', user, password: `${password}?` });
  await app.fill({ from: user, to: user });
  await app.sendForReal();
  await app.ended();
  await app.expectLesson({ title: /password|login|log in/i, evidence: /server: 535/ });
  await app.button('Edit message').click();
  await app.password.fill(password);
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
});

test('a message that is too large is refused before it is sent, a smaller one is taken', async ({
  app,
  postfix,
}) => {
  const { user, password, smtp, max_message_octets } = postfix.at;
  const buffer = Buffer.alloc(max_message_octets);
  await app.compose();
  await app.chooseServer({ host: 'localhost', port: smtp, tls: 'starttls', user, password });
  await app.fill({ from: user, to: user });
  await app.attach([{ name: 'large.bin', mimeType: 'application/octet-stream', buffer }]);
  await app.sendForReal();
  await app.ended();
  await app.expectLesson({
    title: 'The message is too large',
    evidence: /server: 552/,
    advice: /attachments/,
  });
  await app.button('Edit message').click();
  await app.attach([
    { name: 'small.bin', mimeType: 'application/octet-stream', buffer: buffer.subarray(0, 1000) },
  ]);
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
});

test('one of two recipients is unknown: the other gets the message, and the page says so', async ({
  app,
  postfix,
}) => {
  const { user, password, smtp, mailboxes } = postfix.at;
  await app.compose();
  await app.chooseServer({ host: 'localhost', port: smtp, tls: 'starttls', user, password });
  await app.fill({ from: user, to: `nobody@example.org, ${mailboxes[2]}` });
  await app.sendForReal();
  await app.ended();
  const trace = await app.saveTrace();
  expect(trace.outcome).toBe('partly');
  await app.expectLesson({ title: /recipient/i, evidence: /server: 550/ });
  await app.entry('Delivered to some recipients').click();
  const recipients = app.now.getByRole('listitem');
  await expect(recipients.filter({ hasText: 'nobody@example.org' })).toContainText('not accepted (550)');
  await expect(recipients.filter({ hasText: mailboxes[2] ?? '' })).not.toContainText('not accepted');
  const sent = readMail(await app.saveMessage()).headers['message-id'] ?? '';
  await expect.poll(async () => (await postfix.message(sent)) !== undefined).toBe(true);
});
