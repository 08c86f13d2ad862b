import { open } from 'node:fs/promises';
import type { App } from './support/app';
import { toPeer } from './support/lessons';
import { delivers, secured, user } from './support/peer-scripts';
import { expect, test } from './support/peer-test';
import { png } from './support/png';
import type { Trace } from './support/trace';

async function simulated(app: App): Promise<Trace> {
  await app.sendSimulated();
  await app.button('Last').click();
  return app.saveTrace();
}

/** The session as the page tells it: its story, and per entry what NOW says. */
async function told(app: App): Promise<{ story: string[]; headlines: string[] }> {
  const story = await app.storyLines();
  const headlines: string[] = [];
  const total = Number(await app.position.getAttribute('max'));
  for (let unit = 1; unit <= total; unit += 1) {
    await app.position.fill(String(unit));
    headlines.push((await app.now.innerText()).replace(/\s+/g, ' '));
  }
  return { story, headlines };
}

test('a saved trace, opened again, tells the same and saves the same', async ({ app, page }) => {
  const trace = await simulated(app);
  const before = await told(app);
  await page.reload();
  await expect(app.send).toBeEnabled();
  await app.openTraceFile('session.jsonl', trace.file);
  await expect(app.session).toBeVisible();
  await expect(app.mode).toHaveText('SIMULATED');
  await expect(app.story.locator('button.entry')).toHaveCount(before.story.length);
  expect(await told(app)).toEqual(before);
  expect((await app.saveTrace()).file.toString()).toBe(trace.file.toString());
});

test('a trace can be dropped on the page', async ({ app, page }) => {
  const trace = await simulated(app);
  await page.reload();
  await expect(app.send).toBeEnabled();
  await app.drop(page.getByRole('heading', { level: 1 }), 'session.jsonl', '', trace.file);
  await expect(app.session).toBeVisible();
  expect((await app.saveTrace()).file.equals(trace.file)).toBe(true);
});

test('a recorded live session says that it is a recording', async ({ app, page, peer, server }) => {
  peer.script = delivers;
  await toPeer(app, server);
  await app.sendForReal();
  await app.ended();
  const trace = await app.saveTrace();
  await page.reload();
  await expect(app.send).toBeEnabled();
  await app.openTraceFile('live.jsonl', trace.file);
  await expect(app.mode).toHaveText('LIVE, RECORDED');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    `Sending through localhost:${server.port}`,
  );
  expect((await app.saveTrace()).file.toString()).toBe(trace.file.toString());
  await app.tab('Message').click();
  await app.button('Last').click();
  await expect(page.getByRole('tabpanel')).toContainText('put together from what went over the wire');
});

test('a trace opened while a session runs ends that session', async ({ app, peer, server, page }) => {
  const trace = await simulated(app);
  let gone: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  peer.script = async (client) => {
    await secured(client);
    await client.silence();
    gone();
  };
  await app.button('Edit message').click();
  await app.chooseServer(server);
  await app.fill({ from: user, to: user });
  await app.sendForReal();
  await expect(app.story).toContainText('AUTH');
  await app.openTraceFile('session.jsonl', trace.file);
  await expect(app.mode).toHaveText('SIMULATED');
  await left;
  expect((await app.saveTrace()).file.equals(trace.file)).toBe(true);
  await expect(page.getByRole('alert')).toBeHidden();
});

const line = (trace: Trace, n: number) => trace.file.toString().split('\n')[n - 1] ?? '';
const withLine = (trace: Trace, n: number, change: (entry: Record<string, unknown>) => unknown) => {
  const lines = trace.file.toString().split('\n');
  const changed = change(JSON.parse(line(trace, n)));
  lines[n - 1] = typeof changed === 'string' ? changed : JSON.stringify(changed);
  return lines.join('\n');
};

const broken: { name: string; make: (trace: Trace) => string | Buffer; says: RegExp }[] = [
  { name: 'an empty file', make: () => '', says: /line 1: .*empty/ },
  { name: 'a mail', make: () => 'From: ada@example.org\r\n\r\nHello\r\n', says: /line 1: .*JSON/ },
  { name: 'a picture', make: () => png(8, 1), says: /line 1: / },
  { name: 'other JSON', make: () => '{"log":{"version":"1.2"}}\n', says: /line 1: .*header/ },
  {
    name: 'a newer version',
    make: (t) => withLine(t, 1, (h) => ({ ...h, version: 2 })),
    says: /line 1: .*version/,
  },
  {
    name: 'a line cut short',
    make: (t) => withLine(t, 6, () => line(t, 6).slice(0, 40)),
    says: /line 6: .*JSON/,
  },
  {
    name: 'an unknown kind',
    make: (t) => withLine(t, 4, (e) => ({ ...e, kind: 'magic' })),
    says: /line 4: .*kind/,
  },
  {
    name: 'a missing entry',
    make: (t) => t.file.toString().replace(`${line(t, 5)}\n`, ''),
    says: /line 5: .*seq/,
  },
  { name: 'time as text', make: (t) => withLine(t, 3, (e) => ({ ...e, us: 'now' })), says: /line 3: .*us/ },
  {
    name: 'broken base64',
    make: (t) => withLine(t, 7, ({ text: _, ...e }) => ({ ...e, base64: '*' })),
    says: /line 7: /,
  },
  {
    name: 'a field outside of its bytes',
    make: (t) => withLine(t, 5, (e) => ({ ...e, fields: [[0, 99999, 'line', -1]] })),
    says: /line 5: .*field/,
  },
  {
    name: 'a field that is its own parent',
    make: (t) => withLine(t, 5, (e) => ({ ...e, fields: [[0, 3, 'line', 0]] })),
    says: /line 5: .*(field|parent)/,
  },
  { name: 'nesting without end', make: (t) => withLine(t, 3, () => '['.repeat(100_000)), says: /line 3: / },
];

test('broken files are refused with the line that is wrong, and the page goes on', async ({ app, page }) => {
  const trace = await simulated(app);
  const notice = page.getByRole('alert');
  for (const { name, make, says } of broken) {
    await test.step(name, async () => {
      await app.openTraceFile(`${name}.jsonl`, Buffer.from(make(trace)));
      await expect(notice).toContainText(`${name}.jsonl cannot be opened as a trace`);
      await expect(notice).toContainText(says);
      await app.button('Dismiss').click();
      await expect(notice).toBeHidden();
    });
  }
  await app.openTraceFile('good.jsonl', trace.file);
  await expect(app.session).toBeVisible();
  await expect(notice).toBeHidden();
});

test('a file that is far too large is not even read', async ({ app, page }, testInfo) => {
  const path = testInfo.outputPath('large.jsonl');
  const file = await open(path, 'w');
  await file.truncate(201 * 1024 * 1024);
  await file.close();
  await app.open();
  const chooser = page.waitForEvent('filechooser');
  await app.button('Open trace').click();
  await (await chooser).setFiles(path);
  await expect(page.getByRole('alert')).toContainText(/211 MB|too large/);
});
