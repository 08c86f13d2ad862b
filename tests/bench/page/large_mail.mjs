// How long the page's main thread is busy at a time while a mail of 25 MiB is composed, encrypted in the page,
// sent and shown. Usage:
//   NODE_PATH=$PWD/web/node_modules node tests/bench/page/large_mail.mjs [URL of a relay with --max-message-size 41943040]
// Prints each phase's longest task by Chromium's own trace: wall clock, and processor time of the thread.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { chromium } = createRequire(new URL('../../../web/package.json', import.meta.url))('@playwright/test');
const [url = 'http://127.0.0.1:8025/'] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'smtpscope-bench-'));
const file = join(directory, 'noise.bin');
await writeFile(file, randomBytes(19 << 20));

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(url);
await page.getByRole('button', { name: 'Use a real server' }).click();
await page.getByRole('radio', { name: /^Embedded mailbox/ }).check();
await page.getByLabel('Add files').setInputFiles(file);
await page.getByRole('button', { name: 'Remove noise.bin' }).waitFor();

const row = (name, seconds, tasks) => {
  const wall = Math.max(0, ...tasks.map((task) => task.dur)) / 1000;
  const cpu = Math.max(0, ...tasks.map((task) => task.tdur ?? 0)) / 1000;
  const long = tasks.filter((task) => (task.tdur ?? 0) > 50_000).length;
  console.log(
    `${name.padEnd(28)} ${seconds.toFixed(1).padStart(6)} s   longest task ${wall.toFixed(0).padStart(4)} ms, ` +
      `${cpu.toFixed(0).padStart(4)} ms of processor time; ${long} over 50 ms of ${tasks.length}`,
  );
};

async function phase(name, act) {
  const path = join(directory, 'trace.json');
  await browser.startTracing(page, { path, categories: ['toplevel', 'devtools.timeline'] });
  const begin = performance.now();
  await act();
  const seconds = (performance.now() - begin) / 1000;
  await browser.stopTracing();
  const { traceEvents } = JSON.parse(await readFile(path, 'utf8'));
  const main = traceEvents
    .filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain')
    .map((event) => `${event.pid}:${event.tid}`);
  const isTask = (event) =>
    event.ph === 'X' && /RunTask$/.test(event.name) && main.includes(`${event.pid}:${event.tid}`);
  row(name, seconds, traceEvents.filter(isTask));
}

await page.getByRole('button', { name: 'Send', exact: true }).click();
await phase('compose, encrypt and send', async () => {
  await page.getByRole('button', { name: 'Send for real' }).click();
  await page.getByRole('button', { name: 'Edit message' }).waitFor({ timeout: 120_000 });
});
await phase('show the message', async () => {
  await page.getByRole('tab', { name: 'Message' }).click();
  await page.getByText('equals this message byte for byte').waitFor({ timeout: 60_000 });
});
await browser.close();
