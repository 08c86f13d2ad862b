// A trace file comes from outside: every line is checked before anything is made of it, and an
// error says which line is wrong.

import * as v from 'valibot';
import type { TraceFile } from '../core/core';
import type { TraceEntry, TraceHeader } from '../core/types';
import { fromBase64 } from '../text/base64';

/** Files above this are refused: no session of this page comes near it. */
export const largestTrace = 200 * 1024 * 1024;

const octet = v.pipe(v.number(), v.integer(), v.minValue(0));
const range = v.tuple([octet, octet]);
const names = v.tuple([v.string(), v.string()]);

const headerSchema = v.looseObject({
  smtpscope: v.literal('trace'),
  version: v.literal(1, 'this page reads version 1 of the trace format'),
  mode: v.picklist(['simulated', 'live']),
  title: v.string(),
  started: v.string(),
});

const entrySchema = v.looseObject({
  seq: octet,
  us: v.pipe(v.number(), v.minValue(0)),
  layer: v.picklist(['dns', 'tcp', 'tls', 'smtp', 'mime', 'queue', 'sim', 'note']),
  kind: v.picklist([
    'resolving',
    'resolved',
    'connected',
    'tls_started',
    'tls_message',
    'tls_established',
    'transport_error',
    'greeting',
    'command',
    'reply',
    'sasl_challenge',
    'sasl_response',
    'content',
    'end_of_content',
    'timeout',
    'cancelled',
    'result',
    'diagnosis',
    'closed',
    'note',
  ]),
  chapter: v.picklist(['resolve', 'connect', 'secure', 'greet', 'login', 'envelope', 'message', 'done']),
  dir: v.optional(v.picklist(['c2s', 's2c'])),
  secure: v.optional(v.literal(true)),
  client: v.optional(names),
  server: v.optional(names),
  text: v.optional(v.string()),
  base64: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => fromBase64(text) !== undefined, 'is not base64'),
    ),
  ),
  fields: v.optional(
    v.array(v.tuple([octet, octet, v.string(), v.pipe(v.number(), v.integer(), v.minValue(-1))])),
  ),
  masked: v.optional(v.array(range)),
  data: v.optional(v.record(v.string(), v.unknown()), {}),
  explain: v.optional(v.object({ title: v.string(), text: v.string(), rfc: v.string() })),
});

const resultSchema = v.looseObject({
  outcome: v.picklist(['delivered', 'partly', 'failed', 'unknown']),
  recipients: v.array(
    v.looseObject({ path: v.string(), accepted: v.boolean(), code: v.optional(v.number()) }),
  ),
});

const diagnosisSchema = v.looseObject({
  key: v.string(),
  title: v.string(),
  cause: v.string(),
  fix: v.array(v.string()),
  evidence: v.array(octet),
  retry: v.picklist(['no', 'later', 'after_change']),
});

const certificate = v.looseObject({
  subject: v.string(),
  issuer: v.string(),
  names: v.array(v.string()),
  notBefore: v.optional(v.string()),
  notAfter: v.optional(v.string()),
  serial: v.optional(v.string()),
  key: v.optional(v.string()),
  signature: v.optional(v.string()),
  sha256: v.optional(v.string()),
});

const errorSchema = v.looseObject({
  certificates: v.optional(v.array(certificate)),
  failing: v.optional(octet),
});

const tlsSchema = v.looseObject({
  version: v.string(),
  suite: v.string(),
  group: v.optional(v.string()),
  verified: v.boolean(),
  anchor: v.optional(v.string()),
  where: v.optional(v.picklist(['relay', 'page', 'simulated'])),
  alpn: v.optional(v.string()),
  resumed: v.optional(v.boolean()),
  reason: v.optional(v.string()),
  chain: v.optional(v.array(certificate)),
});

/** What the page draws from `data` must have the shape it expects. */
const dataSchemas: Record<string, v.GenericSchema> = {
  result: resultSchema,
  diagnosis: diagnosisSchema,
  tls_established: tlsSchema,
  transport_error: errorSchema,
};

/** A trace file is not one: which line, and what is wrong there. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
  }
}

function parseLine<T>(schema: v.GenericSchema<unknown, T>, value: unknown, line: number): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const path = v.getDotPath(issue);
  throw new TraceFileError(line, `${path ? `${path}: ` : ''}${issue.message}`);
}

function jsonLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceFileError(line, 'is not JSON');
  }
}

/** Reads a trace file, JSON Lines. Throws TraceFileError. */
export function parseTraceFile(text: string): TraceFile {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const first = lines[0]?.trim() ?? '';
  if (!first) throw new TraceFileError(1, 'the file is empty');
  const opening = jsonLine(first, 1) as { smtpscope?: unknown } | null;
  if (opening?.smtpscope !== 'trace')
    throw new TraceFileError(1, 'this is no header of a trace, such as {"smtpscope":"trace","version":1,…}');
  const header = parseLine(headerSchema, opening, 1) as TraceHeader;
  const entries: TraceEntry[] = [];
  lines.slice(1).forEach((text_, i) => {
    const line = i + 2;
    if (!text_.trim()) return;
    const entry = parseLine(entrySchema, jsonLine(text_, line), line) as TraceEntry;
    if (entry.seq !== entries.length)
      throw new TraceFileError(line, `seq is ${entry.seq}, but ${entries.length} comes next`);
    const shape = dataSchemas[entry.kind];
    if (shape) parseLine(shape, entry.data, line);
    entries.push(entry);
  });
  return { header, entries };
}
