// Another server that is not ours: Exim from Debian, which speaks TLS by GnuTLS, with an authority of its own that
// the page is told to trust.

import { readFile } from 'node:fs/promises';
import { readMail, richFiles, richMail } from './support/mail';
import { OtherServer } from './support/other-server';
import { Relay } from './support/relay';
import { test as base, expect } from './support/test';

const test = base.extend<object, { exim: OtherServer<'exim'> }>({
  exim: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
    async ({}, use) => {
      const exim = await OtherServer.start('exim');
      await use(exim);
      await exim.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

test.use({
  relay: async ({ exim }, use) => {
    const { smtp, smtps, smtp_tls12, smtps_tls12 } = exim.at;
    const allow = [smtp, smtps, smtp_tls12, smtps_tls12].flatMap((port) => ['--allow', `localhost:${port}`]);
    const relay = await Relay.start({ arguments: [...allow, '--allow-private'] });
    await use(relay);
    await relay.stop();
  },
});

for (const { tls, version, port, mechanism } of [
  { tls: 'starttls', version: 'TLSv1.3', port: 'smtp', mechanism: 'PLAIN' },
  { tls: 'starttls', version: 'TLSv1.2', port: 'smtp_tls12', mechanism: 'LOGIN' },
  { tls: 'implicit', version: 'TLSv1.3', port: 'smtps', mechanism: 'LOGIN' },
  { tls: 'implicit', version: 'TLSv1.2', port: 'smtps_tls12', mechanism: 'PLAIN' },
] as const) {
  test(`delivers over ${tls}, ${version}, made in the page`, async ({ app, exim }) => {
    const { user, password, mailboxes, ca_file } = exim.at;
    await app.compose();
    await app.chooseServer({
      host: 'localhost',
      port: exim.at[port],
      tls,
      user,
      password,
      mechanism,
      place: 'page',
      trusted: await readFile(ca_file, 'utf8'),
    });
    await app.fill({ ...richMail, from: user, to: mailboxes[1] ?? '' });
    await app.attach(richFiles);
    await app.sendForReal();
    await app.ended();
    await expect(app.delivered).toBeVisible();

    const trace = await app.saveTrace();
    expect(trace.find('tls_established')?.data).toMatchObject({ version, verified: true, where: 'page' });
    expect(trace.dialogue.some((line) => line.startsWith(`C: AUTH ${mechanism}`))).toBe(true);
    expect(trace.dialogue.at(-1)).toMatch(/^S: 221 /);
    const goodbyes = trace.entries.filter((entry) => entry.data['description'] === 'close_notify');
    expect(goodbyes.map(({ dir }) => dir).sort()).toEqual(['c2s', 's2c']);
    const sent = await app.saveMessage();
    const id = readMail(sent).headers['message-id'] ?? '';
    await expect.poll(async () => (await exim.message(id)) !== undefined).toBe(true);
    const delivered = (await exim.message(id))?.toString('latin1') ?? '';
    // Exim stores lines with LF, and puts its own header fields before the message.
    expect(delivered.endsWith(sent.toString('latin1').replaceAll('\r\n', '\n'))).toBe(true);
    expect(delivered).toContain(`by localhost with esmtpsa  (TLS${version.slice(4)})`);
  });
}
