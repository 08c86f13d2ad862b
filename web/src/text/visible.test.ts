import { describe, expect, it } from 'vitest';
import { visiblePieces, visibleText } from './visible';

describe('visible text', () => {
  it.each([
    ['plain text', 'Grüße 你好 😀', 'Grüße 你好 😀'],
    ['line ends', 'a\r\n', 'a‹CR›‹LF›'],
    ['a direction override', 'exe\u202egpj', 'exe‹RLO›gpj'],
    ['isolates', '\u2066a\u2069', '‹LRI›a‹PDI›'],
    ['zero width', 'a\u200bb', 'a‹ZWSP›b'],
    ['an escape', '\u001b[31m', '‹ESC›[31m'],
    ['C1 controls', '\u0085', '‹U+0085›'],
    ['tag characters', '\u{e0041}', '‹U+E0041›'],
    ['private use', '\ue000', '‹U+E000›'],
    ['NUL', '\0', '‹NUL›'],
  ])('shows %s', (_name, text, expected) => {
    expect(visibleText(text)).toBe(expected);
  });

  it('loses nothing that is not a stand-in', () => {
    const text = 'a\tb\u202ec';
    expect(
      visiblePieces(text)
        .filter((piece) => !piece.name)
        .map((piece) => piece.text),
    ).toEqual(['a', 'b', 'c']);
  });
});
