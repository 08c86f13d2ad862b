import type { TraceFile } from '../core/core';
import type { SessionDriver, TraceSink } from './session-driver';

/** A trace that was recorded before. */
export class ReplayDriver implements SessionDriver {
  readonly live = false;
  readonly reveal = 'all';
  private readonly file: TraceFile;

  constructor(file: TraceFile) {
    this.file = file;
  }

  start(sink: TraceSink): void {
    sink.opened(this.file.header);
    sink.appended(this.file.entries);
    sink.ended();
  }

  cancel(): void {
    // Nothing runs.
  }
}
