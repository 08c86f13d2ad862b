// The same work through WebAssembly, beside what Node itself does: base64 by composing a message with
// an attachment, dot-stuffing by letting a client send a message. Rates include the calls and the copy
// out of the module's memory, as a page pays for them.
// Usage: node tests/bench/core/wasm_bench.mjs [ROUNDS]    build/wasm, or $SMTPSCOPE_WASM_DIR, holds the module

import { Buffer } from 'node:buffer';
import { call, load } from '../../wasm/core.mjs';

const rounds = Number(process.argv[2] ?? 9);
const MEBI = 1 << 20;
const core = await load();

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const seconds = (work) => {
  const begin = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
};
const handle = ({ returned, result }) => {
  if (returned < 1) throw new Error(result.toString());
  return returned;
};
const blob = (octets) => handle(call(core, 'blob_new', { base64: octets.toString('base64') }));

function compose(attachment) {
  const draft = {
    from: 'alice@example.org', to: 'bob@example.org', subject: 'x', text: 'x', dateUnixSeconds: 0, utcOffsetMinutes: 0,
    messageId: 'x@example.org', boundarySeed: 'x',
    attachments: [{ fileName: 'x.bin', mediaType: 'application/octet-stream', blob: attachment }],
  };
  core._smtp_release(handle(call(core, 'compose', { json: draft })));
}

// A client that has heard 354; everything it then says is the message.
function clientAtContent(message) {
  const client = handle(call(core, 'client_new', { json: {
    host: 'server.example', port: 25, tls: 'never', ehloName: 'client.example', from: 'alice@example.org',
    to: ['bob@example.org'], message,
  } }));
  call(core, 'client_tell', client, { json: { what: 'connected', address: '192.0.2.1', port: 25 } }, 0);
  call(core, 'client_tell', client, { json: { what: 'ready' } }, 0);
  const speak = () => { while (call(core, 'client_next', client, 0).returned !== 0); };
  speak();
  for (const reply of ['220 x', '250-server.example\r\n250 8BITMIME', '250 OK', '250 OK']) {
    call(core, 'client_receive', client, { text: `${reply}\r\n` });
    speak();
  }
  call(core, 'client_receive', client, { text: '354 go on\r\n' });
  return client;
}

function sendContent(client) {
  let octets = 0;
  for (;;) {
    const { returned, result } = call(core, 'client_next', client, 0);
    if (returned === 0) return octets;
    if (returned === 1) octets += result.length;
  }
}

const kinds = {
  'base64 lines': 'SGVyZSBpcyBhIHBpY3R1cmUgaW4gYmFzZTY0OiBsaW5lcyBvZiA3NiBjaGFyYWN0ZXJzLCBubyBk\r\n',
  prose: 'This is prose, with a full stop at the end of most lines. Others go on, and so\r\nit is with mail that people write: about e.g. three dots in two lines.\r\n',
  'dots everywhere': '.. every line begins with a dot, and dots are everywhere ... like here ......\r\n',
};
const random = Buffer.alloc(4 * MEBI);
for (let i = 0, x = 1; i < random.length; ++i) random[i] = (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 24;
const attachment = blob(random);

const taken = {};
const note = (name, octets, time) => (taken[name] ??= []).push(octets / time / MEBI);
for (let round = 0; round < rounds; ++round) {
  note('base64 by Buffer', random.length, seconds(() => random.toString('base64')));
  note('compose with base64', random.length, seconds(() => compose(attachment)));
  for (const [kind, lines] of Object.entries(kinds)) {
    const text = Buffer.from(lines.repeat(Math.ceil((4 * MEBI) / lines.length)));
    const message = blob(text);
    const client = clientAtContent(message);
    const target = Buffer.alloc(text.length);
    note(`copy, ${kind}`, text.length, seconds(() => text.copy(target)));
    let sent = 0;
    note(`dot-stuffing, ${kind}`, text.length, seconds(() => { sent = sendContent(client); }));
    if (sent < text.length) throw new Error(`${sent} octets of ${text.length} were sent`);
    core._smtp_release(client);
    core._smtp_release(message);
  }
}
console.log('MiB a second, medians:');
for (const [name, rates] of Object.entries(taken)) console.log(`${name.padEnd(32)} ${median(rates).toFixed(0)}`);
