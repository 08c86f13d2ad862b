// Which named field a byte belongs to. Fields nest at most three deep; a parent stands before its children.

import type { TraceEntry } from '../core/types';
import { visibleText } from '../text/visible';

export interface Field {
  index: number;
  begin: number;
  end: number;
  name: string;
  parent: number;
  depth: number;
  /** 0 … fieldTints-1: which of the tints shows it. Structure ("line") has none: -1. */
  tint: number;
}

export const fieldTints = 6;
const structural = new Set(['line', 'crlf', 'separator', 'argument', 'content']);
const cache = new WeakMap<TraceEntry, Field[]>();

/** "enhanced_code" → "enhanced code". The name may come from a file, so it is made safe to show. */
export function fieldTitle(name: string): string {
  return name === 'crlf' ? 'end of line (CR LF)' : visibleText(name.replaceAll('_', ' '));
}

export function fieldsOf(entry: TraceEntry): Field[] {
  const known = cache.get(entry);
  if (known) return known;
  const fields: Field[] = [];
  const tints = new Map<string, number>();
  for (const [begin, end, name, parent] of entry.fields ?? []) {
    let tint = -1;
    if (!structural.has(name)) {
      if (!tints.has(name)) tints.set(name, tints.size % fieldTints);
      tint = tints.get(name) ?? -1;
    }
    const depth = parent >= 0 ? (fields[parent]?.depth ?? 0) + 1 : 0;
    fields.push({ index: fields.length, begin, end, name, parent, depth, tint });
  }
  cache.set(entry, fields);
  return fields;
}

/** The innermost field that holds the octet, if any. */
export function fieldAt(fields: readonly Field[], octet: number): Field | undefined {
  let best: Field | undefined;
  for (const field of fields) {
    if (octet < field.begin || octet >= field.end) continue;
    if (!best || field.depth >= best.depth) best = field;
  }
  return best;
}

/** A field and those that enclose it, innermost first. */
export function fieldPath(fields: readonly Field[], field: Field | undefined): Field[] {
  const path: Field[] = [];
  for (let at = field; at; at = fields[at.parent]) path.push(at);
  return path;
}

/** Innermost field of every octet in [begin, end), for drawing rows without a search per byte. */
export function fieldMap(fields: readonly Field[], begin: number, end: number): (Field | undefined)[] {
  const map = new Array<Field | undefined>(Math.max(0, end - begin)).fill(undefined);
  for (const field of fields) {
    const from = Math.max(field.begin, begin);
    const to = Math.min(field.end, end);
    for (let i = from; i < to; i += 1) {
      const before = map[i - begin];
      if (!before || field.depth >= before.depth) map[i - begin] = field;
    }
  }
  return map;
}
