import { expect, test } from './support/test';

const mostInAll = 220_000;
const mostForCore = 110_000;

test('the first load is small', async ({ app, page }) => {
  const loaded: { path: string; octets: number }[] = [];
  page.on('requestfinished', async (request) => {
    const { pathname, protocol } = new URL(request.url());
    if (protocol === 'blob:' || pathname.startsWith('/api/')) return;
    const response = await request.response();
    if (response?.ok()) loaded.push({ path: pathname, octets: (await request.sizes()).responseBodySize });
  });
  await app.open();
  await page.waitForLoadState('networkidle');
  const files = loaded.sort((a, b) => b.octets - a.octets);
  const sum = files.reduce((octets, file) => octets + file.octets, 0);
  const row = (octets: number, name: string) => `${octets.toLocaleString('en').padStart(10)}  ${name}`;
  console.log(
    [
      'First load, octets as transferred:',
      ...files.map((f) => row(f.octets, f.path)),
      row(sum, 'in all'),
    ].join('\n'),
  );

  const modules = files.filter((file) => file.path.endsWith('.wasm'));
  expect(modules, 'the simulated server comes when it is wanted').toHaveLength(1);
  const [core] = modules;
  expect(core?.octets).toBeGreaterThan(10_000);
  expect(core?.octets).toBeLessThanOrEqual(mostForCore);
  expect(sum).toBeLessThanOrEqual(mostInAll);
  expect(files.filter((file) => file.path.endsWith('.html') || file.path === '/')).toHaveLength(1);
});
