// Certificates for one test: an authority, and servers that it vouches for, or should not.

import { execFile } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface Certificate {
  chain: string;
  key: string;
}

export class Authority {
  private serial = 0;

  private constructor(
    private readonly directory: string,
    private readonly name: string,
  ) {}

  static async make(directory: string, name: string): Promise<Authority> {
    const authority = new Authority(directory, name);
    await run('openssl', [
      ...['req', '-x509', ...newKey, '-days', '7', '-subj', `/CN=Test authority ${name}`],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
      ...['-keyout', join(directory, `${name}.key`), '-out', authority.file],
    ]);
    return authority;
  }

  /** The authority's own certificate, for --ca-file. */
  get file(): string {
    return join(this.directory, `${this.name}.pem`);
  }

  /** An authority that this one vouches for. */
  async intermediate(name: string): Promise<Authority> {
    const below = new Authority(this.directory, name);
    const { chain, key } = await this.certify(name, 7, `/CN=Test authority ${name}`, [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign',
    ]);
    await rename(chain, below.file);
    await rename(key, join(this.directory, `${name}.key`));
    return below;
  }

  /** A certificate for a host name. `days` below 0 makes one that has expired. */
  async certify(
    host: string,
    days = 7,
    subject = `/CN=${host}`,
    extensions = [`subjectAltName=DNS:${host}`, 'extendedKeyUsage=serverAuth'],
  ): Promise<Certificate> {
    const base = join(this.directory, `${this.name}-${host}-${++this.serial}`);
    const paths = {
      chain: `${base}.pem`,
      key: `${base}.key`,
      request: `${base}.csr`,
      extensions: `${base}.ext`,
    };
    await writeFile(paths.extensions, extensions.map((line) => `${line}\n`).join(''));
    await run('openssl', ['req', ...newKey, '-subj', subject, '-keyout', paths.key, '-out', paths.request]);
    await run('openssl', [
      ...['x509', '-req', '-in', paths.request, '-days', String(days), '-set_serial', String(this.serial)],
      ...['-CA', this.file, '-CAkey', join(this.directory, `${this.name}.key`), '-extfile', paths.extensions],
      ...['-out', paths.chain],
    ]);
    return { chain: paths.chain, key: paths.key };
  }
}

/** A certificate that vouches for itself. */
export async function selfSigned(directory: string, host: string): Promise<Certificate> {
  const base = join(directory, `self-${host}`);
  await run('openssl', [
    ...[
      'req',
      '-x509',
      ...newKey,
      '-days',
      '7',
      '-subj',
      `/CN=${host}`,
      '-addext',
      `subjectAltName=DNS:${host}`,
    ],
    ...['-keyout', `${base}.key`, '-out', `${base}.pem`],
  ]);
  return { chain: `${base}.pem`, key: `${base}.key` };
}
