// The player is a pure machine over one trace and one cursor. The cursor is a number of entries: 0
// before anything happened, and always at the end of a unit (see trace/units.ts). It draws nothing and owns no
// timer; the page calls `transition` and shows the result.

import { type Unit, unitsDone } from '../trace/units';

export const speeds = [0.5, 1, 2, 4] as const;
export type Speed = (typeof speeds)[number];

export interface PlayerState {
  /** Entries that have happened for the reader. */
  readonly cursor: number;
  /** The furthest the cursor has been: what lies beyond is not shown yet. */
  readonly reached: number;
  readonly playing: boolean;
  readonly speed: Speed;
  /** The session still runs and the cursor stays at its end. */
  readonly following: boolean;
  /** Entries may still be added. */
  readonly live: boolean;
}

export interface PlayerContext {
  readonly units: readonly Unit[];
  /** Cursor positions that begin a chapter, ascending. */
  readonly chapters: readonly number[];
  /** Where the story comes to its point: the diagnosis of a failed session. */
  readonly point?: number | undefined;
  /** Where a story told step by step begins: the first thing said on the wire. */
  readonly start?: number | undefined;
}

export type PlayerAction =
  | { do: 'load'; live: boolean; reveal: 'all' | 'step' }
  | { do: 'grew' }
  | { do: 'ended' }
  | { do: 'step' }
  | { do: 'back' }
  | { do: 'first' }
  | { do: 'last' }
  | { do: 'next-chapter' }
  | { do: 'previous-chapter' }
  | { do: 'seek'; unit: number }
  | { do: 'seek-entry'; entry: number }
  | { do: 'play' }
  | { do: 'pause' }
  | { do: 'tick' }
  | { do: 'follow' }
  | { do: 'speed'; speed: Speed };

export const initialPlayer: PlayerState = {
  cursor: 0,
  reached: 0,
  playing: false,
  speed: 1,
  following: false,
  live: false,
};

function endOf(units: readonly Unit[]): number {
  return units.at(-1)?.end ?? 0;
}

function cursorOfUnit(units: readonly Unit[], done: number): number {
  return done <= 0 ? (units[0]?.end ?? 0) : (units[Math.min(done, units.length) - 1]?.end ?? 0);
}

function moved(state: PlayerState, cursor: number): PlayerState {
  return { ...state, cursor, reached: Math.max(state.reached, cursor), following: false };
}

function stepped(state: PlayerState, context: PlayerContext): PlayerState {
  const done = unitsDone(context.units, state.cursor);
  const next = moved(state, cursorOfUnit(context.units, done + 1));
  const end = endOf(context.units);
  // The reader who steps to the end of a running session wants to see what comes.
  return { ...next, following: state.live && next.cursor === end };
}

function chapterFrom(state: PlayerState, context: PlayerContext, towards: 1 | -1): number {
  const end = endOf(context.units);
  const starts = context.chapters.map((first) =>
    cursorOfUnit(context.units, unitsDone(context.units, first + 1)),
  );
  if (towards === 1) return starts.find((start) => start > state.cursor) ?? end;
  return starts.findLast((start) => start < state.cursor) ?? starts[0] ?? 0;
}

function ticked(state: PlayerState, context: PlayerContext): PlayerState {
  if (!state.playing) return state;
  const next = stepped(state, context);
  const atEnd = next.cursor >= endOf(context.units) && !state.live;
  const atPoint = context.point !== undefined && state.cursor < context.point && next.cursor >= context.point;
  return { ...next, playing: !(atEnd || atPoint) };
}

/** The state after an action. Pure: equal arguments give equal results. */
export function transition(state: PlayerState, action: PlayerAction, context: PlayerContext): PlayerState {
  const end = endOf(context.units);
  switch (action.do) {
    case 'load': {
      const base = { ...initialPlayer, speed: state.speed, live: action.live };
      if (action.live) return { ...base, cursor: end, reached: end, following: true };
      const begin = action.reveal === 'step' ? (context.start ?? 1) : 1;
      const cursor = cursorOfUnit(context.units, unitsDone(context.units, begin));
      return { ...base, cursor, reached: action.reveal === 'all' ? end : cursor };
    }
    case 'grew':
      // What a running session has said is there to be seen, even while the reader looks back.
      return state.following
        ? { ...state, cursor: end, reached: end }
        : { ...state, reached: state.live ? end : state.reached };
    case 'ended': {
      const reached = end;
      const cursor = state.following ? (context.point ?? end) : state.cursor;
      return { ...state, live: false, following: false, reached, cursor };
    }
    case 'step':
      return { ...stepped(state, context), playing: false };
    case 'back':
      return {
        ...moved(state, cursorOfUnit(context.units, unitsDone(context.units, state.cursor) - 1)),
        playing: false,
      };
    case 'first':
      return { ...moved(state, cursorOfUnit(context.units, 1)), playing: false };
    case 'last': {
      const target = context.point !== undefined && state.cursor < context.point ? context.point : end;
      return { ...moved(state, target), playing: false, following: state.live };
    }
    case 'next-chapter':
    case 'previous-chapter': {
      const towards = action.do === 'next-chapter' ? 1 : -1;
      return { ...moved(state, chapterFrom(state, context, towards)), playing: false };
    }
    case 'seek':
      return { ...moved(state, cursorOfUnit(context.units, action.unit)), playing: false };
    case 'seek-entry':
      return {
        ...moved(state, cursorOfUnit(context.units, unitsDone(context.units, action.entry + 1))),
        playing: false,
      };
    case 'play':
      return state.cursor >= end && !state.live
        ? { ...moved(state, cursorOfUnit(context.units, 1)), playing: true }
        : { ...state, playing: true };
    case 'pause':
      return { ...state, playing: false };
    case 'tick':
      return ticked(state, context);
    case 'follow':
      return { ...state, cursor: end, reached: end, following: state.live, playing: false };
    case 'speed':
      return { ...state, speed: action.speed };
  }
}

/** Milliseconds a unit is shown while playing. */
export function unitDuration(speed: Speed): number {
  return 1100 / speed;
}
