// Certificates as a session saw them: which of them stand in a trace, and what of them fits the server.

import type { Certificate, TlsInfo, TraceEntry } from '../core/types';

export interface SeenCertificates {
  list: readonly Certificate[];
  /** Which of them was refused, from 0; undefined where none was. */
  failing?: number | undefined;
  /** What is wrong with that one. */
  reason?: string | undefined;
  refused: boolean;
  /** Nobody vouches for them, and the session went on all the same. */
  unverified?: true;
}

/** The server's certificates as known after some entries: as verified, or as refused. */
export function certificatesOf(entries: readonly TraceEntry[], count: number): SeenCertificates | undefined {
  for (const entry of entries.slice(0, count).reverse()) {
    if (entry.kind === 'tls_established') {
      const { chain, reason } = entry.data as unknown as TlsInfo;
      if (!chain?.length) return undefined;
      return { list: chain, refused: false, ...(reason === undefined ? {} : { unverified: true }) };
    }
    if (entry.kind !== 'transport_error') continue;
    const { certificates, failing, reason } = entry.data as {
      certificates?: Certificate[];
      failing?: number;
      reason?: string;
    };
    if (certificates?.length) return { list: certificates, failing, reason, refused: true };
  }
  return undefined;
}

/** The host that the session is for. */
export function hostOf(entries: readonly TraceEntry[]): string {
  const host = entries.find((entry) => entry.kind === 'resolving')?.data['host'];
  return typeof host === 'string' ? host : '';
}

/** Does a certificate's name stand for the host? RFC 9525 §6.3: a star stands for one whole label, the first. */
export function nameFits(name: string, host: string): boolean {
  const [wanted, given] = [host.toLowerCase(), name.toLowerCase()];
  if (wanted === given) return wanted !== '';
  if (!given.startsWith('*.')) return false;
  const dot = wanted.indexOf('.');
  return dot > 0 && wanted.slice(dot) === given.slice(1) && !/^[\d.]+$/.test(wanted);
}

/** "3F0A…" → "3F:0A:…", as other programs print them. */
export function pairs(hex: string): string {
  return (
    hex
      .toUpperCase()
      .match(/.{1,2}/g)
      ?.join(':') ?? hex
  );
}
