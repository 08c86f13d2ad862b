import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTraceFile } from '../drivers/trace-file';
import { readersOf } from '../elements/security/readers';
import { chapterMarks } from './chapters';
import { fieldAt, fieldMap, fieldPath, fieldsOf } from './fields';
import { detailOf, labelOf, linesOf, spokenLabel } from './labels';
import { lanesOf, tubesOf } from './lanes';
import { unitsDone, unitsOf } from './units';

const load = (name: string) =>
  parseTraceFile(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));
const delivered = load('simulated-delivered.jsonl');
const refused = load('live-login-refused.jsonl');
const find = (text: string) => delivered.entries.find((entry) => entry.text?.startsWith(text));

describe('units', () => {
  it('cover the trace without gaps, content as one', () => {
    const entries = delivered.entries.flatMap((entry) =>
      entry.kind === 'content' ? [entry, entry] : [entry],
    );
    const units = unitsOf(entries);
    expect(units[0]?.first).toBe(0);
    expect(units.at(-1)?.end).toBe(entries.length);
    for (let i = 1; i < units.length; i += 1) expect(units[i]?.first).toBe(units[i - 1]?.end);
    const content = units.find((unit) => entries[unit.first]?.kind === 'content');
    expect(content && content.end - content.first).toBe(2);
  });

  it('count what has begun', () => {
    const units = [
      { first: 0, end: 1 },
      { first: 1, end: 4 },
      { first: 4, end: 5 },
    ];
    expect([0, 1, 2, 4, 5].map((cursor) => unitsDone(units, cursor))).toEqual([0, 1, 2, 2, 3]);
  });
});

it('chapters stand in the order of the session', () => {
  expect(chapterMarks(delivered.entries).map((mark) => mark.chapter)).toEqual([
    'resolve',
    'connect',
    'greet',
    'secure',
    'login',
    'envelope',
    'message',
    'done',
  ]);
});

it('the chapter that failed is known, and what went wrong on the way in its own words', () => {
  const failed = (entries: typeof refused.entries) =>
    chapterMarks(entries).flatMap((mark) => (mark.failed ? [mark.chapter] : []));
  expect(failed(delivered.entries)).toEqual([]);
  expect(failed(refused.entries)).toEqual(['login']);
  const [first] = delivered.entries;
  if (!first) throw new Error('the fixture is empty');
  expect(detailOf(first)).toBe('');
  expect(detailOf({ ...first, kind: 'transport_error', data: { message: 'It expired.' } })).toBe(
    'It expired.',
  );
});

describe('fields', () => {
  it('are found from the inside out', () => {
    const mail = find('MAIL');
    if (!mail) throw new Error('the fixture has no MAIL');
    const fields = fieldsOf(mail);
    const inner = fieldAt(fields, 12);
    expect(inner?.name).toBe('reverse_path');
    expect(fieldPath(fields, inner).map((field) => field.name)).toEqual(['reverse_path', 'argument', 'line']);
    expect(fieldMap(fields, 4, 6).map((field) => field?.name)).toEqual(['line', 'from_keyword']);
    expect(fieldAt(fields, 999)).toBeUndefined();
  });
});

describe('labels', () => {
  it('are the first line said, or what happened', () => {
    const greeting = refused.entries[3];
    const first = refused.entries[0];
    if (!greeting || !first) throw new Error('the fixture is too short');
    expect(labelOf(greeting)).toBe('220 mail.example ESMTP ready');
    expect(spokenLabel(greeting)).toBe('server: 220 mail.example ESMTP ready');
    expect(labelOf(first)).toBe('Where is mail.example?');
  });

  it('split replies into lines', () => {
    const ehlo = refused.entries[5];
    expect(ehlo && linesOf(ehlo)).toHaveLength(5);
  });
});

describe('lanes', () => {
  it('have a relay when the session is live', () => {
    expect(lanesOf(delivered.header)).toEqual(['page', 'server']);
    expect(lanesOf(refused.header)).toEqual(['page', 'relay', 'server']);
  });

  it('draw TLS where it is made', () => {
    const tubes = tubesOf(refused.entries, refused.header);
    const first = tubes.findIndex((tube) => tube !== undefined);
    expect(refused.entries[first]?.kind).toBe('tls_established');
    expect(tubes[first]).toEqual({ from: 'relay', first: true, last: false });
    expect(tubesOf(delivered.entries, delivered.header).find(Boolean)?.from).toBe('page');
    expect(tubes.at(-1)).toBeUndefined();
  });
});

describe('who can read what', () => {
  const reads = (trace: typeof refused, count: number) =>
    Object.fromEntries(
      readersOf(trace.header, trace.entries, count).map((reader) => [reader.who, reader.reads]),
    );

  it('says that a relay which does the TLS reads everything', () => {
    const all = reads(refused, refused.entries.length);
    expect(all['The relay']).toBe('yes');
    expect(all['Anyone between relay and server']).toBe('partly');
  });

  it('says that a password in the clear can be read', () => {
    const plain = { ...refused, entries: refused.entries.map(({ secure: _, ...entry }) => entry) };
    expect(reads(plain, plain.entries.length)['Anyone between relay and server']).toBe('yes');
  });
});
