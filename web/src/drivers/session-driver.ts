// A driver fills a trace. The page knows this interface only, and cannot tell the drivers apart.

import type { FinishedResult, TraceEntry, TraceHeader } from '../core/types';

/** Where a driver puts what happens. Calls come in the order of the interface, `ended` exactly once and last. */
export interface TraceSink {
  /** The session begins. */
  opened(header: TraceHeader): void;
  /** Entries were added; they continue the ones before without a gap. */
  appended(entries: TraceEntry[]): void;
  /** The outcome is known; entries may still follow. */
  finished(result: FinishedResult): void;
  /** Nothing follows. */
  ended(): void;
}

export interface SessionDriver {
  /** True when entries come over time; the cursor then follows them. */
  readonly live: boolean;
  /** How much the reader sees at first: everything, or one step at a time. */
  readonly reveal: 'all' | 'step';
  /** Starts the session. Throws, or rejects with, CoreError when what was given cannot be sent at all. */
  start(sink: TraceSink): void | Promise<void>;
  /** Ends the session early; the trace says so. No effect when it is over. */
  cancel(): void;
}
