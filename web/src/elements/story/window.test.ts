import { describe, expect, it } from 'vitest';
import { topsOf, unitsInSight } from './window';

const tops = topsOf(Array(10_000).fill(44));

describe('unitsInSight', () => {
  it('is everything of a short story', () => {
    expect(unitsInSight(topsOf(Array(100).fill(44)), 4000, 500)).toEqual({ first: 0, end: 100 });
  });

  it('is what lies around the view in a long one', () => {
    expect(unitsInSight(tops, 0, 440, 0)).toEqual({ first: 0, end: 11 });
    expect(unitsInSight(tops, 44_000, 440, 440)).toEqual({ first: 990, end: 1021 });
  });

  it('ends with the story', () => {
    expect(unitsInSight(tops, 44 * 9_990, 440, 440)).toEqual({ first: 9_980, end: 10_000 });
    expect(unitsInSight(tops, 1e9, 440)).toMatchObject({ end: 10_000 });
  });
});

it('topsOf ends with the height of the whole', () => {
  expect(topsOf([10, 20, 5])).toEqual([0, 10, 30, 35]);
  expect(topsOf([])).toEqual([0]);
});
