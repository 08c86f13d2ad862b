import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { expectVisibleFocus, tabTo } from './support/focus';
import { toPeer } from './support/lessons';
import { delivers, secured } from './support/peer-scripts';
import { expect, test } from './support/peer-test';

const address = 'ada@example.org';
const password = 'pass one';
test.use({ relayOptions: { arguments: ['--user', `${address}:${password}`] } });

test('from load to a delivered message and through its trace, by keyboard alone', async ({
  app,
  page,
  relay,
}) => {
  await app.open();
  const skip = page.getByRole('link', { name: 'Skip to the page' });
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await tabTo(page, app.button('Use a real server'));
  await page.keyboard.press('Enter');

  // Where it goes: focus is on the chosen server; arrows choose another and come back.
  await expect(app.radio(/^Embedded mailbox/)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(app.radio(/^Gmail 465/)).toBeChecked();
  await page.keyboard.press('ArrowUp');
  await expect(app.radio(/^Embedded mailbox/)).toBeChecked();
  await tabTo(page, app.textbox('User name'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type(address);
  await tabTo(page, app.password);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(password);

  // The message, with another recipient.
  await tabTo(page, app.textbox('To'), 'Shift+Tab');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(address);
  await tabTo(page, app.button('Cc and Bcc'));
  await page.keyboard.press('Enter');
  await expect(app.textbox('Cc')).toBeFocused();
  await page.keyboard.type(address);
  await tabTo(page, app.textbox('From'), 'Shift+Tab');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(address);

  // Send: it asks, and focus is with the question.
  await tabTo(page, app.send);
  await page.keyboard.press('Enter');
  await tabTo(page, app.button('Send for real'));
  await page.keyboard.press('Enter');
  await app.ended();
  await expect(app.session).toBeFocused();
  expect(await relay.messages()).toHaveLength(1);

  // Through the trace.
  await page.keyboard.press('Home');
  await expect(app.position).toHaveValue('1');
  for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'ArrowLeft', 'End'])
    await page.keyboard.press(key);
  await expect(app.story.locator('[aria-current=step]')).toBeVisible();
  await page.keyboard.press('Home');
  await tabTo(page, app.entry(/MAIL FROM/));
  await page.keyboard.press('Enter');
  await expect(app.entry(/MAIL FROM/)).toHaveAttribute('aria-pressed', 'true');
  await tabTo(page, app.now.getByRole('button', { name: /^reverse path/ }));
  await page.keyboard.press('Space');
  await expect(app.bytes.getByRole('gridcell', { selected: true }).first()).toBeVisible();
  await tabTo(page, app.tab('Bytes'));
  await page.keyboard.press('ArrowRight');
  await expect(app.tab('Message')).toBeFocused();
  await expect(app.tab('Message')).toHaveAttribute('aria-selected', 'true');
  await tabTo(page, app.button('Save .eml').first());
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  await download;
  await expectVisibleFocus(page);
});

test('no button loses focus when it has done its work', async ({ app, page }) => {
  await app.open();
  await tabTo(page, app.send);
  await page.keyboard.press('Enter');
  await expect(app.session).toBeFocused();
  for (const name of ['Last', 'First', 'Back', 'Step'] as const) {
    await test.step(name, async () => {
      const button = page.getByRole('toolbar').getByRole('button', { name, exact: true });
      await button.focus();
      await page.keyboard.press('Enter');
      await expectVisibleFocus(page);
      // The keys of the session still work.
      await page.keyboard.press('Home');
      await expect(app.position).toHaveValue('1');
      await page.keyboard.press('ArrowRight');
      await expect(app.position).toHaveValue('2');
    });
  }
  await test.step('help', async () => {
    await app.button('Keys').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect(app.button('Keys')).toBeFocused();
  });
  await test.step('to the message and back', async () => {
    await app.button('Edit message').focus();
    await page.keyboard.press('Enter');
    await expectVisibleFocus(page);
    await app.button('Back to the session').focus();
    await page.keyboard.press('Enter');
    await expectVisibleFocus(page);
  });
  await test.step('a file taken away', async () => {
    await app.button('Edit message').focus();
    await page.keyboard.press('Enter');
    await app
      .button(/^Remove /)
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await expectVisibleFocus(page);
  });
  await test.step('a notice dismissed', async () => {
    await app.openTraceFile('no.jsonl', Buffer.from('no'));
    await app.button('Dismiss').focus();
    await page.keyboard.press('Enter');
    await expectVisibleFocus(page);
  });
});

test('Cancel and Live leave focus in the session', async ({ app, page, peer, server }) => {
  peer.script = async (client) => {
    await secured(client);
    await client.silence();
  };
  await toPeer(app, server);
  await app.sendForReal();
  await expect(app.story).toContainText('AUTH');
  await page.keyboard.press('Home');
  await app.button('Live').focus();
  await page.keyboard.press('Enter');
  await expect(app.button('Live')).toBeHidden();
  await expectVisibleFocus(page);
  await app.button('Cancel').focus();
  await page.keyboard.press('Enter');
  await app.ended();
  await expect(app.session).toBeFocused();
  await page.keyboard.press('Home');
  await expect(app.position).toHaveValue('1');
});

test('focus goes all the way round and is seen at each stop', async ({ app, page }) => {
  await app.sendSimulated();
  await app.button('Last').click();
  await page.getByRole('link', { name: 'Skip to the page' }).focus();
  const stops: string[] = [];
  for (let i = 0; i < 150; i += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement === document.body || !document.hasFocus())) break;
    stops.push(await expectVisibleFocus(page));
  }
  expect(stops.length).toBeGreaterThan(30);
  expect(stops.length).toBeLessThan(150);
});

for (const width of [320, 1280]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 700 } });

    test('focus passes through whom to trust and what TLS said, and is seen at each stop', async ({
      app,
      authority,
      page,
      peer,
      server,
    }) => {
      const walk = async (to: Locator): Promise<string> => {
        const stops: string[] = [];
        while (!(await to.evaluate((element) => element.matches(':focus')))) {
          expect(stops.length, stops.join('\n')).toBeLessThan(60);
          await page.keyboard.press('Tab');
          stops.push(await expectVisibleFocus(page));
        }
        return stops.join('\n');
      };
      peer.script = delivers;
      await toPeer(app, {
        ...server,
        place: 'page',
        trusted: (await readFile(authority.file, 'utf8')).trim(),
      });
      await app.textbox('From').focus();
      const composer = await walk(app.send);
      for (const stop of ['Certificates and keys', '#pem', 'Clear', '#tls', '#mechanism'])
        expect.soft(composer, stop).toContain(stop);
      await page.keyboard.press('Enter');
      await expectVisibleFocus(page);
      await walk(app.button('Send for real'));
      await page.keyboard.press('Enter');
      await app.ended();
      await walk(app.tab('Bytes'));
      await page.keyboard.press('End');
      await expect(app.tab('Security')).toBeFocused();
      const panel = page.getByRole('tabpanel');
      const security = await walk(panel.getByRole('button', { name: /close_notify/ }).last());
      for (const stop of ['ClientHello', 'EncryptedExtensions', 'CertificateVerify'])
        expect.soft(security, stop).toContain(stop);
      await page.keyboard.press('Space');
      await expect(app.headline).toHaveText(/close_notify/);
      await expectVisibleFocus(page);
      // And on, out of it.
      await walk(page.getByRole('toolbar').getByRole('button', { name: 'Back', exact: true }));
    });
  });
}
