import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../core/types';
import { initialPlayer, type PlayerAction, type PlayerState, transition } from './player';
import { viewOf } from './trace-view';

const kinds = [
  'resolving',
  'connected',
  'greeting',
  'command',
  'content',
  'content',
  'content',
  'reply',
  'result',
];

function entriesOf(names: readonly string[]): TraceEntry[] {
  return names.map((kind, seq) => ({
    seq,
    us: seq * 1000,
    layer: 'smtp',
    kind: kind as TraceEntry['kind'],
    chapter: seq < 2 ? 'connect' : seq < 4 ? 'greet' : seq < 7 ? 'message' : 'done',
    data: {},
    ...(kind === 'greeting' || kind === 'reply' ? { dir: 's2c' as const } : {}),
    ...(kind === 'command' || kind === 'content' ? { dir: 'c2s' as const } : {}),
  }));
}

const view = viewOf(entriesOf(kinds));
const failed = viewOf(entriesOf(['resolving', 'greeting', 'reply', 'diagnosis', 'command', 'closed']));

function played(actions: PlayerAction[], context = view, from: PlayerState = initialPlayer): PlayerState {
  return actions.reduce((state, action) => transition(state, action, context), from);
}

const told: PlayerAction = { do: 'load', live: false, reveal: 'step' };
const recorded: PlayerAction = { do: 'load', live: false, reveal: 'all' };
const running: PlayerAction = { do: 'load', live: true, reveal: 'all' };

describe('a story told step by step', () => {
  it('begins at the first thing said, and hides what follows', () => {
    expect(played([told])).toMatchObject({ cursor: 3, reached: 3, playing: false });
  });

  it('reveals one unit a step, a run of content as one', () => {
    expect(played([told, { do: 'step' }]).cursor).toBe(4);
    expect(played([told, { do: 'step' }, { do: 'step' }]).cursor).toBe(7);
    expect(played([told, { do: 'step' }, { do: 'step' }, { do: 'back' }])).toMatchObject({
      cursor: 4,
      reached: 7,
    });
  });

  it('stays inside the trace', () => {
    expect(played([told, { do: 'first' }, { do: 'back' }, { do: 'back' }]).cursor).toBe(1);
    expect(played([told, { do: 'last' }, { do: 'step' }, { do: 'step' }]).cursor).toBe(kinds.length);
  });

  it('moves by chapters', () => {
    expect(played([told, { do: 'next-chapter' }]).cursor).toBe(7);
    expect(played([told, { do: 'next-chapter' }, { do: 'previous-chapter' }]).cursor).toBe(3);
    expect(played([told, { do: 'last' }, { do: 'next-chapter' }]).cursor).toBe(kinds.length);
  });

  it('seeks to units and to entries', () => {
    expect(played([told, { do: 'seek', unit: 5 }]).cursor).toBe(7);
    expect(played([told, { do: 'seek', unit: 99 }]).cursor).toBe(kinds.length);
    expect(played([told, { do: 'seek-entry', entry: 5 }]).cursor).toBe(7);
  });
});

describe('playing', () => {
  it('ticks only while playing and ends at the end', () => {
    expect(played([told, { do: 'tick' }]).cursor).toBe(3);
    const state = played([told, { do: 'play' }, ...Array<PlayerAction>(9).fill({ do: 'tick' })]);
    expect(state).toMatchObject({ cursor: kinds.length, playing: false });
  });

  it('begins anew when it is at the end', () => {
    expect(played([told, { do: 'last' }, { do: 'play' }])).toMatchObject({ cursor: 1, playing: true });
  });

  it('stops at the diagnosis', () => {
    const state = played([told, { do: 'play' }, ...Array<PlayerAction>(9).fill({ do: 'tick' })], failed);
    expect(state).toMatchObject({ cursor: 4, playing: false });
  });

  it('stops when the reader takes over', () => {
    expect(played([told, { do: 'play' }, { do: 'step' }]).playing).toBe(false);
  });
});

describe('a failed session', () => {
  it('has its diagnosis as last stop, then its end', () => {
    expect(played([recorded, { do: 'last' }], failed).cursor).toBe(4);
    expect(played([recorded, { do: 'last' }, { do: 'last' }], failed).cursor).toBe(6);
  });
});

describe('a running session', () => {
  const part = viewOf(entriesOf(kinds.slice(0, 3)));

  it('is followed, until the reader looks back', () => {
    const start = played([running], part);
    expect(start).toMatchObject({ cursor: 3, following: true });
    expect(transition(start, { do: 'grew' }, view).cursor).toBe(kinds.length);
    const back = transition(transition(start, { do: 'back' }, part), { do: 'grew' }, view);
    expect(back).toMatchObject({ cursor: 2, reached: kinds.length, following: false });
    expect(transition(back, { do: 'follow' }, view)).toMatchObject({ cursor: kinds.length, following: true });
  });

  it('is followed again from its end', () => {
    const back = played([running, { do: 'back' }, { do: 'step' }], part);
    expect(back.following).toBe(true);
  });

  it('ends at its diagnosis, or where the reader is', () => {
    const followed = played([running, { do: 'ended' }], failed);
    expect(followed).toMatchObject({ cursor: 4, reached: 6, live: false, following: false });
    expect(played([running, { do: 'first' }, { do: 'ended' }], failed)).toMatchObject({
      cursor: 1,
      reached: 6,
    });
  });
});

it('an empty trace moves nowhere', () => {
  const empty = viewOf([]);
  for (const action of [
    told,
    { do: 'step' },
    { do: 'back' },
    { do: 'last' },
    { do: 'next-chapter' },
  ] as PlayerAction[])
    expect(played([told, action], empty).cursor).toBe(0);
});
