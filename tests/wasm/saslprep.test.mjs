// SASLprep of the page against the vectors that native programs are tested by (tests/unit/sasl), and as the
// modules use it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { saslprep } from '../../wasm/saslprep.mjs';
import { call, load, root } from './core.mjs';

const { vectors, digest } = JSON.parse(readFileSync(join(root, 'tests/fixtures/saslprep.json'), 'utf8'));

const told = (octets, stored) => {
  const made = saslprep(octets, stored);
  return typeof made === 'string' ? `it${made}` : Buffer.from(made).toString();
};

test('the vectors that native programs have', () => {
  assert.ok(vectors.length > 40);
  for (const { about, text, stored = false, prepared, refused } of vectors)
    assert.equal(told(Buffer.from(text), stored), prepared ?? `it${refused}`, about);
});

test('what is not UTF-8 is refused', () => {
  for (const octets of [[0xff], [0xc3], [0x61, 0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]])
    assert.match(told(Uint8Array.from(octets), false), /not for text/);
});

test('of every character the same is made as by native programs', () => {
  const hash = createHash('sha256');
  for (let value = 0; value < 0xe1000; value = value === 0x2ffff ? 0xe0000 : value + 1) {
    if (value >= 0xd800 && value < 0xe000) continue;
    const one = String.fromCodePoint(value);
    hash.update(`${told(Buffer.from(one), false)}\n${told(Buffer.from(`\u0627${one}\u0627`), true)}\n`);
  }
  assert.equal(hash.digest('hex'), digest);
});

const setup = (password, message) => ({
  ehloName: 'page.example', host: 'mail.example', port: 465, tls: 'implicit', title: 'x', started: '2026-01-01T00:00:00Z',
  auth: { user: 'ada', password, mechanism: 'SCRAM-SHA-256' },
  random: Buffer.alloc(32, 7).toString('base64'), from: 'ada@page.example', to: ['ben@mail.example'], message,
});

// 'taken', or why the module makes no client that would log in so.
function taken(core, password) {
  const blob = call(core, 'blob_new', { text: 'Subject: x\r\n\r\nx\r\n' }).returned;
  const { returned, result } = call(core, 'client_new', { json: setup(password, blob) });
  return returned > 0 ? 'taken' : JSON.parse(result).detail;
}

test('a module without the tables says so, and takes printable ASCII', async () => {
  const core = await load('core', { saslprep: undefined });
  assert.match(taken(core, 'p\u00e4ss'), /the password cannot be prepared \(RFC 4013\): the table of characters is not loaded/);
  assert.equal(taken(core, ' ~open sesame'), 'taken');
});

test('a module with the tables prepares, and tells a refusal as native programs do', async () => {
  const core = await load();
  assert.equal(taken(core, 'p\u00e4ss'), 'taken');
  assert.match(taken(core, '\u06271'), /the password mixes directions: /);
  assert.match(taken(core, '\u202e'), /the password holds a control character or one that is not for text \(RFC 4013\)/);
});
