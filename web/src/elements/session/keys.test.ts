import { describe, expect, it } from 'vitest';
import { type KeyPress, meaningOf } from './keys';

const press = (key: string, rest: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shift: false,
  modified: false,
  control: 'none',
  ...rest,
});

describe('keys of the viewer', () => {
  it.each([
    [press('ArrowRight'), { kind: 'player', action: { do: 'step' } }],
    [press('ArrowLeft'), { kind: 'player', action: { do: 'back' } }],
    [press('ArrowRight', { shift: true }), { kind: 'player', action: { do: 'next-chapter' } }],
    [press('Home'), { kind: 'player', action: { do: 'first' } }],
    [press('End'), { kind: 'player', action: { do: 'last' } }],
    [press(' '), { kind: 'play-pause' }],
    [press('3'), { kind: 'tab', number: 3 }],
    [press('?', { shift: true }), { kind: 'help' }],
    [press('Escape', { control: 'button' }), { kind: 'clear' }],
    [press('ArrowRight', { control: 'button' }), { kind: 'player', action: { do: 'step' } }],
  ])('%j', (key, meaning) => {
    expect(meaningOf(key)).toEqual(meaning);
  });

  it.each([
    press('ArrowRight', { modified: true }),
    press('ArrowRight', { control: 'text' }),
    press('ArrowRight', { control: 'range' }),
    press(' ', { control: 'button' }),
    press('1', { control: 'text' }),
    press('a'),
  ])('leaves %j to the browser', (key) => {
    expect(meaningOf(key)).toBeUndefined();
  });
});
