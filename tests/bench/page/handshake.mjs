// What a TLS handshake costs the page's worker in Chromium: the time inside the worker from its request to begin until
// TLS stands, waiting for the network and the server not counted. Usage, after ./tests/run browser:
//   node tests/bench/page/handshake.mjs [--program build/native/smtpscope] [--web-dir build/web] [--handshakes 20]
// Starts a relay and servers of Node's own; every handshake is a session of the page, by its buttons.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { parseArgs } from 'node:util';
import { makeCertificate, read } from '../../wasm/tls.mjs';

const { chromium } = createRequire(new URL('../../../web/package.json', import.meta.url))('@playwright/test');
const { values } = parseArgs({
  options: {
    program: { type: 'string', default: 'build/native/smtpscope' },
    'web-dir': { type: 'string', default: 'build/web' },
    handshakes: { type: 'string', default: '20' },
  },
});
const handshakes = Number(values.handshakes);

// ------------------------------------------------------------------------------------ servers

makeCertificate('authority', { authority: true });
const ecdsa = makeCertificate('ecdsa', { kind: 'P-256', by: 'authority' });
const rsa = makeCertificate('rsa', { kind: 'rsa', by: 'authority' });
const cases = [
  { name: 'TLS 1.3, ECDSA, X25519', options: ecdsa },
  { name: 'TLS 1.3, RSA, X25519', options: rsa },
  { name: 'TLS 1.3, ECDSA, P-256 (HelloRetryRequest)', options: { ...ecdsa, ecdhCurve: 'P-256' } },
  { name: 'TLS 1.2, ECDSA, X25519', options: { ...ecdsa, maxVersion: 'TLSv1.2' } },
  { name: 'TLS 1.2, RSA, X25519', options: { ...rsa, maxVersion: 'TLSv1.2' } },
];
for (const one of cases) {
  // It ends every session with its greeting: the handshake is all that is wanted.
  one.server = tls.createServer(one.options, (socket) => {
    socket.on('error', () => {});
    socket.end('554 no mail today\r\n');
  });
  one.server.listen(0, '127.0.0.1');
  await once(one.server, 'listening');
  one.port = one.server.address().port;
}

// ------------------------------------------------------------------------------------ relay and page

const directory = await mkdtemp(join(tmpdir(), 'smtpscope-bench-'));
const relay = spawn(
  values.program,
  [
    ...['serve', '--listen=127.0.0.1:0', '--smtp=127.0.0.1:0', '--smtps=127.0.0.1:0', '--allow-private'],
    ...['--state-dir', join(directory, 'state'), '--web-dir', values['web-dir'], '--log-level', 'warn'],
    ...cases.flatMap(({ port }) => ['--allow', `localhost:${port}`]),
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
process.on('exit', () => {
  relay.kill();
  rmSync(directory, { recursive: true, force: true });
});
let said = '';
for await (const piece of relay.stdout) {
  said += piece;
  if (/^smtpscope: open http/m.test(said)) break;
}
const url = /^smtpscope: open (http:\S+)$/m.exec(said)?.[1];
if (!url) throw new Error(`the relay did not start: ${said}`);

/** Runs in the worker: adds up the time that its answers to requests take, until an engine's TLS stands. */
function measureHere() {
  const scope = globalThis;
  if (scope.times) return;
  scope.times = [];
  let spent = 0;
  const handle = scope.onmessage;
  const post = scope.postMessage.bind(scope);
  let began = 0;
  scope.postMessage = (answer, transfer) => {
    if (answer.events?.some(({ ev }) => ev === 'established')) scope.times.push(spent + performance.now() - began);
    post(answer, transfer);
  };
  scope.onmessage = (event) => {
    if (event.data.do === 'open') spent = 0;
    began = performance.now();
    handle.call(scope, event);
    spent += performance.now() - began;
  };
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const button = (name) => page.getByRole('button', { name, exact: true });
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function session() {
  await button('Send').click();
  await button('Send for real').click();
  await button('Edit message').waitFor();
  await button('Edit message').click();
}

for (const { name, port } of cases) {
  await page.goto(url);
  await button('Use a real server').click();
  await page.getByRole('radio', { name: /^Other server/ }).check();
  for (const field of ['From', 'To']) await page.getByRole('textbox', { name: field, exact: true }).fill('ada@example.org');
  await page.getByLabel('Host').fill('localhost');
  await page.getByLabel('Encryption').selectOption('implicit');
  await page.getByRole('spinbutton', { name: 'Port' }).fill(String(port));
  await page.getByRole('checkbox', { name: /Log in/ }).uncheck();
  await page.getByText('Certificates and keys').click();
  await page.getByRole('textbox', { name: 'Trust these certificates too' }).fill(read('authority.pem'));
  await session(); // loads the module
  const worker = page.workers().find((one) => /tls-worker/.test(one.url()));
  await worker.evaluate(measureHere);
  for (let i = 0; i < handshakes; i += 1) await session();
  const times = await worker.evaluate(() => globalThis.times);
  if (times.length !== handshakes) throw new Error(`${name}: ${times.length} of ${handshakes} handshakes`);
  console.log(
    `handshake, ${name}`.padEnd(64),
    `p50 of ${times.length}: ${median(times).toFixed(1)} ms (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)})`,
  );
}
await browser.close();
for (const { server } of cases) server.close();
process.exit(0);
