import type { Locator } from '@playwright/test';
import type { App } from './support/app';
import { expect, test } from './support/test';

test.beforeEach(async ({ app }) => {
  await app.sendSimulated();
  await app.button('Last').click();
});

/** Octets that are lit in the byte view, as text. */
async function lit(app: App): Promise<string> {
  const cells = app.bytes.getByRole('gridcell', { selected: true });
  const hex = await cells.allInnerTexts();
  return Buffer.from(hex.join(''), 'hex').toString();
}

const field = (app: App, name: RegExp): Locator =>
  app.now.getByRole('list', { name: 'Parts of the line' }).getByRole('button', { name });

test('an entry chosen in the story is told in NOW and shown in BYTES', async ({ app }) => {
  const mail = app.entry(/MAIL FROM/);
  await mail.click();
  await expect(mail).toHaveAttribute('aria-pressed', 'true');
  await expect(app.now).toContainText('MAIL FROM:<ada@page.example>');
  await expect(app.bytes.getByRole('gridcell').first()).toHaveAccessibleName(/^4d M/);
  const rows = await app.bytes.getByRole('gridcell').allInnerTexts();
  expect(Buffer.from(rows.join(''), 'hex').toString()).toMatch(/^MAIL FROM:<ada@page\.example>.*\r\n$/);
  await app.page.keyboard.press('Escape');
  await expect(mail).toHaveAttribute('aria-pressed', 'false');
});

test('a field chosen in NOW lights its octets', async ({ app }) => {
  await app.entry(/MAIL FROM/).click();
  const path = field(app, /^reverse path/);
  await path.click();
  await expect(path).toHaveAttribute('aria-pressed', 'true');
  expect(await lit(app)).toBe('<ada@page.example>');
  await expect(app.page.getByRole('tabpanel')).toContainText('reverse path: 18 bytes at offset 10');
  await path.click();
  await expect(path).toHaveAttribute('aria-pressed', 'false');
  expect(await lit(app)).toBe('');
});

test('a byte chosen lights its field in NOW and its entry in the story', async ({ app }) => {
  const reply = app.entry(/Server: 354/);
  await reply.click();
  await app.bytes.getByRole('gridcell', { name: /^35 5, code/ }).click();
  expect(await lit(app)).toBe('354');
  await expect(field(app, /^code/)).toHaveAttribute('aria-pressed', 'true');
  await expect(reply).toHaveAttribute('aria-pressed', 'true');
});

test('bytes are chosen with the keyboard, twice for what is around them', async ({ app, page }) => {
  await app.entry(/RCPT TO/).click();
  await app.bytes.focus();
  for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(field(app, /^forward path/)).toHaveAttribute('aria-pressed', 'true');
  expect(await lit(app)).toBe('<ben@mail.example>');
  await page.keyboard.press('Enter');
  await expect.poll(() => lit(app)).toBe('TO:<ben@mail.example>');
});

test('one line of a long reply can be chosen', async ({ app }) => {
  await app
    .button(/^Show all \d+ lines/)
    .first()
    .click();
  const line = app.story.getByRole('button', { name: /^250-SIZE|^250 SIZE|^250-8BITMIME/ }).first();
  const text = (await line.innerText()).trim();
  await line.click();
  await expect(line).toHaveAttribute('aria-pressed', 'true');
  expect(await lit(app)).toBe(`${text}\r\n`);
});

test('base64 of a login is decoded, as the password is make-believe', async ({ app }) => {
  await app.entry(/AUTH PLAIN/).click();
  await expect(app.now.getByLabel('Base64 decoded')).toContainText('open sesame');
});

test('pointing previews, leaving lets go', async ({ app }) => {
  await app.entry(/Server: 354/).click();
  await field(app, /^code/).hover();
  const hovered = app.bytes.locator('.octet.hover');
  await expect(hovered).toHaveCount(3);
  await app.position.hover();
  await expect(hovered).toHaveCount(0);
});

test('the message view shows every part, and its bytes', async ({ app, page }) => {
  await app.tab('Message').click();
  const parts = page.getByRole('navigation', { name: 'Parts of the message' });
  await parts.getByRole('button', { name: /lighthouse\.png/ }).click();
  const preview = page.getByRole('img', { name: /Preview of lighthouse\.png/ });
  await expect(preview).toBeVisible();
  await expect.poll(() => preview.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100);
  await parts.getByRole('button', { name: /text\/plain/ }).click();
  await expect(page.getByRole('tabpanel')).toContainText('the lighthouse is as you said');
});
