import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTraceFile } from './trace-file';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const good = fixture('simulated-delivered.jsonl');
const lines = good.trimEnd().split('\n');

function edited(line: number, change: (value: Record<string, unknown>) => void): string {
  const value = JSON.parse(lines[line] ?? '') as Record<string, unknown>;
  change(value);
  return lines.map((old, i) => (i === line ? JSON.stringify(value) : old)).join('\n');
}

describe('parseTraceFile', () => {
  it.each([
    ['simulated-delivered.jsonl', 'result'],
    ['live-login-refused.jsonl', 'diagnosis'],
  ])('reads %s', (name, last) => {
    const { header, entries } = parseTraceFile(fixture(name));
    expect(header.version).toBe(1);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, i) => i));
    expect(entries.at(-1)?.kind).toBe(last);
  });

  it('does without a last line end, and with a byte order mark', () => {
    expect(parseTraceFile(`\ufeff${lines.join('\n')}`).entries).toHaveLength(lines.length - 1);
  });

  it.each([
    ['an empty file', '', /^line 1: the file is empty/],
    ['another file', 'PNG', /^line 1: is not JSON/],
    ['another JSON file', '{"a":1}', /^line 1: .*header of a trace/],
    [
      'a later version',
      edited(0, (header) => {
        header['version'] = 2;
      }),
      /^line 1: version: this page reads version 1/,
    ],
    ['half a line', `${lines.slice(0, 3).join('\n')}\n{"seq":2,`, /^line 4: is not JSON/],
    [
      'an unknown kind',
      edited(2, (entry) => {
        entry['kind'] = 'party';
      }),
      /^line 3: kind: /,
    ],
    [
      'a gap',
      edited(3, (entry) => {
        entry['seq'] = 7;
      }),
      /^line 4: seq is 7, but 2 comes next/,
    ],
    [
      'bytes that are no base64',
      edited(4, (entry) => {
        entry['base64'] = '###';
      }),
      /^line 5: base64: is not base64/,
    ],
    [
      'a result without outcome',
      edited(lines.length - 1, (entry) => {
        entry['data'] = {};
      }),
      /^line \d+: outcome: /,
    ],
  ])('refuses %s and says where', (_name, text, message) => {
    expect(() => parseTraceFile(text)).toThrow(message);
  });
});
