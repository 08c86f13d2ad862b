// A unit is what one step moves over: an entry, or a run of content pieces, which tell one story.

import type { TraceEntry } from '../core/types';

export interface Unit {
  /** Index of the first entry. */
  first: number;
  /** Index after the last entry: the cursor stands here when the unit has happened. */
  end: number;
}

/** Groups entries into units, in order and without gaps. */
export function unitsOf(entries: readonly TraceEntry[]): Unit[] {
  const units: Unit[] = [];
  for (let i = 0; i < entries.length; i += 1) {
    const last = units.at(-1);
    const continues = last && entries[i]?.kind === 'content' && entries[i - 1]?.kind === 'content';
    if (continues) last.end = i + 1;
    else units.push({ first: i, end: i + 1 });
  }
  return units;
}

/** Number of units that have happened at `cursor`; a unit begun counts. */
export function unitsDone(units: readonly Unit[], cursor: number): number {
  let low = 0;
  let high = units.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((units[middle]?.first ?? 0) < cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}
