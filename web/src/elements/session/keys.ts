// The keyboard map of the viewer. Keys work only while focus is inside it, and never while a control needs them.

import type { PlayerAction } from '../../player/player';

export type KeyMeaning =
  | { kind: 'player'; action: PlayerAction }
  | { kind: 'play-pause' }
  | { kind: 'tab'; number: number }
  | { kind: 'help' }
  | { kind: 'clear' };

export interface KeyPress {
  key: string;
  shift: boolean;
  modified: boolean;
  /** The control that has focus: 'text' takes letters and arrows, 'button' takes space, 'range' arrows. */
  control: 'text' | 'button' | 'range' | 'none';
}

/** What a key means in the viewer; undefined where it is not ours. */
export function meaningOf(press: KeyPress): KeyMeaning | undefined {
  const { key, shift, control } = press;
  if (press.modified || control === 'text') return undefined;
  if (key === 'Escape') return { kind: 'clear' };
  if (key === '?') return { kind: 'help' };
  if (/^[1-5]$/.test(key)) return { kind: 'tab', number: Number(key) };
  if (key === ' ') return control === 'button' ? undefined : { kind: 'play-pause' };
  if (control === 'range' && !shift) return undefined;
  const player = (action: PlayerAction): KeyMeaning => ({ kind: 'player', action });
  switch (key) {
    case 'ArrowRight':
      return player({ do: shift ? 'next-chapter' : 'step' });
    case 'ArrowLeft':
      return player({ do: shift ? 'previous-chapter' : 'back' });
    case 'Home':
      return player({ do: 'first' });
    case 'End':
      return player({ do: 'last' });
    default:
      return undefined;
  }
}

/** Every key, for the help. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ['Space', 'Play or pause'],
  ['← →', 'One step back or forward'],
  ['Shift + ← →', 'Previous or next chapter'],
  ['Home, End', 'First step, last step'],
  ['1 – 4', 'Bytes, message, state, security'],
  ['Esc', 'Let go of what is selected'],
  ['?', 'This help'],
];
