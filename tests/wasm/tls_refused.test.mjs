// Every bad certificate is refused with its own reason and words, before anything is sent to who shows it; and the
// native build of the same code says the same of the same octets.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { root } from './core.mjs';
import { closeAll, day, Engine, file, keep, Link, loadTls, makeCertificate, now, read } from './tls.mjs';

let module;
before(async () => {
  module = await loadTls();
  makeCertificate('authority', { authority: true });
  makeCertificate('between', { authority: true, by: 'authority' });
  makeCertificate('stranger', { authority: true });
  makeCertificate('good', { by: 'authority' });
  makeCertificate('expired', { by: 'authority', from: now() - 20 * day, to: now() - 10 * day });
  makeCertificate('future', { by: 'authority', from: now() + 10 * day, to: now() + 20 * day });
  makeCertificate('other', { by: 'authority', names: 'DNS:mail.example,DNS:*.example.net' });
  makeCertificate('nameless', { by: 'authority', names: '' });
  makeCertificate('self', {});
  makeCertificate('unknown', { by: 'stranger' });
  makeCertificate('old', { authority: true, by: 'authority', from: now() - 20 * day, to: now() - 10 * day });
  makeCertificate('below', { by: 'old' });
  makeCertificate('incomplete', { by: 'between', issuerAt: 'http://authority.example/between.der' });
});

after(closeAll);

// name, which certificates are shown, reason, words
const bad = [
  ['expired', ['expired'], 'expired', /has expired/],
  ['not yet valid', ['future'], 'not_yet_valid', /not valid yet/],
  ['for another host', ['other'], 'name_mismatch', /not for localhost but for mail\.example, \*\.example\.net/],
  ['for no host', ['nameless'], 'no_host_names', /names no host/],
  ['signed by itself', ['self'], 'self_signed', /signed by itself/],
  ['of an unknown authority', ['unknown', 'stranger'], 'unknown_authority', /authority this page does not know/],
  ['below one that has expired', ['below', 'old'], 'expired', /^Certificate 2 of those that localhost sent, that of CN=old, has expired on \d{4}/],
  ['without the one between', ['incomplete'], 'incomplete_chain', /./],
];

async function serverWith(names, version) {
  const server = keep(tls.createServer({ key: read(`${names[0]}.key`), cert: names.map((name) => read(`${name}.pem`)).join(''), minVersion: version, maxVersion: version },
    (socket) => keep(socket).on('error', () => {}).on('data', () => assert.fail('something was sent'))));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

for (const version of ['TLSv1.3', 'TLSv1.2'])
  describe(`${version}: refused`, () => {
    const said = new Map();
    for (const [name, shown, reason, words] of bad)
      test(`a certificate ${name}`, async () => {
        const server = await serverWith(shown, version);
        const { port } = server.address();
        const link = new Link(module, port, { only: read('authority.pem') });
        const told = await link.settled();
        assert.deepEqual([told.ev, told.code], ['failed', 'tls_verify']);
        assert.equal(told.reason, reason);
        assert.match(told.message, words);
        said.set(told.message, name);
        assert.deepEqual(told.certificates.map(({ subject }) => subject), shown.map((one) => `CN=${one}`));
        assert.ok(told.failing === undefined || told.failing < shown.length);
        assert.equal(link.find('established'), undefined);
        assert.ok(link.events.some(({ ev, dir, level }) => ev === 'alert' && dir === 'c2s' && level === 'fatal'), 'the server is told');
        link.end();

        const recorded = new Link(module, port, { only: read('authority.pem'), verify: 'recorded' });
        const went = await recorded.settled();
        assert.equal(went.ev, 'established', went.message);
        assert.deepEqual([went.tls.verified, went.tls.reason], [false, told.reason]);
        recorded.end();
        server.close();
      });
    test('each in words of its own', () => assert.equal(said.size, bad.length, [...said.keys()].join('\n')));

    test('and accepted: a good one, also by an authority between, and by one that is added', async () => {
      for (const [shown, setup] of [[['good'], { only: read('authority.pem') }], [['incomplete', 'between'], { only: read('authority.pem') }],
        [['unknown'], { more: read('stranger.pem') }], [['self'], { more: read('self.pem') }]]) {
        const server = await serverWith(shown, version);
        const link = new Link(module, server.address().port, setup);
        const told = await link.settled();
        assert.equal(told.ev, 'established', `${shown}: ${told.message}`);
        assert.equal(told.tls.verified, true);
        link.end();
        server.close();
      }
    });

    test('by the time that the page gives: valid now, expired next year', async () => {
      const server = await serverWith(['good'], version);
      const engine = new Engine(module, { only: read('authority.pem') });
      const hello = engine.drain().find(({ ev }) => ev === 'send').octets;
      const answer = await flight(server, hello);
      engine.receive(answer, now() + 365 * day);
      assert.equal(engine.find('failed').reason, 'expired');
      engine.release();
      server.close();
    });
  });

/** What a server says to a ClientHello, until it waits. */
async function flight(server, hello) {
  const socket = keep(connect(server.address().port, '127.0.0.1'));
  socket.on('error', () => {});
  socket.write(hello);
  let said = Buffer.alloc(0);
  await new Promise((resolve) => socket.on('data', (octets) => {
    said = Buffer.concat([said, octets]);
    if (complete(said)) resolve();
  }));
  socket.destroy();
  return said;
}

/** The records of a flight, as [content type, octets]. */
function records(octets) {
  const found = [];
  for (let at = 0; at + 5 <= octets.length; at += 5 + octets.readUInt16BE(at + 3)) {
    const end = at + 5 + octets.readUInt16BE(at + 3);
    if (end <= octets.length) found.push([octets[at], octets.subarray(at, end)]);
  }
  return found;
}

/** Whole records, and at the last: server_hello_done, or under TLS 1.3 enough encrypted octets for a Finished. */
function complete(octets) {
  const found = records(octets);
  if (found.reduce((sum, [, record]) => sum + record.length, 0) !== octets.length) return false;
  const clear = Buffer.concat(found.filter(([type]) => type === 22).map(([, record]) => record.subarray(5)));
  return clear.subarray(-4).equals(Buffer.from([14, 0, 0, 0])) || found.some(([type]) => type === 23);
}

/** Of a flight in TLS 1.2 what does not depend on the client's random octets: ServerHello and Certificate. */
function withoutKeys(octets) {
  const clear = Buffer.concat(records(octets).map(([, record]) => record.subarray(5)));
  let end = 0;
  for (let i = 0; i < 2; i += 1) end += 4 + clear.readUIntBE(end + 1, 3);
  const payload = clear.subarray(0, end);
  return Buffer.concat([Buffer.from([22, 3, 3, payload.length >> 8, payload.length & 255]), payload]);
}

const replay = process.env.SMTPSCOPE_TLS_REPLAY ?? join(root, 'build/native/tests/tls_replay');

/** What the native build tells of the same octets, but for what the client itself says: its random octets differ. */
function natively(setup, pieces, at) {
  writeFileSync(file('replay.json'), JSON.stringify({ setup, pieces: pieces.map((piece) => piece.toString('base64')), now: at }));
  return JSON.parse(execFileSync(replay, [file('replay.json')], { maxBuffer: 1 << 26 })).filter(ofTheServer);
}
const ofTheServer = ({ ev, dir }) => ev !== 'send' && !((ev === 'message' || ev === 'record') && dir === 'c2s');

describe('the module tells what the native build tells of', () => {
  const lines = [
    ['a greeting in plain text', Buffer.from('220 mail.example ESMTP\r\n')],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a fatal alert', Buffer.from([21, 3, 3, 0, 2, 2, 40])],
    ['an alert that nobody knows', Buffer.from([21, 3, 3, 0, 2, 2, 199])],
    ['a record that is too long', Buffer.from([22, 3, 3, 255, 255, 2])],
    ['half a header', Buffer.from([22, 3])],
    ['a message that is none', Buffer.from([22, 3, 3, 0, 5, 99, 0, 0, 1, 7])],
    ['a damaged ServerHello', Buffer.from([22, 3, 3, 0, 8, 2, 0, 0, 4, 3, 3, 1, 2])],
  ];
  for (const [name, octets] of lines)
    test(name, () => {
      const setup = { host: 'localhost', now: 1_800_000_000, port: 465, verify: 'demanded' };
      for (const pieces of [[octets], [...octets].map((octet) => Buffer.from([octet]))]) {
        const engine = new Engine(module, setup);
        engine.drain();
        for (const piece of pieces) engine.receive(piece, setup.now);
        engine.peerClosed();
        const told = engine.events.filter(ofTheServer);
        assert.ok(told.some(({ ev }) => ev === 'failed'), 'it failed');
        assert.deepEqual(told, natively(setup, pieces, setup.now));
        engine.release();
      }
    });

  for (const [name, shown] of [['good', ['good']], ...bad])
    test(`a certificate ${name}`, async () => {
      const server = await serverWith(shown, 'TLSv1.2');
      const setup = { host: 'localhost', now: Math.floor(now()), port: 465, only: read('authority.pem') };
      const engine = new Engine(module, setup);
      const octets = withoutKeys(await flight(server, engine.drain().find(({ ev }) => ev === 'send').octets));
      server.close();
      for (const pieces of [[octets], [octets.subarray(0, 100), octets.subarray(100)]]) {
        const one = new Engine(module, setup);
        one.drain();
        for (const piece of pieces) one.receive(piece, setup.now);
        one.peerClosed();
        const told = one.events.filter(ofTheServer);
        assert.equal(told.at(-1).code, name === 'good' ? 'reset' : 'tls_verify');
        assert.deepEqual(told, natively(setup, pieces, setup.now));
        one.release();
      }
      engine.release();
    });
});
