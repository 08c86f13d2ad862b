// Which units of a long story need to exist. Heights are those of the style sheet, so that most of a
// long story can be a blank of the right height; where a line wraps, only the blank is a little off.

import type { TraceEntry } from '../../core/types';
import type { Unit } from '../../trace/units';

/** Silence worth drawing, in microseconds. */
export const silence = 400_000;
/** Stories up to this many units are drawn whole. */
export const wholeUpTo = 150;

const saidHeight = 44;
const noteHeight = 36;
const gapHeight = 22;
const childHeight = 28;

/** Height of a unit in CSS pixels, as far as it can be known without drawing it. */
export function heightOf(entries: readonly TraceEntry[], unit: Unit, children: number): number {
  const entry = entries[unit.first];
  if (!entry) return 0;
  const before = entries[unit.first - 1];
  const gap = before && entry.us - before.us >= silence ? gapHeight : 0;
  return gap + (entry.dir ? saidHeight : noteHeight) + children * childHeight;
}

/** Tops of all units, and after them the height of the whole. */
export function topsOf(heights: readonly number[]): number[] {
  const tops = [0];
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + height);
  return tops;
}

export interface StoryWindow {
  first: number;
  end: number;
}

/** Units that lie in [top - spare, top + height + spare]. */
export function unitsInSight(tops: readonly number[], top: number, height: number, spare = 600): StoryWindow {
  const units = tops.length - 1;
  if (units <= wholeUpTo) return { first: 0, end: units };
  const first = Math.max(0, lastAtOrAbove(tops, top - spare));
  const end = Math.min(units, lastAtOrAbove(tops, top + height + spare) + 1);
  return { first, end };
}

/** Index of the last top that is not below `y`. */
function lastAtOrAbove(tops: readonly number[], y: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
