// SASLprep (RFC 4013) for the core in a page, where a name or password is not printable ASCII: what
// shared/src/sasl/host_prepare.cpp is in native programs, with the same words.

import * as tables from './saslprep-tables.mjs';

// Where a table begins to hold code points, where it ends to, and so on.
function bordersOf(written) {
  let border = 0;
  return written.split(' ').map((number) => (border += Number.parseInt(number, 36)));
}

function tester(written) {
  const borders = bordersOf(written);
  return (codePoint) => {
    let low = 0; // the number of borders at or below it
    for (let high = borders.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (borders[middle] <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low % 2 === 1;
  };
}

const isSpace = tester(tables.spaces);
const isNothing = tester(tables.nothing);
const isProhibited = tester(tables.prohibited);
const isRightToLeft = tester(tables.rightToLeft);
const isLeftToRight = tester(tables.leftToRight);
const isUnassigned = tester(tables.unassigned);

const prohibited = ' holds a control character or one that is not for text (RFC 4013)';
const bothDirections =
  ' mixes directions: where a letter runs from right to left, none may run from left to right, and the first and ' +
  'the last must be such letters (RFC 3454 section 6)';
const unassigned =
  ' holds a character that Unicode 3.2 did not have, which SASLprep does not keep (RFC 4013 section 2.5)';

function map(text) {
  let made = '';
  for (const character of text) {
    const codePoint = character.codePointAt(0);
    if (isSpace(codePoint)) made += ' ';
    else if (!isNothing(codePoint)) made += character;
  }
  return made;
}

// NFKC of Unicode 3.2: what it did not have stays, and composes with nothing.
function normalize(text) {
  let made = '';
  let piece = '';
  for (const character of text) {
    if (!isUnassigned(character.codePointAt(0))) {
      piece += character;
      continue;
    }
    made += piece.normalize('NFKC') + character;
    piece = '';
  }
  return made + piece.normalize('NFKC');
}

// RFC 3454 §6.
function runsOneWay(codePoints) {
  if (!codePoints.some(isRightToLeft)) return true;
  return isRightToLeft(codePoints[0]) && isRightToLeft(codePoints.at(-1)) && !codePoints.some(isLeftToRight);
}

/** See saslprep.d.mts. */
export function saslprep(octets, stored) {
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return prohibited;
  }
  const made = normalize(map(text));
  const codePoints = Array.from(made, (character) => character.codePointAt(0));
  if (codePoints.some(isProhibited)) return prohibited;
  if (!runsOneWay(codePoints)) return bothDirections;
  if (stored && codePoints.some(isUnassigned)) return unassigned;
  return new TextEncoder().encode(made);
}
