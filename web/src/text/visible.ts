// What a server sends may try to look like something else. Characters that change the direction of
// text, hide or control are replaced by a small boxed name before anything is shown.

export interface Piece {
  text: string;
  /** Set for a stand-in: what the character is called, for people. */
  name?: string;
}

const named = new Map<number, [string, string]>([
  [0x00, ['NUL', 'null']],
  [0x07, ['BEL', 'bell']],
  [0x08, ['BS', 'backspace']],
  [0x09, ['TAB', 'tab']],
  [0x0a, ['LF', 'line feed']],
  [0x0d, ['CR', 'carriage return']],
  [0x1b, ['ESC', 'escape']],
  [0x7f, ['DEL', 'delete']],
  [0xad, ['SHY', 'soft hyphen']],
  [0x061c, ['ALM', 'Arabic letter mark']],
  [0x200b, ['ZWSP', 'zero width space']],
  [0x200c, ['ZWNJ', 'zero width non-joiner']],
  [0x200d, ['ZWJ', 'zero width joiner']],
  [0x200e, ['LRM', 'left-to-right mark']],
  [0x200f, ['RLM', 'right-to-left mark']],
  [0x2028, ['LS', 'line separator']],
  [0x2029, ['PS', 'paragraph separator']],
  [0x202a, ['LRE', 'left-to-right embedding']],
  [0x202b, ['RLE', 'right-to-left embedding']],
  [0x202c, ['PDF', 'pop directional formatting']],
  [0x202d, ['LRO', 'left-to-right override']],
  [0x202e, ['RLO', 'right-to-left override']],
  [0x2060, ['WJ', 'word joiner']],
  [0x2066, ['LRI', 'left-to-right isolate']],
  [0x2067, ['RLI', 'right-to-left isolate']],
  [0x2068, ['FSI', 'first strong isolate']],
  [0x2069, ['PDI', 'pop directional isolate']],
  [0xfeff, ['BOM', 'byte order mark']],
]);

const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u;

function standIn(point: number): Piece {
  const hex = point.toString(16).toUpperCase().padStart(4, '0');
  const known = named.get(point);
  return known
    ? { text: known[0], name: `U+${hex} ${known[1]}` }
    : { text: `U+${hex}`, name: `U+${hex}, a character without a shape` };
}

/** Splits text into runs that are safe to show and stand-ins for characters that are not. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let run = '';
  for (const character of text) {
    if (!hidden.test(character)) {
      run += character;
      continue;
    }
    if (run) pieces.push({ text: run });
    run = '';
    pieces.push(standIn(character.codePointAt(0) ?? 0));
  }
  if (run) pieces.push({ text: run });
  return pieces;
}

/** The same as one plain string, for names and titles: stand-ins in angle brackets. */
export function visibleText(text: string): string {
  return visiblePieces(text)
    .map((piece) => (piece.name ? `‹${piece.text}›` : piece.text))
    .join('');
}
