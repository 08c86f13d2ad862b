import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { call, load, root } from './core.mjs';
import { directory, pageFixtures } from './page-fixtures.mjs';

const { default: Ajv2020 } = createRequire(join(root, 'web/package.json'))('ajv/dist/2020');
const schema = JSON.parse(readFileSync(join(root, 'shared/trace.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);

const check = (value, where) => assert.ok(validate(value), `${where}: ${JSON.stringify(validate.errors)}\n${JSON.stringify(value)}`);

const refused = (change) => assert.equal(validate(change), false, JSON.stringify(change));

// Every kind of end that a simulated session has, with secrets masked and shown.
const variants = [
  {},
  { client: { tls: 'implicit' } },
  { client: { tls: 'never', cleartextAuth: true, auth: undefined } },
  { client: { auth: { user: 'ada', password: 'lovelace', mechanism: 'LOGIN', initialResponse: false } }, showSecrets: true },
  { client: { auth: { user: 'ada', password: 'wrong' } } },
  { client: { to: ['nobody@elsewhere.example', 'ben@mail.example'] } },
  { server: { starttls: false } },
  { server: { maxMessageOctets: 5 } },
  ...['EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', '.', 'QUIT'].map((hangUpAfter) => ({ server: { hangUpAfter } })),
];

test('traces of simulated sessions follow the schema', async () => {
  const core = await load('simulation');
  const { returned: message } = call(core, 'blob_new', { base64: Buffer.from('Subject: x\r\n\r\n.\r\n\xff\r\n', 'latin1').toString('base64') });
  for (const variant of variants) {
    const setup = {
      client: { ehloName: 'page.example', tls: 'starttls', auth: { user: 'ada', password: 'lovelace' }, from: 'ada@page.example',
        to: ['ben@mail.example'], message, ...variant.client },
      server: { hostName: 'mail.example', users: [{ name: 'ada', password: 'lovelace' }], mailboxes: ['@mail.example'], ...variant.server },
      latencyMs: 20,
      showSecrets: variant.showSecrets ?? false,
    };
    const { returned, result } = call(core, 'simulate', { json: setup });
    assert.equal(returned, 1, result.toString());
    const { header, entries } = JSON.parse(result);
    check(header, 'header');
    for (const entry of entries) check(entry, JSON.stringify(variant));
  }
});

test('the trace of a live session with failures and junk follows the schema', async () => {
  const core = await load();
  const { returned: message } = call(core, 'blob_new', { text: 'Subject: x\r\n\r\nx\r\n' });
  const setup = { ehloName: 'page.example', tls: 'never', from: '', to: ['ben@mail.example'], message, host: 'mail.example', port: 587 };
  const drive = (happenings) => {
    const { returned: client, result } = call(core, 'client_new', { json: setup });
    assert.ok(client > 0, result.toString());
    for (const happening of happenings) {
      if (typeof happening === 'string') call(core, 'client_receive', client, { text: happening });
      else assert.equal(call(core, 'client_tell', client, { json: happening }, 5).returned, 1);
      while (call(core, 'client_next', client, 7).returned > 0);
    }
    const entries = JSON.parse(call(core, 'client_take', client).result);
    for (const entry of entries) check(entry, 'live');
    return entries.map((entry) => entry.kind);
  };
  const connected = [{ what: 'resolved', addresses: ['192.0.2.1', '2001:db8::1'] }, { what: 'connected', address: '192.0.2.1', port: 587 }, { what: 'ready' }];
  assert.ok(drive([...connected, 'HTTP/1.1 400 Bad Request\r\n']).includes('diagnosis'));
  assert.ok(drive([...connected, '220 x\r\n', { what: 'timer_fired' }]).includes('timeout'));
  assert.ok(drive([...connected, '220 x\r\n', { what: 'cancel' }]).includes('cancelled'));
  assert.ok(drive([{ what: 'transport_error', stage: 'tls', code: 'tls_verify', message: 'no', reason: 'expired' }]).includes('transport_error'));
});

test('the schema refuses what no reader takes', () => {
  const header = { smtpscope: 'trace', version: 1, mode: 'live', title: '', started: '' };
  const entry = { seq: 0, us: 0, layer: 'note', kind: 'note', chapter: 'done', data: {} };
  check(header, 'header');
  check(entry, 'entry');
  refused({ ...header, version: 2 });
  refused({ ...header, smtpscope: 'other' });
  refused({ ...entry, seq: -1 });
  refused({ ...entry, us: 0.5 });
  refused({ ...entry, kind: 'unheard_of' });
  refused({ ...entry, text: 'a', base64: 'YQ==' });
  refused({ ...entry, fields: [[0, 1, 'Name', -1]] });
  refused({ ...entry, fields: [[0, 1, 'name', -2]] });
  refused({ ...entry, secure: false });
  refused({ ...entry, client: ['idle'] });
  refused({ ...entry, client: ['idle', 'dreaming'] });
  refused({ ...entry, kind: 'command', dir: 'c2s' });
  refused({ ...entry, kind: 'closed', data: { by: 'nobody' } });
  refused({ ...entry, kind: 'reply', dir: 'c2s', data: { code: 250, class: 2, lines: [], stage: 'mail' } });
});

test("the page's own tests read what the core writes today", async () => {
  for (const [name, content] of Object.entries(await pageFixtures())) {
    assert.equal(readFileSync(join(directory, name), 'utf8'), content, `${name}: node tests/wasm/page-fixtures.mjs writes it anew`);
    if (!name.endsWith('.jsonl')) continue; // no trace
    for (const line of content.trimEnd().split('\n')) check(JSON.parse(line), name);
  }
});
