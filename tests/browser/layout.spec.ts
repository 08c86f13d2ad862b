import type { Page } from '@playwright/test';
import { toPeer } from './support/lessons';
import { begun, loggedIn, secured } from './support/peer-scripts';
import { expect, test } from './support/peer-test';
import { everyView } from './support/views';

/** Elements for pointers that are smaller than 24 by 24 pixels and not part of a sentence. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const small: string[] = [];
    const look = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) look(element.shadowRoot);
        if (!element.matches('a[href], button, input, select, textarea, summary, [role=tab]')) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        // A control inside its label is as large as the label.
        const target = element.closest('label') ?? element;
        const inSentence = element.matches('a') && getComputedStyle(element).display === 'inline';
        const box = target.getBoundingClientRect();
        if (box.width === 0 || inSentence || element.matches('.vh, .skip')) continue;
        if (box.width < 24 || box.height < 24)
          small.push(
            `${element.tagName} "${element.textContent?.trim().slice(0, 30)}" ${box.width}×${box.height}`,
          );
      }
    };
    look(document);
    return small;
  });
}

/** What stands out of the window to the right and is not inside something that scrolls or cuts. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    return root.scrollWidth > innerWidth
      ? [`the page is ${root.scrollWidth} wide in a window of ${innerWidth}`]
      : [];
  });
}

for (const width of [320, 375, 768, 1280, 1920]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 800 } });

    test('nothing scrolls sideways, and every target can be hit', async ({ app, page }) => {
      test.setTimeout(90_000);
      await everyView(app, async (view) => {
        expect.soft(await overflowing(page), view).toEqual([]);
        expect.soft(await smallTargets(page), view).toEqual([]);
      });
    });
  });
}

test.describe('reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('nothing moves, even while a session runs', async ({ app, page, peer, server }) => {
    peer.script = async (client) => {
      await secured(client);
      await loggedIn(client);
      await begun(client);
      await client.silence();
    };
    await toPeer(app, server);
    await app.sendForReal();
    await expect(app.story).toContainText('DATA');
    const moving = await page.evaluate(() =>
      document.getAnimations().flatMap((animation) => {
        const duration = Number(animation.effect?.getComputedTiming().duration ?? 0);
        const endless = animation.effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY;
        return duration > 10 || endless
          ? [`${(animation as CSSAnimation).animationName} ${duration} ms`]
          : [];
      }),
    );
    expect(moving).toEqual([]);
    await app.button('Cancel').click();
    await app.ended();
  });
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('everything can still be told apart', async ({ app, page }) => {
    await app.sendSimulated();
    await app.button('Last').click();
    const entry = app.entry(/MAIL FROM/);
    const look = () =>
      entry.evaluate((element) => {
        const own = [element, element.parentElement, element.closest('li')].map((node) => {
          const style = node ? getComputedStyle(node) : undefined;
          return [style?.backgroundColor, style?.color, style?.outline, style?.border, style?.boxShadow];
        });
        return JSON.stringify(own);
      });
    const before = await look();
    await entry.click();
    await page.mouse.move(0, 0);
    expect(await look()).not.toBe(before);
    await app.now.getByRole('button', { name: /^reverse path/ }).click();
    const lit = app.bytes.getByRole('gridcell', { selected: true }).first();
    const unlit = app.bytes.getByRole('gridcell', { selected: false }).first();
    const paint = (element: Element) => {
      const { backgroundColor, color, outline, borderBottom } = getComputedStyle(element);
      return [backgroundColor, color, outline, borderBottom].join();
    };
    expect(await lit.evaluate(paint)).not.toBe(await unlit.evaluate(paint));
    await expect(app.mode).toHaveText('SIMULATED');
  });
});

test('the reader chooses light or dark, and it stays', async ({ app, page }) => {
  await app.open();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  const theme = page.getByRole('button', { name: /^Theme/ });
  while ((await theme.innerText()).trim() !== 'Theme: dark') await theme.click();
  expect(await background()).not.toBe(light);
  const dark = await background();
  await page.reload();
  await expect(theme).toHaveText(/Theme: dark/);
  expect(await background()).toBe(dark);
});
