// The traces and tables that the page's own tests read, made by the core: what they test is what it writes.
//   node tests/wasm/page-fixtures.mjs     writes them anew to web/fixtures/

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, load, root } from './core.mjs';

export const directory = join(root, 'web/fixtures');

const message = 'From: Ada <ada@page.example>\r\nTo: Ben <ben@mail.example>\r\nSubject: The sea\r\n\r\nThe lighthouse is as you said.\r\n';
const started = '2026-01-02T03:04:05Z';

function json(core, name, ...args) {
  const { returned, result } = call(core, name, ...args);
  if (returned <= 0) throw new Error(`${name}: ${result}`);
  return JSON.parse(result);
}

const lines = ({ header, entries }) =>
  [{ ...header, started }, ...entries].map((value) => `${JSON.stringify(value)}\n`).join('');

function delivered(simulator) {
  const { returned: blob } = call(simulator, 'blob_new', { text: message });
  return json(simulator, 'simulate', {
    json: {
      client: { ehloName: 'page.example', tls: 'starttls', auth: { user: 'ada', password: 'lovelace', mechanism: 'PLAIN' },
        from: 'ada@page.example', to: ['ben@mail.example'], message: blob },
      server: { hostName: 'mail.example', users: [{ name: 'ada', password: 'lovelace' }], mailboxes: ['@mail.example'] },
      latencyMs: 20,
    },
  });
}

const capabilities = (...lines) => ['mail.example greets you', ...lines].map((line, i, all) => `250${i < all.length - 1 ? '-' : ' '}${line}\r\n`).join('');

function refused(core) {
  const { returned: blob } = call(core, 'blob_new', { text: message });
  const { returned: client, result } = call(core, 'client_new', {
    json: { ehloName: 'page.example', tls: 'starttls', auth: { user: 'ada', password: 'wrong', mechanism: 'PLAIN' },
      from: 'ada@page.example', to: ['ben@mail.example'], message: blob, host: 'mail.example', port: 587 },
  });
  if (client <= 0) throw new Error(`client_new: ${result}`);
  const tls = { version: 'TLSv1.3', suite: 'TLS_AES_256_GCM_SHA384', group: 'X25519', verified: true, where: 'relay', anchor: 'Example Root' };
  const happenings = [
    { what: 'resolved', addresses: ['192.0.2.25'] },
    { what: 'connected', address: '192.0.2.25', port: 587 },
    { what: 'ready' },
    '220 mail.example ESMTP ready\r\n',
    capabilities('SIZE 35882577', 'STARTTLS', '8BITMIME', 'ENHANCEDSTATUSCODES'),
    '220 2.0.0 Ready to start TLS\r\n',
    { what: 'tls_established', tls },
    capabilities('SIZE 35882577', '8BITMIME', 'AUTH PLAIN LOGIN', 'ENHANCEDSTATUSCODES'),
    '535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  https://mail.example/help?p=BadCredentials\r\n',
    '221 2.0.0 Bye\r\n',
  ];
  happenings.forEach((happening, step) => {
    const us = (step + 1) * 20_000;
    if (typeof happening === 'string') call(core, 'client_receive', client, { text: happening });
    else call(core, 'client_tell', client, { json: happening }, us);
    while (call(core, 'client_next', client, us).returned > 0);
  });
  const { result: entries } = call(core, 'client_take', client);
  const header = { smtpscope: 'trace', version: 1, mode: 'live', title: 'Sending through mail.example:587' };
  return { header, entries: JSON.parse(entries) };
}

/** File name → content. */
export async function pageFixtures() {
  const core = await load();
  const simulator = await load('simulation');
  const { result: rules } = call(simulator, 'rules');
  return { 'rules.json': `${rules}\n`, 'simulated-delivered.jsonl': lines(delivered(simulator)), 'live-login-refused.jsonl': lines(refused(core)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, content] of Object.entries(await pageFixtures())) await writeFile(join(directory, name), content);
