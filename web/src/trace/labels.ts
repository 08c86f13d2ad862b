// One line of plain text for an entry, as the story, the transport bar and assistive technology need it.

import type { Diagnosis, FinishedResult, TlsInfo, TraceEntry } from '../core/types';
import { formatOctets } from '../text/format';
import { bytesToText, entryBytes } from './entry-bytes';
import { tlsMessageGist, tlsMessageName } from './tls-messages';

export type Speaker = 'client' | 'server' | 'none';

export function speakerOf(entry: TraceEntry): Speaker {
  if (entry.dir === 'c2s') return 'client';
  return entry.dir === 's2c' ? 'server' : 'none';
}

/** Lines of an entry's text, without CRLF; the last is dropped when empty. */
export function linesOf(entry: TraceEntry): string[] {
  const lines = bytesToText(entryBytes(entry).subarray(0, 65536)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

const lineCounts = new WeakMap<TraceEntry, number>();

/** Number of lines of an entry. */
export function lineCount(entry: TraceEntry): number {
  const known = lineCounts.get(entry);
  if (known !== undefined) return known;
  const count = entry.kind === 'tls_message' ? 1 : linesOf(entry).length;
  lineCounts.set(entry, count);
  return count;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function outcomeName(outcome: FinishedResult['outcome']): string {
  switch (outcome) {
    case 'delivered':
      return 'Delivered';
    case 'partly':
      return 'Delivered to some recipients';
    case 'failed':
      return 'Not delivered';
    case 'unknown':
      return 'Nobody knows whether it was delivered';
  }
}

/** "TLS 1.3 · X25519 · AES_256_GCM_SHA384". */
export function tlsSummary(info: Partial<TlsInfo>): string {
  const version = text(info.version).replace(/^TLSv/, 'TLS ');
  return [version, text(info.group), text(info.suite).replace(/^TLS_/, '')].filter(Boolean).join(' · ');
}

function noteLabel(entry: TraceEntry): string {
  const { data } = entry;
  switch (entry.kind) {
    case 'resolving':
      return `Where is ${text(data['host'])}?`;
    case 'resolved': {
      const addresses = Array.isArray(data['addresses']) ? data['addresses'].map(String) : [];
      return addresses.length > 0 ? `At ${addresses.join(', ')}` : 'The address is known';
    }
    case 'connected':
      return `Connected to ${text(data['address'])} port ${String(data['port'] ?? '')}`;
    case 'tls_started':
      return 'TLS handshake begins';
    case 'tls_established':
      return `${tlsSummary(data as Partial<TlsInfo>) || 'TLS stands'}${data['verified'] === false ? ' · not verified' : ''}`;
    case 'result':
      return outcomeName((data as unknown as FinishedResult).outcome);
    case 'diagnosis':
      return (data as unknown as Diagnosis).title;
    case 'closed':
      return data['by'] ? `Connection closed by the ${text(data['by'])}` : 'Connection closed';
    default:
      return entry.explain?.title ?? entry.kind.replaceAll('_', ' ');
  }
}

/** What exactly went wrong on the way, in the words of whoever noticed; "" where nothing did. */
export const detailOf = (entry: TraceEntry): string =>
  entry.kind === 'transport_error' ? text(entry.data['message']) : '';

/** What stands in the story: the first line said, or what happened. */
export function labelOf(entry: TraceEntry): string {
  if (entry.kind === 'content') return `Message content, ${formatOctets(entryBytes(entry).length)}`;
  if (entry.kind === 'tls_message')
    return [tlsMessageName(entry), tlsMessageGist(entry)].filter(Boolean).join(' · ');
  if (entry.dir) return linesOf(entry)[0] || '(an empty line)';
  return noteLabel(entry);
}

/** "client: EHLO laptop.example", for the position in the transport bar. */
export function spokenLabel(entry: TraceEntry): string {
  const speaker = speakerOf(entry);
  return speaker === 'none' ? labelOf(entry) : `${speaker}: ${labelOf(entry)}`;
}
