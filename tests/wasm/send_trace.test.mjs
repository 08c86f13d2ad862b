// `smtpscope send` and the page's core with the page's TLS have the same session with the same server: their traces tell
// the same, message of TLS by message of TLS.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { call, load, root } from './core.mjs';
import { closeAll, file, keep, Link, loadTls, makeCertificate, read } from './tls.mjs';

const program = process.env.SMTPSCOPE_BIN ?? join(root, 'build/native/smtpscope');
const message = 'From: Ada <ada@page.example>\r\nTo: Ben <ben@mail.example>\r\nSubject: The sea\r\n\r\nThe lighthouse is as you said.\r\n';
const [user, password] = ['ada', 'lovelace'];
const Action = { nothing: 0, send: 1, startTls: 2, close: 5 };

let core;
let module;
let identity;
before(async () => {
  core = await load();
  module = await loadTls();
  makeCertificate('authority', { authority: true });
  makeCertificate('stranger', { authority: true });
  identity = makeCertificate('server', { by: 'authority' });
  writeFileSync(file('message.eml'), message);
  writeFileSync(file('password'), `${password}\n`);
});
after(closeAll);

// ---------------------------------------------------------------------------------------- the server

/** A little SMTP; `keys` gets what it would take to decrypt its sessions. */
async function smtpServer(how, version, keys) {
  const secured = { ...identity, minVersion: version, maxVersion: version };
  const answers = { EHLO: '250-mail.example\r\n250 AUTH PLAIN', AUTH: '235 2.7.0 Come in', MAIL: '250 OK', RCPT: '250 OK', DATA: '354 Go on', '.': '250 Kept', QUIT: '221 Bye' };
  function speak(socket, secure) {
    let heard = '';
    let content = false;
    socket.on('error', () => {});
    socket.on('data', (octets) => {
      heard += octets;
      for (let end = heard.indexOf('\r\n'); end >= 0; end = heard.indexOf('\r\n')) {
        const line = heard.slice(0, end);
        heard = heard.slice(end + 2);
        if (content && line !== '.') continue;
        const verb = line.split(' ')[0].toUpperCase();
        content = verb === 'DATA';
        if (verb === 'STARTTLS') {
          socket.removeAllListeners('data');
          socket.write('220 Ready\r\n');
          const wrapped = new tls.TLSSocket(socket, { ...secured, isServer: true });
          wrapped.on('keylog', (line) => keys.push(String(line)));
          speak(wrapped, true);
          return;
        }
        socket.write(`${verb === 'EHLO' && !secure ? '250-mail.example\r\n250 STARTTLS' : answers[verb]}\r\n`);
        if (verb === 'QUIT') socket.end();
      }
    });
  }
  const greet = (secure) => (socket) => {
    keep(socket);
    speak(socket, secure);
    socket.write('220 mail.example ESMTP\r\n');
  };
  const server = keep(how === 'implicit' ? tls.createServer(secured, greet(true)) : createServer(greet(false)));
  server.on('keylog', (line) => keys.push(String(line)));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, end: () => server.close() };
}

// -------------------------------------------------------------------------------------- both clients

async function nativeTrace(how, port, trusted) {
  const child = spawn(program, ['send', '--server', `localhost:${port}`, '--tls', how, '--ca-file', file(`${trusted}.pem`), '--user', user,
    '--password-file', file('password'), '--auth', 'PLAIN', '--no-pipelining', '--ehlo', 'page.example', '--from', 'ada@page.example',
    '--to', 'ben@mail.example', '--eml', file('message.eml'), '--quiet', '--trace', file('trace')], { stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  await once(child, 'close');
  const entries = read('trace').trimEnd().split('\n').slice(1).map((line) => JSON.parse(line));
  return { entries, said };
}

/** Drives the core as web/src/drivers/tunnel-driver.ts does, TLS as page-tls.ts. */
async function pageTrace(how, port, trusted) {
  const { returned: blob } = call(core, 'blob_new', { text: message });
  const { returned: client, result } = call(core, 'client_new', {
    json: { ehloName: 'page.example', tls: how, auth: { user, password, mechanism: 'PLAIN' }, from: 'ada@page.example',
      to: ['ben@mail.example'], message: blob, host: 'localhost', port },
  });
  assert.ok(client > 0, String(result));
  const began = performance.now();
  const us = () => Math.round((performance.now() - began) * 1000);
  const tell = (happening) => call(core, 'client_tell', client, { json: happening }, us());
  let over = false;
  let link;
  const plain = how === 'starttls' ? keep(connect(port, '127.0.0.1')) : undefined;
  let secure = false;

  function begin() {
    secure = true;
    link = new Link(module, port, { only: read(`${trusted}.pem`) }, undefined, { socket: plain, told: onTls });
  }
  function onTls(event) {
    if (over) return;
    if (event.ev === 'message') {
      const { ev: _, ...told } = event;
      tell({ what: 'tls_message', ...told });
    } else if (event.ev === 'established') {
      tell({ what: 'tls_established', tls: event.tls, binding: event.binding });
      pump();
    } else if (event.ev === 'data') {
      call(core, 'client_receive', client, { base64: event.octets.toString('base64') });
      pump();
    } else if (event.ev === 'failed') {
      const { code, reason, message: text, certificates, failing } = event;
      tell({ what: 'transport_error', stage: 'tls', code, reason, message: text, certificates, failing });
      pump();
    }
  }
  function pump() {
    for (;;) {
      const { returned, result: octets } = call(core, 'client_next', client, us());
      assert.ok(returned >= 0, String(octets));
      if (returned === Action.nothing) return;
      if (returned === Action.send) secure ? link.say(String(octets)) : plain.write(octets);
      if (returned === Action.startTls) begin();
      if (returned === Action.close) {
        void part();
        return;
      }
    }
  }
  /** Goodbye on both sides, where TLS stands; then the end is recorded. */
  async function part() {
    if (link.find('established') && !link.find('failed')) {
      link.pass(link.close());
      await link.until(() => link.find('close_notify') || link.find('truncated'), 'the end of TLS');
    }
    call(core, 'client_next', client, us());
    over = true;
    done();
  }
  let done;
  const ended = new Promise((resolve) => (done = resolve));
  tell({ what: 'resolved', addresses: ['127.0.0.1'] });
  tell({ what: 'connected', address: '127.0.0.1', port });
  if (how === 'implicit') {
    tell({ what: 'tls_started' });
    begin();
  } else {
    tell({ what: 'ready' });
    plain.on('data', (octets) => {
      if (secure) return;
      call(core, 'client_receive', client, { base64: octets.toString('base64') });
      pump();
    });
  }
  await ended;
  link.end();
  return { entries: JSON.parse(call(core, 'client_take', client).result) };
}

// ------------------------------------------------------------------------------------------ the tests

/** What an entry is, without what differs from one connection to the next. */
const outline = ({ layer, kind, chapter, dir, secure, data }) =>
  [layer, kind, chapter, dir ?? '', secure ? 'secure' : '', data.type ?? data.verb ?? data.code ?? '', data.encrypted ?? '', data.level ?? '', data.reason ?? '', data.failing ?? ''].join(' ');
/** Who says goodbye first is not for the clients to say: the server does so when it has answered QUIT, as they do. */
const outlines = (entries) => {
  const all = entries.map(outline);
  const goodbyes = entries.flatMap(({ data }, i) => (data.description === 'close_notify' ? [i] : []));
  const sorted = goodbyes.map((i) => all[i]).sort();
  for (const [n, i] of goodbyes.entries()) all[i] = sorted[n];
  return all;
};
const ofTls = (entries) => entries.filter(({ kind }) => kind === 'tls_message');
const octetsOf = ({ text, base64 }) => (text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text, 'utf8'));

function checkMessages(entries) {
  for (const entry of ofTls(entries)) {
    const octets = octetsOf(entry);
    const handshake = entry.data.content_type === 'handshake';
    if (handshake) assert.deepEqual(entry.fields[0], [0, 4, 'handshake_header', -1]);
    if (handshake) assert.equal(octets.readUIntBE(1, 3), octets.length - 4, entry.data.type);
    assert.ok(entry.explain.title, entry.data.type);
  }
  const times = entries.map(({ us }) => us);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  const [started, established] = ['tls_started', 'tls_established'].map((wanted) => entries.find(({ kind }) => kind === wanted));
  const messages = ofTls(entries).filter(({ seq }) => !established || seq < established.seq);
  assert.ok(messages[0].us >= started.us);
  assert.ok(messages[0].us < messages.at(-1).us, 'each has its own time');
}

describe('smtpscope send and the page have the same entries', () => {
  for (const how of ['implicit', 'starttls'])
    for (const version of ['TLSv1.3', 'TLSv1.2']) {
      test(`${how}, ${version}: a mail is delivered`, async () => {
        const keys = [];
        const server = await smtpServer(how, version, keys);
        const native = await nativeTrace(how, server.port, 'authority');
        const page = await pageTrace(how, server.port, 'authority');
        server.end();
        assert.equal(native.entries.findLast(({ kind }) => kind === 'result').data.outcome, 'delivered', native.said);
        assert.deepEqual(outlines(native.entries), outlines(page.entries));
        checkMessages(native.entries);
        const goodbyes = native.entries.filter(({ data }) => data.description === 'close_notify');
        assert.deepEqual(goodbyes.map(({ dir }) => dir).sort(), ['c2s', 's2c']);
        const types = ofTls(native.entries).map(({ data }) => data.type);
        for (const type of ['client_hello', 'server_hello', 'certificate', 'finished', 'new_session_ticket']) assert.ok(types.includes(type), types);
        // What certificates are shown, and how, is the same too.
        const info = ({ entries }) => entries.find(({ kind }) => kind === 'tls_established').data;
        assert.equal(info(native).version, version);
        for (const [i, { der: _, ...certificate }] of info(page).chain.entries()) assert.deepEqual(info(native).chain[i], certificate);
        // No key, no password.
        assert.ok(keys.length >= 2);
        const octets = Buffer.concat(native.entries.filter(({ text, base64 }) => (text ?? base64) !== undefined).map(octetsOf));
        for (const line of keys) assert.equal(octets.indexOf(Buffer.from(line.trim().split(' ')[2], 'hex')), -1, line.split(' ')[0]);
        const whole = read('trace');
        assert.ok(!whole.includes(password) && !whole.includes(Buffer.from(`\0${user}\0${password}`).toString('base64')));
      });

      test(`${how}, ${version}: the certificate is refused`, async () => {
        const server = await smtpServer(how, version, []);
        const native = await nativeTrace(how, server.port, 'stranger');
        const page = await pageTrace(how, server.port, 'stranger');
        server.end();
        assert.deepEqual(outlines(native.entries), outlines(page.entries));
        checkMessages(native.entries);
        const last = ofTls(native.entries).at(-1);
        assert.deepEqual([last.dir, last.data.type, last.data.level, last.data.description], ['c2s', 'alert', 'fatal', 'unknown_ca']);
      });
    }
});
