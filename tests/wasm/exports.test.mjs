import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { call, load, root } from './core.mjs';

const modules = { core: 'SmtpscopeCore', simulation: 'SmtpscopeSimulation' };
const declarations = readFileSync(join(root, 'wasm/smtpscope-core.d.ts'), 'utf8');

// The functions of an interface and of the one it extends.
function declared(name) {
  const [, base, body] = new RegExp(`^export interface ${name}(?: extends (\\w+))? \\{$(.*?)^\\}$`, 'ms').exec(declarations);
  return [...(base ? declared(base) : []), ...body.matchAll(/^ {2}(_smtp_\w+)\(([^)]*)\)/gm)];
}

const simulation = (message) => ({
  client: { ehloName: 'page.example', tls: 'starttls', auth: { user: 'ada', password: 'lovelace' },
    from: 'ada@page.example', to: ['ben@mail.example'], message },
  server: { hostName: 'mail.example', users: [{ name: 'ada', password: 'lovelace' }], mailboxes: ['@mail.example'] },
  latencyMs: 20,
});

for (const [name, type] of Object.entries(modules))
  test(`${name}: every declared function is exported with its number of arguments, and no other`, async () => {
    const module = await load(name);
    const exported = Object.keys(module).filter((key) => key.startsWith('_smtp_')).sort();
    assert.deepEqual(exported, declared(type).map((match) => match[1]).sort());
    for (const [, key, parameters] of declared(type)) {
      const wanted = parameters.trim() === '' ? 0 : parameters.split(',').length;
      assert.equal(module[key].length === 0 || module[key].length === wanted, true, `${key} takes ${module[key].length}`);
    }
  });

test('an unknown handle is an error and never a trap', async () => {
  const core = await load();
  for (const handle of [0, -1, 7, 2 ** 31, 2 ** 32 - 1, Number.NaN]) {
    for (const name of ['blob_bytes', 'message_read', 'client_take', 'trace_write', 'release']) {
      const { returned, result } = call(core, name, handle);
      assert.equal(returned, -1, name);
      assert.equal(JSON.parse(result).code, 'misuse', name);
    }
    assert.equal(call(core, 'client_next', handle, 0).returned, -1);
    assert.equal(call(core, 'client_tell', handle, { json: { what: 'ready' } }, 0).returned, -1);
    assert.equal(call(core, 'trace_state', handle, 3).returned, -1);
    assert.equal(call(core, 'trace_message', handle).returned, 0);
  }
});

test('a handle of another kind is an error', async () => {
  const core = await load();
  const { returned: blob } = call(core, 'blob_new', { text: 'x' });
  assert.equal(call(core, 'client_next', blob, 0).returned, -1);
  assert.equal(call(core, 'trace_state', blob, 0).returned, -1);
});

test('no pointer means no octets; strange times are taken as 0', async () => {
  const core = await load();
  assert.equal(core._smtp_compose(0, 0), 0);
  assert.equal(core._smtp_trace_read(0, 12), 0);
  const { returned: message } = call(core, 'blob_new', { text: 'Subject: x\r\n\r\n' });
  const { returned: client } = call(core, 'client_new', { json: {
    ehloName: 'page.example', tls: 'never', from: '', to: ['b@mail.example'], message, host: 'mail.example', port: 25 } });
  assert.ok(client > 0);
  for (const time of [Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 60]) assert.equal(call(core, 'client_next', client, time).returned, 0);
});

test('pointers and lengths from nowhere never trap', async () => {
  const core = await load();
  const simulator = await load('simulation');
  const { returned: message } = call(core, 'blob_new', { text: 'x' });
  const { returned: client } = call(core, 'client_new', { json: {
    ehloName: 'page.example', tls: 'never', from: '', to: ['b@mail.example'], message, host: 'mail.example', port: 25 } });
  const size = core.HEAPU8.length;
  for (const [pointer, length] of [[size, 1], [size - 1, 2], [1, size], [-1, 1], [8, -1], [2 ** 31, 2 ** 31], [Number.NaN, 7]]) {
    assert.equal(core._smtp_compose(pointer, length), 0);
    assert.equal(core._smtp_client_new(pointer, length), 0);
    assert.equal(core._smtp_addresses(pointer, length) > 0, true, 'an empty list');
    assert.equal(simulator._smtp_simulate(pointer, length), -1);
    assert.equal(core._smtp_trace_new(pointer, length), 0);
    assert.equal(core._smtp_client_tell(client, pointer, length, 0), -1);
    assert.equal(core._smtp_client_receive(client, pointer, length), 1);
  }
});

test('hostile JSON is an error that says why', async () => {
  const core = await load();
  const simulator = await load('simulation');
  const hostile = ['', 'null', '[]', '{', '"', '{"a":', '[['.repeat(5000), '{"a":1}'.repeat(3), '\u0000', '{"client":7,"server":[]}',
    `{"ehloName":"${'x'.repeat(100000)}"}`, '{"to":[[[]]],"from":{}}', '1e999', '{"dateUnixSeconds":1e30}', '\ud800'];
  for (const text of hostile)
    for (const name of ['compose', 'client_new', 'simulate', 'trace_read', 'trace_new']) {
      const { returned, result } = call(name === 'simulate' ? simulator : core, name, { text });
      assert.ok(returned === 0 || returned === -1, `${name} ${text.slice(0, 20)}`);
      const { code, detail } = JSON.parse(result);
      assert.ok(code.length > 0 && detail.length > 0, `${name} ${text.slice(0, 20)}`);
    }
});

test('a session handed back leaves no memory behind', async () => {
  const core = await load('simulation');
  const once = () => {
    const { returned: message } = call(core, 'blob_new', { text: `Subject: x\r\n\r\n${'line of text\r\n'.repeat(500)}` });
    assert.equal(call(core, 'simulate', { json: simulation(message) }).returned, 1);
    assert.equal(call(core, 'release', message).returned, 1);
  };
  for (let i = 0; i < 50; ++i) once();
  const settled = core.HEAPU8.length;
  for (let i = 0; i < 1000; ++i) once();
  assert.equal(core.HEAPU8.length, settled);
});

test('what the caller freed or overwrote does not matter: octets are copied', async () => {
  const core = await load();
  const pointer = core._smtp_alloc(3);
  core.HEAPU8.set([65, 66, 67], pointer);
  const blob = core._smtp_blob_new(pointer, 3);
  core.HEAPU8.fill(0, pointer, pointer + 3);
  core._smtp_free(pointer);
  assert.equal(call(core, 'blob_bytes', blob).result.toString(), 'ABC');
});

for (const name of Object.keys(modules))
  test(`${name}: the page may forbid eval, the loader holds none`, () => {
    const source = readFileSync(join(process.env.SMTPSCOPE_WASM_DIR ?? join(root, 'build/wasm'), `smtpscope-${name}.mjs`), 'utf8');
    assert.doesNotMatch(source, /\beval\(|new Function\(/);
  });
