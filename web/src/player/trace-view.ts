// Everything a viewer derives from a trace, kept while the trace stays the same.

import type { TraceEntry } from '../core/types';
import { type ChapterMark, chapterMarks } from '../trace/chapters';
import { type Unit, unitsOf } from '../trace/units';
import type { PlayerContext } from './player';

export interface TraceView extends PlayerContext {
  readonly entries: readonly TraceEntry[];
  readonly units: readonly Unit[];
  readonly marks: readonly ChapterMark[];
}

export function viewOf(entries: readonly TraceEntry[]): TraceView {
  const marks = chapterMarks(entries);
  const diagnosis = entries.findIndex((entry) => entry.kind === 'diagnosis');
  const said = entries.findIndex((entry) => entry.dir !== undefined);
  return {
    entries,
    units: unitsOf(entries),
    marks,
    chapters: marks.map((mark) => mark.first),
    start: said >= 0 ? said + 1 : undefined,
    point: diagnosis >= 0 ? diagnosis + 1 : undefined,
  };
}
