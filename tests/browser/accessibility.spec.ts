import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/test';
import { everyView } from './support/views';

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [320, 768, 1280]) {
    test.describe(`${scheme}, ${width} px`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height: 900 } });

      test('axe finds nothing in any view', async ({ app, page }) => {
        test.setTimeout(180_000);
        await everyView(app, async (view) => {
          const { violations } = await new AxeBuilder({ page })
            .options({ rules: { 'target-size': { enabled: true } } })
            .setLegacyMode()
            .analyze();
          const found = violations.flatMap(({ id, nodes }) =>
            nodes.map(
              (node) =>
                `${id}: ${node.target.flat().join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`,
            ),
          );
          expect.soft(found, view).toEqual([]);
        });
      });
    });
  }
}

test('axe looks into shadow trees, so that finding nothing means something', async ({ app, page }) => {
  await app.sendSimulated();
  await app.story.evaluate((list) => {
    list.append(document.createElement('img'));
  });
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.map(({ id }) => id)).toContain('image-alt');
});
