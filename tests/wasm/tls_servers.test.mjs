// TLS of the module with servers of others: Node's own, OpenSSL's s_server and GnuTLS's.

import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { call, closeAll, file, freePort, keep, Link, loadTls, makeCertificate, read, serve } from './tls.mjs';

let module;
const identities = {};
before(async () => {
  module = await loadTls();
  makeCertificate('authority', { authority: true });
  for (const kind of ['rsa', 'P-256', 'P-384', 'ed25519']) identities[kind] = makeCertificate(`of-${kind}`, { kind, by: 'authority' });
});
after(closeAll);
const trusting = () => ({ only: read('authority.pem') });

/** Node's server: says what it got, in capitals. Its sockets end with the test. */
async function nodeServer(options, onSocket = (socket) => socket.on('data', (text) => socket.write(String(text).toUpperCase()))) {
  const sockets = [];
  const server = keep(tls.createServer({ ...identities['P-256'], ...options }, (socket) => {
    socket.on('error', () => {});
    sockets.push(keep(socket));
    onSocket(socket, server);
  }));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, sockets, server, end: async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  } };
}

const tls13 = { c2s: ['client_hello', 'change_cipher_spec', 'finished'], s2c: ['server_hello', 'change_cipher_spec', 'encrypted_extensions', 'certificate', 'certificate_verify', 'finished'] };
const tls12 = { c2s: ['client_hello', 'client_key_exchange', 'change_cipher_spec', 'finished'], s2c: ['server_hello', 'certificate', 'server_key_exchange', 'server_hello_done', 'new_session_ticket', 'change_cipher_spec', 'finished'] };

function checkHandshake(link, version) {
  const wanted = version === 'TLSv1.3' ? tls13 : tls12;
  const always = (type) => type !== 'new_session_ticket' && type !== 'change_cipher_spec' && type !== 'hello_retry_request';
  for (const dir of ['c2s', 's2c']) {
    const once = link.messages(dir).filter(always).filter((type, i, all) => type !== all[i - 1]); // a HelloRetryRequest has two hellos
    const types = wanted[dir].filter(always);
    assert.deepEqual(once.slice(0, types.length), types, dir);
  }
  const hello = link.events.find(({ ev, type }) => ev === 'message' && type === 'client_hello');
  assert.deepEqual([hello.encrypted, hello.contentType, hello.dir], [false, 'handshake', 'c2s']);
  assert.equal(hello.data.server_name, 'localhost');
  const octets = Buffer.from(hello.base64, 'base64');
  assert.equal(octets[0], 1);
  for (const [begin, end, name, parent] of hello.fields) {
    assert.ok(begin <= end && end <= octets.length && parent < hello.fields.length && /^[a-z0-9_]+$/.test(name), name);
    if (parent >= 0) assert.ok(hello.fields[parent][0] <= begin && end <= hello.fields[parent][1], name);
  }
  const certificate = link.events.find(({ ev, type }) => ev === 'message' && type === 'certificate');
  assert.equal(certificate.encrypted, version === 'TLSv1.3');
  assert.ok(link.find('record'));
}

describe("Node's server", () => {
  for (const version of ['TLSv1.3', 'TLSv1.2'])
    for (const kind of ['rsa', 'P-256', 'P-384', 'ed25519'])
      for (const group of ['X25519', 'P-256', 'P-384', 'P-521'])
        test(`${version}, ${kind} certificate, key exchange by ${group}`, async () => {
          const there = await nodeServer({ ...identities[kind], minVersion: version, maxVersion: version, ecdhCurve: group, honorCipherOrder: false });
          const link = new Link(module, there.port, trusting());
          const told = await link.settled();
          assert.equal(told.ev, 'established', told.message);
          const info = told.tls;
          assert.deepEqual([info.version, info.verified, info.where, info.resumed], [version, true, 'page', false]);
          assert.match(info.suite, /^TLS_.*CHACHA20_POLY1305_SHA256$/, 'the one that takes constant time');
          assert.equal(info.group, { X25519: 'X25519', 'P-256': 'secp256r1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }[group]);
          assert.equal(info.anchor, 'CN=authority');
          assert.deepEqual(info.chain.map(({ subject }) => subject), [`CN=of-${kind}`, 'CN=authority']);
          assert.deepEqual(link.find('chain').certificates[0], info.chain[0]);
          const leaf = new X509Certificate(identities[kind].cert);
          assert.equal(info.chain[0].sha256.toLowerCase(), leaf.fingerprint256.replaceAll(':', '').toLowerCase());
          assert.equal(Buffer.from(info.chain[0].der, 'base64').equals(leaf.raw), true);
          checkHandshake(link, version);
          link.say('ehlo page.example\r\n');
          await link.until(({ text }) => text === 'EHLO PAGE.EXAMPLE\r\n');
          link.end();
          await there.end();
        });

  test('a key share of a group that the server does not want: HelloRetryRequest', async () => {
    const there = await nodeServer({ ecdhCurve: 'P-384', minVersion: 'TLSv1.3' });
    const link = new Link(module, there.port, trusting());
    assert.equal((await link.settled()).tls.group, 'secp384r1');
    assert.equal(link.messages('c2s').filter((type) => type === 'client_hello').length, 2);
    assert.equal(link.messages('s2c').filter((type) => /server_hello|hello_retry_request/.test(type)).length, 2);
    link.end();
    await there.end();
  });

  for (const [version, cipher] of [['TLSv1.3', 'TLS_AES_128_GCM_SHA256'], ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'], ['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384']])
    test(`${cipher}: a mebibyte both ways`, async () => {
      const there = await nodeServer({ minVersion: version, maxVersion: version, ciphers: cipher });
      const link = new Link(module, there.port, trusting());
      await link.settled();
      link.say('x'.repeat(1 << 20));
      await link.until(({ events }) => events.reduce((sum, { ev, octets }) => sum + (ev === 'data' ? octets.length : 0), 0) === 1 << 20, 'all octets');
      assert.match(link.text, /^X+$/);
      link.end();
      await there.end();
    });

  for (const version of ['TLSv1.3', 'TLSv1.2'])
    test(`${version}: octet by octet it is the same`, async () => {
      const there = await nodeServer({ minVersion: version, maxVersion: version });
      const link = new Link(module, there.port, trusting(), 1);
      assert.equal((await link.settled()).ev, 'established');
      checkHandshake(link, version);
      link.say('noop\r\n');
      await link.until(({ text }) => text === 'NOOP\r\n');
      link.end();
      await there.end();
    });

  for (const version of ['TLSv1.3', 'TLSv1.2'])
    test(`${version}: a session is resumed, with its host only`, async () => {
      const there = await nodeServer({ minVersion: version, maxVersion: version });
      const first = new Link(module, there.port, trusting());
      await first.settled();
      first.say('a');
      await first.until((link) => link.find('session') && link.text === 'A', 'a session');
      const resume = first.find('session').base64;
      first.end();
      const second = new Link(module, there.port, { ...trusting(), resume });
      const told = await second.settled();
      assert.equal(told.ev, 'established', told.message);
      assert.equal(told.tls.resumed, true);
      assert.equal(told.tls.verified, true);
      assert.equal(second.find('chain'), undefined);
      second.say('b');
      await second.until(({ text }) => text === 'B');
      second.end();
      const other = new Link(module, there.port, { ...trusting(), resume, host: '127.0.0.1' });
      assert.equal((await other.settled()).ev, 'established');
      other.end();
      await there.end();
    });

  test('channel bindings are those that the server knows', async () => {
    for (const version of ['TLSv1.3', 'TLSv1.2']) {
      const there = await nodeServer({ minVersion: version, maxVersion: version });
      const link = new Link(module, there.port, trusting());
      const { binding } = await link.settled();
      link.say('a');
      await link.until(({ text }) => text === 'A');
      // RFC 9266 §2: no context at all, which in TLS 1.3 is the same as an empty one.
      const [socket] = there.sockets;
      const exporter = version === 'TLSv1.3' ? socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)) : socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding');
      assert.ok([exporter, socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))].some((octets) => octets.toString('base64') === binding.exporter), version);
      const raw = new X509Certificate(identities['P-256'].cert).raw;
      assert.equal(binding.serverEndPoint, createHash('sha256').update(raw).digest('base64'));
      link.end();
      await there.end();
    }
  });

  test('ALPN: what both know', async () => {
    const there = await nodeServer({ ALPNProtocols: ['smtp'] });
    const link = new Link(module, there.port, { ...trusting(), alpn: ['none', 'smtp'] });
    assert.equal((await link.settled()).tls.alpn, 'smtp');
    link.end();
    await there.end();
  });

  test('keys are told only when asked for, and are those of the connection', async () => {
    const lines = [];
    const there = await nodeServer({});
    there.server.on('keylog', (line) => lines.push(String(line).trim()));
    const silent = new Link(module, there.port, trusting());
    await silent.settled();
    assert.equal(silent.find('key_log'), undefined);
    silent.end();
    const link = new Link(module, there.port, { ...trusting(), keyLog: true });
    await link.settled();
    link.say('a');
    await link.until(({ text }) => text === 'A');
    const told = link.events.filter(({ ev }) => ev === 'key_log').map(({ line }) => line.trim());
    assert.ok(told.some((line) => line.startsWith('CLIENT_TRAFFIC_SECRET_0 ')));
    const own = lines.filter((line) => told.some((one) => one.split(' ')[1] === line.split(' ')[1]));
    assert.deepEqual(told.sort(), own.sort());
    link.end();
    await there.end();
  });

  test('both ends of a connection that ends in order', async () => {
    const there = await nodeServer({ allowHalfOpen: true }, (socket) => socket.on('end', () => socket.end('last')));
    const link = new Link(module, there.port, trusting());
    await link.settled();
    link.pass(link.close());
    assert.equal(call(module, 'tls_write', link.handle, { text: 'late' }).returned, -1);
    await link.until((l) => l.find('close_notify'), 'close_notify');
    assert.equal(link.text, 'last');
    assert.equal(link.find('truncated'), undefined);
    link.end();
    await there.end();
  });

  test('a server that hangs up without close_notify: truncated', async () => {
    const there = await nodeServer({}, (socket) => socket.once('data', () => socket.destroy()));
    const link = new Link(module, there.port, trusting());
    await link.settled();
    link.say('a');
    await link.until((l) => l.find('truncated') || l.find('close_notify'), 'an end');
    assert.ok(link.find('truncated'));
    link.end();
    await there.end();
  });

  test('TLS 1.1 alone is refused, with what to do', async () => {
    const there = await nodeServer({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const link = new Link(module, there.port, trusting());
    const told = await link.settled();
    assert.deepEqual([told.ev, told.code], ['failed', 'tls_protocol']);
    assert.ok(['no_common_terms', 'alert'].includes(told.reason), told.reason);
    link.end();
    await there.end();
  });
});

// Both say nothing of themselves before they are spoken to; -quiet and --echo give back what comes.
const programs = {
  's_server': (port, version, kind) => ['openssl', 's_server', '-accept', `127.0.0.1:${port}`, '-key', file(`of-${kind}.key`), '-cert', file(`of-${kind}.pem`),
    version === 'TLSv1.3' ? '-tls1_3' : '-tls1_2', '-rev', '-quiet'],
  'gnutls-serv': (port, version, kind) => ['gnutls-serv', '--port', String(port), '--echo', '--disable-client-cert', '--x509keyfile', file(`of-${kind}.key`),
    '--x509certfile', file(`of-${kind}.pem`), '--priority', `NORMAL:-VERS-ALL:+VERS-${version.replace('v', '')}`],
};
for (const [name, command] of Object.entries(programs))
  describe(name, () => {
    for (const version of ['TLSv1.3', 'TLSv1.2'])
      for (const kind of ['rsa', 'P-256', 'ed25519'])
        test(`${version}, ${kind} certificate: there and back, and once more by the session it gave`, async () => {
          const port = await freePort();
          const server = await serve(port, ...command(port, version, kind));
          try {
            const link = new Link(module, port, trusting());
            const told = await link.settled();
            assert.equal(told.ev, 'established', told.message);
            assert.deepEqual([told.tls.version, told.tls.verified], [version, true]);
            checkHandshake(link, version);
            link.say('abc\n');
            await link.until(({ text }) => text.includes(name === 's_server' ? 'cba' : 'abc'), 'the answer');
            await link.until((l) => l.find('session'), 'a session');
            const resume = link.find('session').base64;
            link.end();
            const again = new Link(module, port, { ...trusting(), resume });
            const second = await again.settled();
            assert.equal(second.ev, 'established', second.message);
            assert.equal(second.tls.resumed, true);
            again.end();
          } finally {
            await server.end();
          }
        });
  });
