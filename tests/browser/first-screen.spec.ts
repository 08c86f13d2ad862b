import { expect, test } from './support/test';

test.describe('before any script', () => {
  test.use({ javaScriptEnabled: false });

  test('the first screen explains itself', async ({ page }) => {
    await page.goto('./');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('What happens when you press Send');
    const talk = page.getByRole('figure').getByRole('listitem');
    await expect(talk.filter({ hasText: 'S: 220' })).toBeVisible();
    await expect(talk.filter({ hasText: 'C: EHLO' })).toBeVisible();
    await expect(talk.filter({ hasText: 'S: 250 OK, queued' })).toBeVisible();
    await expect(page.getByText('Grüße from the sea')).toBeVisible();
    await expect(page.getByText('SIMULATED')).toBeVisible();
    await expect(page.getByText(/needs JavaScript and WebAssembly/)).toBeVisible();
  });

  test('a button that cannot work yet does not pretend to', async ({ page }) => {
    await page.goto('./');
    await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
    await expect(page.getByRole('button', { name: 'Theme' })).toBeHidden();
  });
});

test('the page never says that it needs JavaScript where it has it', async ({ app, page }) => {
  await app.open();
  await expect(page.getByText(/needs JavaScript/)).toBeHidden();
});

test('without the core the page says so and what to do', async ({ page, witness }) => {
  witness.allow(/smtpscope-core.*\.wasm/, /net::ERR_FAILED/);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('./');
  await expect(page.locator('#intro-status')).toContainText('could not be loaded');
  await expect(page.locator('#intro-status')).toContainText('Reload the page');
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
});
