// What TLS in the page costs: the module's size, a handshake, octets a second, the roots. See ../README.md.
//
// Usage: node tests/bench/tls/measure.mjs [--handshakes N] [--mebibytes N]   after ./tests/run wasm
//        npm ci --prefix tests/bench/tls/npm   first, to have the modules of others beside it

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';
import { ask, Engine, loadTls, makeCertificate, read, wasmDir } from '../../wasm/tls.mjs';

const { values } = parseArgs({ options: { handshakes: { type: 'string', default: '60' }, mebibytes: { type: 'string', default: '32' } } });
const handshakes = Number(values.handshakes);
const mebibytes = Number(values.mebibytes);

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const row = (what, value) => console.log(`${what.padEnd(64)} ${value}`);
const clock = () => performance.now();

// ------------------------------------------------------------------------------------ size

const others = fileURLToPath(new URL('npm/node_modules', import.meta.url));
for (const path of [
  ...['smtpscope-tls.wasm', 'smtpscope-tls.mjs', 'smtpscope-roots.pem'].map((name) => join(wasmDir, name)),
  ...['libcurl.js/libcurl.wasm', '@mercuryworkshop/epoxy-tls/pkg/epoxy.wasm'].map((name) => join(others, name)).filter(existsSync),
]) {
  const octets = readFileSync(path);
  const name = path.startsWith(others) ? path.slice(others.length + 1) : basename(path);
  const brotli = zlib.brotliCompressSync(octets, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: octets.length } });
  row(name, `${octets.length} octets, gzip -9 ${zlib.gzipSync(octets, { level: 9 }).length}, brotli ${brotli.length}`);
}

let began = clock();
const module = await loadTls();
row('module loaded and ready', `${(clock() - began).toFixed(1)} ms`);

const pem = readFileSync(join(wasmDir, 'smtpscope-roots.pem'));
began = clock();
const { returned: roots } = ask(module, 'tls_roots', { text: pem.toString() });
row(`${roots} roots read, once a module`, `${(clock() - began).toFixed(1)} ms`);

// ------------------------------------------------------------------------------------ a connection

makeCertificate('authority', { authority: true });
const identity = { rsa: makeCertificate('rsa', { kind: 'rsa', by: 'authority' }), 'P-256': makeCertificate('ecdsa', { kind: 'P-256', by: 'authority' }) };
const authority = read('authority.pem');

async function serverOf(options, onSocket = () => {}) {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Time inside the module and at its border only: what the network and the server take is not in it. */
class Timed {
  spent = 0;
  data = 0;
  told = [];
  room = module._smtp_alloc(1 << 20);
  constructor(setup) {
    this.timed(() => {
      this.engine = new Engine(module, setup);
      this.drain();
    });
  }
  timed(work) {
    const from = clock();
    work();
    this.spent += clock() - from;
  }
  drain() {
    while (module._smtp_tls_next(this.engine.handle) === 1) {
      const event = JSON.parse(Buffer.from(module.HEAPU8.buffer, module._smtp_result_data(), module._smtp_result_size()).toString());
      if (event.ev === 'send' || event.ev === 'data') {
        module._smtp_tls_take(this.engine.handle);
        const begin = module._smtp_result_data();
        event.octets = Buffer.from(module.HEAPU8.slice(begin, begin + module._smtp_result_size()));
      }
      if (event.ev === 'data') this.data += event.octets.length;
      this.told.push(event);
    }
  }
  receive(octets) {
    this.told = [];
    this.timed(() => {
      module.HEAPU8.set(octets, this.room);
      module._smtp_tls_receive(this.engine.handle, this.room, octets.length, Date.now() / 1000);
      this.drain();
    });
  }
  write(octets) {
    this.told = [];
    this.timed(() => {
      module.HEAPU8.set(octets, this.room);
      module._smtp_tls_write(this.engine.handle, this.room, octets.length);
      this.drain();
    });
  }
  release() {
    module._smtp_free(this.room);
    this.engine.release();
  }
}

async function session(server, done) {
  const client = new Timed({ only: authority });
  const socket = connect(server.address().port, '127.0.0.1').setNoDelay();
  const pass = () => {
    for (const { ev, octets } of client.told) if (ev === 'send') socket.write(octets);
    const failed = client.told.find(({ ev }) => ev === 'failed');
    if (failed) throw new Error(failed.message);
  };
  pass();
  await new Promise((resolve) => socket.on('data', (octets) => {
    client.receive(octets);
    pass();
    if (done(client)) resolve();
  }));
  socket.destroy();
  return client;
}

const established = (client) => (client.stood ??= client.told.some(({ ev }) => ev === 'established') || undefined);

for (const [name, options] of [
  ['TLS 1.3, ECDSA, X25519', { ...identity['P-256'] }], ['TLS 1.3, RSA, X25519', { ...identity.rsa }],
  ['TLS 1.3, ECDSA, P-256 (HelloRetryRequest)', { ...identity['P-256'], ecdhCurve: 'P-256' }],
  ['TLS 1.2, ECDSA, X25519', { ...identity['P-256'], maxVersion: 'TLSv1.2' }], ['TLS 1.2, RSA, X25519', { ...identity.rsa, maxVersion: 'TLSv1.2' }],
]) {
  const server = await serverOf(options);
  const times = [];
  let first;
  for (let i = 0; i < handshakes; i += 1) {
    const client = await session(server, established);
    client.release();
    first ??= client.spent;
    times.push(client.spent);
  }
  server.close();
  row(`handshake, ${name}`, `p50 ${median(times).toFixed(1)} ms (the first ${first.toFixed(1)})`);
}

// ------------------------------------------------------------------------------------ octets

const megabytes = (octets, ms) => (octets / ms / 1000).toFixed(0);
const suites = [['TLS_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'], ['TLS_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'], ['TLS_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384']];
const mebibyte = Buffer.alloc(1 << 20, 'smtpscope ');

/** Node's own client, for comparison: both ends in one process, so what it takes is that of two. */
async function nodeItself(cipher) {
  let got = 0;
  const server = await serverOf({ ...identity['P-256'], ciphers: cipher }, (socket) => socket.on('data', (octets) => (got += octets.length)));
  const client = tls.connect({ port: server.address().port, host: '127.0.0.1', servername: 'localhost', ca: authority, ciphers: cipher });
  await once(client, 'secureConnect');
  const from = process.cpuUsage();
  for (let i = 0; i < mebibytes; i += 1) if (!client.write(mebibyte)) await once(client, 'drain');
  while (got < mebibytes << 20) await new Promise((resolve) => setImmediate(resolve));
  const { user, system } = process.cpuUsage(from);
  client.destroy();
  server.close();
  return ((mebibytes << 20) / ((user + system) / 1000) / 1000).toFixed(0);
}

for (const [cipher, cipher12] of suites)
  for (const version of ['TLSv1.3', 'TLSv1.2']) {
    const options = { ...identity['P-256'], minVersion: version, maxVersion: version, ciphers: version === 'TLSv1.3' ? cipher : cipher12 };
    const source = await serverOf(options, (socket) => {
      for (let i = 0; i < mebibytes; i += 1) socket.write(mebibyte);
    });
    let atHandshake = 0;
    const receiver = await session(source, (client) => {
      if (established(client) && atHandshake === 0) atHandshake = client.spent;
      return client.data >= mebibytes << 20;
    });
    source.close();
    receiver.release();

    const sink = await serverOf(options, (socket) => socket.resume());
    const sender = await session(sink, established);
    sink.close();
    sender.spent = 0;
    for (let i = 0; i < mebibytes * 16; i += 1) sender.write(mebibyte.subarray(0, 65_536));
    const sending = sender.spent;
    sender.release();
    row(`${version}, ${cipher.slice(4)}`, `sends ${megabytes(mebibytes << 20, sending)} MB/s, receives ${megabytes(mebibytes << 20, receiver.spent - atHandshake)} MB/s`
      + (version === 'TLSv1.3' ? `   Node's own, both ends: ${await nodeItself(cipher)} MB/s` : ''));
  }

process.exit(0);
