// The module smtpscope-tls as the page's worker uses it, over a socket of this machine; certificates made
// on the spot, by an authority that nobody else trusts.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { once } from 'node:events';
import { call, root } from './core.mjs';

export { call };
export const wasmDir = process.env.SMTPSCOPE_WASM_DIR ?? join(root, 'build/wasm');
export const day = 86_400;
export const now = () => Date.now() / 1000;

export async function loadTls() {
  const { default: create } = await import(pathToFileURL(join(wasmDir, 'smtpscope-tls.mjs')).href);
  return create({ wasmBinary: await readFile(join(wasmDir, 'smtpscope-tls.wasm')) });
}

/** A call that must not fail: its result. */
export function ask(module, name, ...args) {
  const { returned, result } = call(module, name, ...args);
  if (returned <= 0 && !(name === 'tls_next' && returned === 0)) throw new Error(`${name}: ${result}`);
  return { returned, result };
}

// ------------------------------------------------------------------------------------ certificates

const folder = mkdtempSync(join(tmpdir(), 'smtpscope-tls-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
export const file = (name) => join(folder, name);
export const read = (name) => readFileSync(file(name), 'utf8');
const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

function makeKey(name, kind) {
  if (kind === 'rsa') openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', `${name}.key`);
  else if (kind === 'ed25519') openssl('genpkey', '-algorithm', 'ED25519', '-out', `${name}.key`);
  else openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${kind}`, '-out', `${name}.key`);
}

const date = (seconds) => new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');

/**
 * NAME.key and NAME.pem: a certificate for `names`, signed by `by` (itself when that is not given), valid from
 * and to, in seconds since 1970; `issuerAt` is where the issuer's own certificate can be fetched.
 */
export function makeCertificate(name, { kind = 'P-256', by, names = 'DNS:localhost,IP:127.0.0.1', authority = false, issuerAt,
  from = now() - day, to = now() + 30 * day } = {}) {
  makeKey(name, kind);
  const lines = [
    '[ca]', 'default_ca=this', '[this]', 'database=index', 'new_certs_dir=.', 'policy=any', 'default_md=sha256', 'unique_subject=no',
    'copy_extensions=none', 'email_in_dn=no', 'rand_serial=yes', 'x509_extensions=ext', '[any]', 'commonName=supplied', '[ext]',
    `basicConstraints=critical,CA:${authority ? 'TRUE' : 'FALSE'}`, 'subjectKeyIdentifier=hash',
    ...(by ? ['authorityKeyIdentifier=keyid'] : []),
    ...(authority ? ['keyUsage=critical,keyCertSign,cRLSign'] : ['extendedKeyUsage=serverAuth']),
    ...(issuerAt ? [`authorityInfoAccess=caIssuers;URI:${issuerAt}`] : []),
    ...(names && !authority ? [`subjectAltName=${names}`] : []),
    '[req]', 'distinguished_name=dn', '[dn]',
  ];
  writeFileSync(file('config'), lines.join('\n'));
  writeFileSync(file('index'), '');
  openssl('req', '-new', '-config', 'config', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
  openssl('ca', '-batch', '-notext', '-config', 'config', '-in', `${name}.csr`, '-out', `${name}.pem`, '-startdate', date(from), '-enddate', date(to),
    ...(by ? ['-cert', `${by}.pem`, '-keyfile', `${by}.key`] : ['-selfsign', '-keyfile', `${name}.key`]));
  return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
}

// ------------------------------------------------------------------------------------ a connection

const open = new Set();
/** Sockets and servers that a failed test has left open would keep the process: for `after`. */
export function closeAll() {
  for (const one of open) one.destroy ? one.destroy() : one.close();
}
/** To be closed at the end at the latest. */
export function keep(one) {
  open.add(one);
  one.on('close', () => open.delete(one));
  return one;
}

/** One engine and what it has told. */
export class Engine {
  events = [];
  constructor(module, setup) {
    this.module = module;
    this.handle = ask(module, 'tls_new', { json: { host: 'localhost', now: now(), ...setup } }).returned;
  }
  /** Moves what has happened to `events`, octets with it; returns the new ones. */
  drain() {
    const told = [];
    for (;;) {
      const { result } = ask(this.module, 'tls_next', this.handle);
      const event = JSON.parse(result);
      if (event.ev === 'nothing') break;
      if (event.ev === 'send' || event.ev === 'data') event.octets = ask(this.module, 'tls_take', this.handle).result;
      told.push(event);
    }
    this.events.push(...told);
    return told;
  }
  receive(octets, at = now()) {
    ask(this.module, 'tls_receive', this.handle, { base64: octets.toString('base64') }, at);
    return this.drain();
  }
  write(text) {
    ask(this.module, 'tls_write', this.handle, { text });
    return this.drain();
  }
  close() {
    ask(this.module, 'tls_close', this.handle);
    return this.drain();
  }
  peerClosed() {
    ask(this.module, 'tls_peer_closed', this.handle, now());
    return this.drain();
  }
  release() {
    ask(this.module, 'release', this.handle);
  }
  find(ev) {
    return this.events.find((event) => event.ev === ev);
  }
  messages(dir) {
    return this.events.filter((event) => event.ev === 'message' && event.dir === dir).map((event) => event.type);
  }
  get text() {
    return Buffer.concat(this.events.filter((event) => event.ev === 'data').map((event) => event.octets)).toString();
  }
}

/**
 * An engine that speaks through a socket, one that stands already or its own; `pieces` octets of what comes are given to it
 * at a time. `told` gets every event, too.
 */
export class Link extends Engine {
  waiting = [];
  constructor(module, port, setup, pieces = Number.POSITIVE_INFINITY, { socket, told } = {}) {
    super(module, { port, ...setup });
    this.told = told;
    this.socket = socket ?? keep(connect(port, '127.0.0.1'));
    this.socket.on('error', () => {});
    this.socket.on('data', (octets) => {
      for (let at = 0; at < octets.length; at += pieces) this.pass(this.receive(octets.subarray(at, Math.min(at + pieces, octets.length))));
    });
    this.socket.on('end', () => this.pass(this.peerClosed()));
    this.socket.on('close', () => this.released || this.pass(this.peerClosed()));
    this.pass(this.drain());
  }
  pass(told) {
    for (const event of told) {
      if (event.ev === 'send') this.socket.write(event.octets);
      this.told?.(event);
    }
    this.waiting = this.waiting.filter(({ when, done }) => !when(this) || done(this));
  }
  say(text) {
    this.pass(this.write(text));
  }
  /** Once `when` holds of this link; what has been told is the error's text if it never does. */
  async until(when, what = String(when)) {
    if (when(this)) return this;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not seen within 20 s: ${what}; told: ${this.events.map(({ ev, type, message }) => type ?? message ?? ev)}`)), 20_000);
    });
    await Promise.race([new Promise((resolve) => this.waiting.push({ when, done: () => (resolve(), false) })), late]);
    clearTimeout(timer);
    return this;
  }
  /** Until the handshake has succeeded or failed: that event. */
  async settled() {
    await this.until(() => this.find('established') || this.find('failed'), 'established or failed');
    return this.find('established') ?? this.find('failed');
  }
  end() {
    this.released = true;
    this.socket.destroy();
    this.release();
  }
}

/** A free port of this machine, for servers that cannot choose one themselves. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A program that serves TLS on a port; ready when it accepts a connection. Gives how to end it. */
export async function serve(port, command, ...args) {
  const child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  let failed;
  child.on('error', (error) => (failed = error));
  for (const deadline = Date.now() + 20_000; ; ) {
    if (failed || child.exitCode !== null) throw new Error(`${command} does not serve: ${failed ?? said}`);
    if (Date.now() > deadline) throw new Error(`${command} is not ready: ${said}`);
    const probe = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => probe.on('connect', () => resolve(true)).on('error', () => resolve(false)));
    probe.destroy();
    if (open) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { child, said: () => said, end: async () => { child.kill(); if (child.exitCode === null && child.signalCode === null) await once(child, 'exit'); } };
}
