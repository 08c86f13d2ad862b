import { join } from 'node:path';
import { projectRoot } from '../support/paths';
import { expect, test } from '../support/test';

// Equal pages give equal pictures: time stands still, and what is random elsewhere is not here.
test.beforeEach(async ({ page }) => {
  await page.clock.setFixedTime('2026-01-02T10:00:00Z');
  await page.addInitScript(() => {
    let made = 0;
    crypto.randomUUID = () => {
      made += 1;
      return `00000000-0000-4000-8000-${String(made).padStart(12, '0')}` as const;
    };
  });
});

for (const scheme of ['light', 'dark'] as const) {
  test.describe(() => {
    // What scrolls smoothly would be somewhere else each time.
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: 'reduce' } });

    test(`a finished session, ${scheme}`, async ({ app, page }) => {
      await app.sendSimulated();
      await app.button('Last').click();
      await expect(app.delivered).toBeVisible();
      await app.entry(/RCPT TO/).click();
      await app.now.getByRole('button', { name: /^forward path/ }).click();
      await expect(app.bytes.getByRole('gridcell', { selected: true }).first()).toBeVisible();
      await page.mouse.move(0, 0);
      await page.evaluate(() => {
        scrollTo(0, 0);
        (document.activeElement as HTMLElement | null)?.blur();
      });
      await page.screenshot({
        path: join(projectRoot, 'web/pictures', `session-${scheme}.png`),
        animations: 'disabled',
        caret: 'hide',
      });
    });
  });
}
