// Walking a page with the Tab key, and asking at each stop that the reader can see where it is.

import { expect, type Locator, type Page } from '@playwright/test';

interface Stop {
  what: string;
  lost: boolean;
  inSight: boolean;
  covered: boolean;
  marked: boolean;
}

/** Where focus is, through shadow trees, and whether it can be seen there. */
function stop(): Stop {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body)
    return { what: 'nothing', lost: true, inSight: false, covered: false, marked: false };
  const parent = (node: Node): Element | null =>
    node.parentElement ??
    (node.getRootNode() instanceof ShadowRoot ? (node.getRootNode() as ShadowRoot).host : null);
  // A control may be drawn by what is around it: a radio by its card, a file input by its label.
  let shown = at;
  while (shown.getBoundingClientRect().width < 2 && parent(shown)) shown = parent(shown) as Element;
  let marked = false;
  for (let node: Element | null = at, i = 0; node && i < 4; node = parent(node), i += 1) {
    const style = getComputedStyle(node);
    if (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1) marked = true;
    if (style.boxShadow !== 'none') marked = true;
  }
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.x + Math.min(box.width / 2, 40), box.y + Math.min(box.height / 2, 20)];
  const inSight = x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight;
  let top = document.elementFromPoint(x, y);
  while (top?.shadowRoot?.elementFromPoint(x, y) && top.shadowRoot.elementFromPoint(x, y) !== top)
    top = top.shadowRoot.elementFromPoint(x, y);
  const around = (outer: Element, inner: Element | null): boolean => {
    for (let node: Element | null = inner; node; node = parent(node)) if (node === outer) return true;
    return false;
  };
  const covered = inSight && top !== null && !around(shown, top) && !around(top, shown);
  const cover =
    covered && top ? `, covered by ${top.tagName} in ${(top.getRootNode() as ShadowRoot).host?.tagName}` : '';
  const what = `${at.tagName.toLowerCase()}${at.id ? `#${at.id}` : ''} "${(at.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 40)}"${cover}`;
  return { what, lost: false, inSight, covered, marked };
}

/** Asks that focus is somewhere, in sight, not covered and marked; what moves has a moment to arrive. */
export async function expectVisibleFocus(page: Page): Promise<string> {
  let what = '';
  await expect(async () => {
    const at = await page.evaluate(stop);
    what = at.what;
    expect(at, `focus at ${what}`).toMatchObject({
      lost: false,
      inSight: true,
      covered: false,
      marked: true,
    });
  }).toPass({ timeout: 2000 });
  return what;
}

/** Presses Tab until `target` has focus. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < 120; i += 1) {
    await page.keyboard.press(key);
    seen.push(await expectVisibleFocus(page));
    if (await target.evaluate((element) => element.matches(':focus')).catch(() => false)) return;
  }
  throw new Error(`focus never came to ${target}; it went:\n${seen.join('\n')}`);
}
