/** What the reader points at; every view lights the same thing. */
export interface Selection {
  /** Index of the entry. */
  entry: number;
  /** Octets [begin, end) of the entry's bytes. */
  range?: readonly [number, number];
}

export function sameSelection(a: Selection | undefined, b: Selection | undefined): boolean {
  if (!a || !b) return a === b;
  return a.entry === b.entry && a.range?.[0] === b.range?.[0] && a.range?.[1] === b.range?.[1];
}
