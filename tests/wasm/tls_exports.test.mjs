import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { root } from './core.mjs';
import { ask, call, Engine, loadTls, makeCertificate, now, wasmDir } from './tls.mjs';

let module;
before(async () => (module = await loadTls()));

test('every declared function is exported with its number of arguments, and no other', () => {
  const [, body] = /^export interface SmtpscopeTls \{$(.*?)^\}$/ms.exec(readFileSync(join(root, 'wasm/smtpscope-tls.d.ts'), 'utf8'));
  const declared = [...body.matchAll(/^ {2}(_smtp_\w+)\(([^)]*)\)/gm)];
  const exported = Object.keys(module).filter((key) => key.startsWith('_smtp_')).sort();
  assert.deepEqual(exported, declared.map((match) => match[1]).sort());
  for (const [, key, parameters] of declared) {
    const wanted = parameters.trim() === '' ? 0 : parameters.split(',').length;
    assert.equal(module[key].length === 0 || module[key].length === wanted, true, `${key} takes ${module[key].length}`);
  }
});

test('an unknown handle is an error and never a trap', () => {
  for (const handle of [0, -1, 7, 2 ** 31, 2 ** 32 - 1, Number.NaN]) {
    const calls = [['tls_receive', { text: 'x' }, 0], ['tls_write', { text: 'x' }], ['tls_close'], ['tls_peer_closed', 0], ['tls_next'], ['tls_take'], ['release']];
    for (const [name, ...rest] of calls) {
      const { returned, result } = call(module, name, handle, ...rest);
      assert.equal(returned, -1, name);
      assert.equal(JSON.parse(result).code, 'misuse', name);
    }
  }
});

test('pointers and lengths from nowhere never trap', () => {
  const { handle } = new Engine(module, {});
  const size = module.HEAPU8.length;
  for (const [pointer, length] of [[size, 1], [size - 1, 2], [1, size], [-1, 1], [8, -1], [2 ** 31, 2 ** 31], [Number.NaN, 7], [0, 0]]) {
    assert.equal(module._smtp_tls_new(pointer, length), 0);
    assert.equal(module._smtp_tls_roots(pointer, length), -1);
    assert.equal(module._smtp_tls_receive(handle, pointer, length, 0), 1, 'no octets');
  }
  assert.equal(call(module, 'release', handle).returned, 1);
});

const pem = () => makeCertificate('some').cert;
const wrong = [
  ['no JSON', { text: '{' }, /JSON/],
  ['no object', { json: [] }, /object/],
  ['no host', { json: { now: 1 } }, /"host"/],
  ['an empty host', { json: { host: '', now: 1 } }, /host/],
  ['no time', { json: { host: 'a' } }, /"now"/],
  ['a time in words', { json: { host: 'a', now: 'today' } }, /"now"/],
  ['a port of none', { json: { host: 'a', now: 1, port: 65_536 } }, /"port"/],
  ['an unknown verification', { json: { host: 'a', now: 1, verify: 'never' } }, /"verify"/],
  ['an old version', { json: { host: 'a', now: 1, minVersion: 'TLSv1.1' } }, /"minVersion"/],
  ['alpn that is no list', { json: { host: 'a', now: 1, alpn: 'smtp' } }, /"alpn"/],
  ['an empty protocol', { json: { host: 'a', now: 1, alpn: [''] } }, /alpn/],
  ['a flag that is none', { json: { host: 'a', now: 1, keyLog: 'yes' } }, /"keyLog"/],
  ['a session that is no base64', { json: { host: 'a', now: 1, resume: '*' } }, /"resume"/],
  ['certificates that are none', { json: { host: 'a', now: 1, more: 'none' } }, /"more".*BEGIN CERTIFICATE/],
  ['a damaged certificate', { json: { host: 'a', now: 1, only: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' } }, /"only".*certificate 1 (in it )?is damaged/],
];
for (const [name, setup, detail] of wrong)
  test(`no engine is made of ${name}, and the member is named`, () => {
    const { returned, result } = call(module, 'tls_new', setup);
    assert.equal(returned, 0);
    assert.match(JSON.parse(result).detail, detail);
  });

test('certificates to trust besides and instead of the roots exclude each other', () => {
  const { returned, result } = call(module, 'tls_new', { json: { host: 'a', now: 1, more: pem(), only: pem() } });
  assert.equal(returned, 0);
  assert.match(JSON.parse(result).detail, /"only" and "more"/);
});

test('the roots are all of the file, and a damaged file leaves them as they were', async () => {
  const own = await loadTls();
  const roots = readFileSync(join(wasmDir, 'smtpscope-roots.pem'), 'utf8');
  const count = roots.match(/^-----BEGIN CERTIFICATE-----$/gm).length;
  assert.ok(count >= 100, `${count} roots`);
  assert.equal(call(own, 'tls_roots', { text: roots }).returned, count);
  assert.equal(call(own, 'tls_roots', { text: roots.replace('\nMII', '\nMIX') }).returned, -1);
  assert.equal(call(own, 'tls_roots', { text: '' }).returned, -1);
});

test('without randomness nothing begins', async () => {
  const own = await loadTls();
  assert.equal(call(own, 'tls_ready').returned, 1);
  const there = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  for (const value of [undefined, {}, { getRandomValues: () => { throw new Error('none'); } }]) {
    Object.defineProperty(globalThis, 'crypto', { value, configurable: true });
    try {
      for (const { returned, result } of [call(own, 'tls_ready'), call(own, 'tls_new', { json: { host: 'a', now: 1 } })]) {
        assert.ok(returned <= 0);
        assert.equal(JSON.parse(result).code, 'no_randomness');
      }
    } finally {
      Object.defineProperty(globalThis, 'crypto', there);
    }
  }
  assert.ok(call(own, 'tls_new', { json: { host: 'a', now: 1 } }).returned > 0);
});

test('no two engines send the same random octets', () => {
  const hellos = new Set();
  for (let i = 0; i < 50; i += 1) {
    const engine = new Engine(module, {});
    hellos.add(engine.drain().find(({ ev }) => ev === 'send').octets.subarray(11, 43).toString('hex'));
    engine.release();
  }
  assert.equal(hellos.size, 50);
});

test('a thousand engines, opened and released, leave memory as it was', async () => {
  const own = await loadTls();
  const some = { more: pem() };
  const one = () => {
    const engine = new Engine(own, some);
    engine.drain();
    engine.receive(Buffer.from('220 mail.example ESMTP\r\n'));
    engine.release();
  };
  for (let i = 0; i < 10; i += 1) one();
  const size = own.HEAPU8.length;
  for (let i = 0; i < 1000; i += 1) one();
  assert.equal(own.HEAPU8.length, size);
});

test('octets are taken once, and writing waits for the handshake', () => {
  const engine = new Engine(module, {});
  assert.equal(call(module, 'tls_take', engine.handle).returned, -1);
  assert.equal(call(module, 'tls_write', engine.handle, { text: 'early' }).returned, -1);
  const first = JSON.parse(ask(module, 'tls_next', engine.handle).result);
  assert.ok(['message', 'record', 'send'].includes(first.ev));
  const told = engine.drain();
  assert.ok(told.some(({ ev }) => ev === 'send'));
  assert.equal(call(module, 'tls_take', engine.handle).returned, -1);
  engine.release();
});

test('times from nowhere are taken as 1970', () => {
  for (const time of [Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 60]) {
    const engine = new Engine(module, {});
    assert.equal(call(module, 'tls_receive', engine.handle, { text: '' }, time).returned, 1);
    engine.release();
  }
  assert.ok(now() > 0);
});
