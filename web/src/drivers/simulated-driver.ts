import type { Core } from '../core/core';
import type { SimulationSetup } from '../core/types';
import type { SessionDriver, TraceSink } from './session-driver';

export type Simulation = Omit<SimulationSetup, 'client'> & {
  client: Omit<SimulationSetup['client'], 'message'>;
};

/** Client and server both inside the core, on simulated time: the whole trace is there at once. */
export class SimulatedDriver implements SessionDriver {
  readonly live = false;
  readonly reveal = 'step';
  private readonly core: Core;
  private readonly setup: Simulation;
  private readonly message: Uint8Array;

  constructor(core: Core, setup: Simulation, message: Uint8Array) {
    this.core = core;
    this.setup = setup;
    this.message = message;
  }

  start(sink: TraceSink): void {
    const { header, entries } = this.core.simulate(this.setup, this.message);
    sink.opened({ ...header, started: header.started || new Date().toISOString() });
    sink.appended(entries);
    sink.ended();
  }

  cancel(): void {
    // It is over when start returns.
  }
}
