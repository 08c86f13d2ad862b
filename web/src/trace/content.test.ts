import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../core/types';
import { messageOnWire, placeOnWire, sameBytes, unstuff } from './content';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (octets: Uint8Array | undefined) => (octets ? new TextDecoder().decode(octets) : undefined);

describe('unstuff', () => {
  it.each([
    ['no dots', 'a\r\nb\r\n', 'a\r\nb\r\n'],
    ['a doubled dot', 'a\r\n..b\r\n', 'a\r\n.b\r\n'],
    ['a doubled dot at the start', '..a\r\n', '.a\r\n'],
    ['a dot inside a line', 'a.b\r\n', 'a.b\r\n'],
    ['a line of dots', '....\r\n', '...\r\n'],
    ['a bare LF, which ends no line', 'a\n..b\r\n', 'a\n..b\r\n'],
  ])('%s', (_name, stuffed, plain) => {
    expect(text(unstuff(bytes(stuffed)))).toBe(plain);
  });
});

describe('messageOnWire', () => {
  const entry = (kind: TraceEntry['kind'], content: string): TraceEntry => ({
    seq: 0,
    us: 0,
    layer: 'smtp',
    kind,
    chapter: 'message',
    text: content,
    data: {},
  });
  // The line end and the doubled dot fall into different pieces.
  const entries = [
    entry('command', 'DATA\r\n'),
    entry('content', 'a\r'),
    entry('content', '\n.'),
    entry('content', '.b\r\n'),
  ];

  it('joins pieces before it looks for dots', async () => {
    expect(text(await messageOnWire(entries))).toBe('a\r\n.b\r\n');
  });

  it('is not there before its first octet', async () => {
    expect(await messageOnWire(entries.slice(0, 1))).toBeUndefined();
    expect(text(await messageOnWire(entries.slice(0, 2)))).toBe('a\r');
  });
});

describe('placeOnWire', () => {
  const entry = (content: string): TraceEntry => ({
    seq: 0,
    us: 0,
    layer: 'smtp',
    kind: 'content',
    chapter: 'message',
    text: content,
    data: {},
  });
  // The message is "a\r\n.b\r\ncd\r\n".
  const entries = [entry('a\r\n..b\r\n'), entry('cd\r\n')];

  it.each([
    ['a line without dots', 0, 3, { entry: 0, range: [0, 3] }],
    ['a line whose dot was doubled, with both dots', 3, 7, { entry: 0, range: [3, 8] }],
    ['octets of the second piece', 8, 9, { entry: 1, range: [1, 2] }],
    ['octets of two pieces: those of the first', 4, 9, { entry: 0, range: [5, 8] }],
    ['octets that were not sent', 20, 21, undefined],
  ])('finds %s', (_name, begin, end, place) => {
    expect(placeOnWire(entries, begin, end)).toEqual(place);
  });
});

it('sameBytes compares octets and length', async () => {
  expect(await sameBytes(bytes('ab'), bytes('ab'))).toBe(true);
  expect(await sameBytes(bytes('ab'), bytes('abc'))).toBe(false);
  expect(await sameBytes(bytes('ab'), bytes('ac'))).toBe(false);
  const large = new Uint8Array(3 << 20);
  const other = large.slice();
  expect(await sameBytes(large, other)).toBe(true);
  other[other.length - 1] = 1;
  expect(await sameBytes(large, other)).toBe(false);
});
