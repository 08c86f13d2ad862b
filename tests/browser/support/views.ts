// The page's views, one after the other, each with what makes it different.

import { test } from '@playwright/test';
import type { App } from './app';

/** Brings the page into each view and calls `look` there. */
export async function everyView(app: App, look: (view: string) => Promise<void>): Promise<void> {
  const at = (view: string, arrive: () => Promise<void>) =>
    test.step(view, async () => {
      await arrive();
      await look(view);
    });
  const { page } = app;
  await at('first screen', () => app.open());
  await at('composer, broken on purpose', async () => {
    await app.button('Break something').click();
    await app.radio(/^The server hangs up/).check();
    await page.getByText('Encryption, login and distance').click();
  });
  await at('composer, mailbox', () => app.radio(/^Embedded mailbox/).check());
  await at('composer, Gmail', () => app.radio(/^Gmail 465/).check());
  await at('composer, TLS in the page', async () => {
    await app.radio(/^Other server/).check();
    await app.trust('no certificate');
    await app.textbox('User name').focus();
  });
  await at('composer, other server without TLS', async () => {
    await app.chooseServer({ host: 'x', port: 25, tls: 'never', user: 'ada', password: 'x' });
    await app.fill({ cc: '', bcc: '' });
  });
  await at('composer, what is missing', async () => {
    await app.fill({ from: 'nobody', to: '' });
    await page.getByLabel('Host').fill('');
    await app.send.click();
  });
  await at('composer, the question before sending', async () => {
    await app.fill({ from: 'ada@example.org', to: 'ada@example.org' });
    await page.getByLabel('Host').fill('mail.example');
    await app.send.click();
  });
  await at('a failed live session', async () => {
    await app.button('Send for real').click();
    await app.ended();
  });
  await at('a notice', () => app.openTraceFile('no.jsonl', Buffer.from('no')));
  await at('a session that begins', async () => {
    await app.button('Dismiss').click();
    await app.button('Edit message').click();
    await app.radio(/^In this page/).check();
    await app.radio(/^Wrong password/).check();
    await app.fill({ from: 'ada@page.example', to: 'ben@mail.example' });
    await app.send.click();
  });
  await at('a diagnosis', () => app.button('Last').click());
  await at('a delivered session, a reply of many lines', async () => {
    await app.button('Edit message').click();
    await app.radio(/^Nothing/).check();
    await app.send.click();
    await app.button('Last').click();
    await app
      .button(/^Show all \d+ lines/)
      .first()
      .click();
    await app.entry(/MAIL FROM/).click();
  });
  await at('a field chosen', () => app.now.getByRole('button', { name: /^reverse path/ }).click());
  for (const tab of ['Message', 'State', 'Security'] as const) await at(`${tab}`, () => app.tab(tab).click());
  await at('the keys', () => app.button('Keys').click());
}
