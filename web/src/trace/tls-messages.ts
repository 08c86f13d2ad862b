// Messages of TLS itself, for people: their names as the RFCs write them, and what each says in a few words.

import type { TraceEntry } from '../core/types';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** "client_hello" → "ClientHello"; an alert keeps its own name. */
export function tlsMessageName(entry: TraceEntry): string {
  const type = text(entry.data['type']);
  if (type === 'alert') return `Alert ${text(entry.data['description'])}`.trim();
  return type.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()) || 'Message of TLS';
}

/** What a message says, in a few words; "" where its name says it all. */
export function tlsMessageGist(entry: TraceEntry): string {
  const { data } = entry;
  switch (data['type']) {
    case 'client_hello':
      return text(data['server_name']);
    case 'server_hello':
    case 'hello_retry_request':
      return [text(data['version']).replace(/^TLSv/, 'TLS '), text(data['group'])].filter(Boolean).join(', ');
    case 'certificate':
      return texts(data['subjects'])[0] ?? '';
    case 'alert':
      return data['level'] === 'fatal' ? 'fatal' : '';
    default:
      return '';
  }
}

/** Members that the views show elsewhere. */
const elsewhere = new Set(['type', 'content_type', 'encrypted', 'where']);

function valueText(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(valueText).filter(Boolean);
    // Names of certificates have commas of their own.
    return items.join(items.some((item) => item.includes(',')) ? '; ' : ', ');
  }
  if (value !== null && typeof value === 'object')
    return Object.entries(value)
      .map(([name, inner]) => [name.replaceAll('_', ' '), valueText(inner)].filter(Boolean).join(' '))
      .join('; ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === null || value === undefined ? '' : String(value);
}

export interface TlsFact {
  name: string;
  value: string;
  /** Of a long list: its first item, and how many more there are. */
  brief?: string;
}

/** Characters up to which a list stands whole. */
const longList = 90;

/** What a message says, name by name, in its own order. */
export function tlsMessageFacts(entry: TraceEntry): TlsFact[] {
  return Object.entries(entry.data).flatMap(([key, said]) => {
    const value = elsewhere.has(key) ? '' : valueText(said);
    if (!value) return [];
    const fact = { name: key.replaceAll('_', ' '), value };
    if (value.length <= longList || !Array.isArray(said) || said.length < 2) return [fact];
    return [{ ...fact, brief: `${valueText(said[0])} and ${said.length - 1} more` }];
  });
}

/** Octets in hexadecimal, two digits each; what is left out is counted. */
export function hexText(octets: Uint8Array, most: number): string {
  const shown = [...octets.subarray(0, most)].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
  return octets.length > most ? `${shown} …` : shown;
}
