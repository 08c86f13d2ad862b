import { describe, expect, it } from 'vitest';
import { columnsFor, glyphOf, hexOf, moveBy, rowHeight, rowsInSight } from './layout';

describe('rowsInSight', () => {
  it('draws what is in sight and a little more', () => {
    expect(rowsInSight(0, 10 * rowHeight, 4096)).toEqual({ first: 0, end: 16 });
    expect(rowsInSight(100 * rowHeight, 10 * rowHeight, 4096)).toEqual({ first: 94, end: 116 });
  });

  it('ends with the rows', () => {
    expect(rowsInSight(0, 1000, 2)).toEqual({ first: 0, end: 2 });
    expect(rowsInSight(4090 * rowHeight, 10 * rowHeight, 4096).end).toBe(4096);
  });
});

describe('moveBy', () => {
  it.each([
    ['ArrowLeft', 0, 0],
    ['ArrowLeft', 5, 4],
    ['ArrowRight', 99, 99],
    ['ArrowUp', 3, 3],
    ['ArrowUp', 20, 4],
    ['ArrowDown', 20, 36],
    ['ArrowDown', 95, 95],
    ['Home', 20, 16],
    ['End', 20, 31],
    ['End', 98, 99],
    ['PageDown', 20, 99],
    ['PageUp', 20, 0],
  ])('%s from %i leads to %i', (key, from, to) => {
    expect(moveBy(key, from, 16, 100, 10)).toBe(to);
  });

  it('leaves other keys alone', () => {
    expect(moveBy('Tab', 3, 16, 100, 10)).toBeUndefined();
  });
});

it('shows octets', () => {
  expect(hexOf(5)).toBe('05');
  expect(glyphOf(0x0d)).toEqual({ text: 'CR', control: true });
  expect(glyphOf(0x41)).toEqual({ text: 'A', control: false });
  expect(glyphOf(0xff)).toEqual({ text: '·', control: false });
  expect(columnsFor(320)).toBe(8);
  expect(columnsFor(640)).toBe(16);
});
