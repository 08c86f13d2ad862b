// What a server, a file or its name says may try to be markup, to turn the text around or to hide.

import type { Page } from '@playwright/test';
import { fails, toPeer } from './support/lessons';
import { secured } from './support/peer-scripts';
import { expect, test } from './support/peer-test';

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const tricks = '\u202egpj.exe\u202c \u2066x\u2069 \u200b\u200f\u00ad end';
const controls = '\u001b[31mred\u0007\u0000';

/** Every text node and every attribute for people, in the document and all its shadow trees. */
function shownTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts: string[] = [];
    const collect = (root: Document | ShadowRoot) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node instanceof Text) texts.push(node.data);
        if (!(node instanceof Element)) continue;
        for (const name of ['title', 'aria-label', 'aria-valuetext', 'alt', 'href'])
          texts.push(node.getAttribute(name) ?? '');
        if (node.shadowRoot) collect(node.shadowRoot);
      }
    };
    collect(document);
    texts.push(document.title);
    return texts;
  });
}

async function expectInert(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
  const turned = /(?![\n\r\t])[\p{Cf}\p{Cc}]/u;
  expect((await shownTexts(page)).filter((text) => turned.test(text))).toEqual([]);
}

test('a hostile server is shown as what it said', async ({ app, page, peer, server }) => {
  peer.script = async (client) => {
    client.send(`220-peer.example ${markup}`, `220 ${tricks}`);
    await client.expect(/^EHLO/);
    client.send(`250-peer.example ${tricks}`, `250-X${markup}`, '250 STARTTLS');
    await client.expect(/^STARTTLS$/);
    client.send('220 Ready');
    await client.startTls();
    await client.expect(/^EHLO/);
    client.send(`250-peer.example ${markup}`, '250 AUTH PLAIN');
    await client.expect(/^AUTH/);
    client.send(`535-5.7.8 ${markup}`, `535 5.7.8 ${tricks}`);
    await client.expect(/^QUIT$/);
    client.send(`221 ${tricks}`);
    client.hangUp();
  };
  await toPeer(app, server);
  await app.sendForReal();
  await app.ended();
  await app.expectLesson({ title: 'The server did not accept name and password', evidence: /server: 535/ });
  await expectInert(page);
  for (const entry of [/Server: 220/, /Server: 250/, /Server: 535/, /Server: 221/]) {
    await app.entry(entry).click();
    await expectInert(page);
  }
  await app.entry(/Server: 535/).click();
  await expect(app.now).toContainText(markup);
  await expect(app.now).toContainText('RLO');
  await app
    .button(/^Show all \d+ lines/)
    .first()
    .click();
  for (const tab of ['State', 'Security', 'Message'] as const) {
    await app.tab(tab).click();
    await expectInert(page);
  }
});

test('control characters of a server are shown by their names', async ({ app, page, peer, server }) => {
  peer.script = async (client) => {
    client.send(`220 peer.example ${controls}`);
    await client.silence();
  };
  await toPeer(app, server);
  await app.sendForReal();
  await app.ended();
  await app.expectLesson({ title: 'This is not a mail server', evidence: /ESC.*BEL.*NUL/ });
  await expectInert(page);
});

test('bytes that are no text are shown and kept exactly', async ({ app, page, peer, server }) => {
  const greeting = Buffer.from([0x32, 0x32, 0x30, 0x20, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0x0d, 0x0a]);
  peer.script = async (client) => {
    client.sendOctets(greeting);
    await client.expect(/^EHLO/);
    client.hangUp();
  };
  await toPeer(app, server);
  await fails(app, { title: /hung up/, evidence: /\S/ });
  await app.button('Back to the session').click();
  await app.entry(/Server: 220/).click();
  const cells = await app.bytes.getByRole('gridcell').allInnerTexts();
  expect(cells.join('')).toBe(greeting.toString('hex'));
  const trace = await app.saveTrace();
  const entry = trace.find('greeting');
  expect(entry && trace.bytes(entry).equals(greeting)).toBe(true);
  await expectInert(page);
});

test('a certificate with a hostile name is shown as text', async ({ app, authority, page, peer, server }) => {
  peer.certificate = await authority.certify(
    'localhost',
    7,
    '/O=<img src\\=x onerror\\=hacked\\=1>/CN=localhost',
  );
  peer.script = async (client) => {
    await secured(client);
    client.hangUp();
  };
  await toPeer(app, server);
  await app.sendForReal();
  await app.ended();
  await app.tab('Security').click();
  await expect(page.getByRole('tabpanel')).toContainText('<img src');
  await expectInert(page);
});

test('a hostile trace file is shown as what it says', async ({ app, page }) => {
  await app.sendSimulated();
  await app.button('Last').click();
  const { header, entries } = await app.saveTrace();
  const fixed = new Set(['where', 'outcome', 'retry']);
  const poison = (value: unknown): unknown => {
    if (typeof value === 'string') return `${value}${markup}${tricks}${controls}`;
    if (Array.isArray(value)) return value.map(poison);
    if (value && typeof value === 'object')
      // What has a fixed set of values would be refused.
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, fixed.has(key) ? inner : poison(inner)]),
      );
    return value;
  };
  const lines = [
    { ...header, title: `${header.title}${markup}${tricks}` },
    ...entries.map((entry) => ({
      ...entry,
      data: poison(entry.data),
      explain: poison(entry.explain),
      ...(entry.fields
        ? { fields: entry.fields.map(([b, e, name, parent]) => [b, e, poison(name), parent]) }
        : {}),
      ...(entry.text === undefined ? {} : { text: `${entry.text.slice(0, -2)}${markup}${tricks}\r\n` }),
    })),
  ];
  await app.openTraceFile(
    'hostile.jsonl',
    Buffer.from(`${lines.map((l) => JSON.stringify(l)).join('\n')}\n`),
  );
  await expect(page.getByRole('alert')).toHaveText([]);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<script>');
  await expectInert(page);
  const total = Number(await app.position.getAttribute('max'));
  for (let unit = 1; unit <= total; unit += 1) {
    await app.position.fill(String(unit));
    await expect(app.position).toHaveAttribute('aria-valuetext', new RegExp(`^${unit} of`));
    await expectInert(page);
  }
  for (const tab of ['Message', 'State', 'Security'] as const) {
    await app.tab(tab).click();
    await expectInert(page);
  }
});

test('a hostile file name is shown as text and arrives as it was', async ({ app, page }) => {
  await app.sendSimulated();
  await app.button('Edit message').click();
  const name = '\u202egpj.<b>exe';
  await app.page
    .getByLabel('Add files')
    .setInputFiles([{ name, mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') }]);
  await expect(page.getByRole('group', { name: 'Attachments and pictures' })).toContainText('<b>exe');
  await expectInert(page);
  await app.send.click();
  await app.button('Last').click();
  await app.tab('Message').click();
  await expect(page.getByRole('navigation', { name: 'Parts of the message' })).toContainText('RLO');
  await expectInert(page);
});

test('a broken file with a hostile name is named safely', async ({ app, page }) => {
  await app.open();
  await app.openTraceFile(`\u202e${'x'.repeat(10)}<b>.jsonl`, Buffer.from('no'));
  await expect(page.getByRole('alert')).toContainText('<b>.jsonl');
  await expectInert(page);
});
