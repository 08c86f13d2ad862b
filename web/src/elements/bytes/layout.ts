// The arithmetic of the byte view, without a DOM: which rows are in sight, and where the arrow keys lead.

/** Height of a row in CSS pixels; every row has it, so that rows out of sight need not exist. */
export const rowHeight = 24;

export interface Window {
  first: number;
  end: number;
}

/** Rows to draw for a scroll position, with `spare` rows above and below. */
export function rowsInSight(scrollTop: number, height: number, rows: number, spare = 6): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  return { first, end: Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + spare) };
}

/** Octets a row that fit a width. */
export function columnsFor(width: number): 8 | 16 {
  return width >= 600 ? 16 : 8;
}

/** Where a key leads from an octet; undefined for keys that do not move. */
export function moveBy(
  key: string,
  at: number,
  columns: number,
  size: number,
  page: number,
): number | undefined {
  const inside = (n: number) => Math.min(Math.max(n, 0), size - 1);
  switch (key) {
    case 'ArrowLeft':
      return inside(at - 1);
    case 'ArrowRight':
      return inside(at + 1);
    case 'ArrowUp':
      return at - columns >= 0 ? at - columns : at;
    case 'ArrowDown':
      return at + columns < size ? at + columns : at;
    case 'Home':
      return at - (at % columns);
    case 'End':
      return inside(at - (at % columns) + columns - 1);
    case 'PageUp':
      return inside(at - columns * page);
    case 'PageDown':
      return inside(at + columns * page);
    default:
      return undefined;
  }
}

/** "35" for 0x35. */
export function hexOf(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

/** How an octet reads: a printable ASCII character, a name for a control, or nothing. */
export function glyphOf(octet: number): { text: string; control: boolean } {
  if (octet === 0x0d) return { text: 'CR', control: true };
  if (octet === 0x0a) return { text: 'LF', control: true };
  if (octet === 0x09) return { text: 'HT', control: true };
  if (octet === 0x00) return { text: 'NU', control: true };
  if (octet > 0x20 && octet < 0x7f) return { text: String.fromCharCode(octet), control: false };
  return { text: octet === 0x20 ? ' ' : '·', control: false };
}
