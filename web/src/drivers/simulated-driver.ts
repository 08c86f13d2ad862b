import { loadSaslprep, loadSimulator } from '../core/load';
import type { Simulation } from '../core/simulator';
import type { SessionDriver, TraceSink } from './session-driver';

/** Client and server both in the page, on simulated time: the whole trace is there at once. */
export class SimulatedDriver implements SessionDriver {
  readonly live = false;
  readonly reveal = 'step';
  private readonly setup: Simulation;
  private readonly message: Uint8Array;

  constructor(setup: Simulation, message: Uint8Array) {
    this.setup = setup;
    this.message = message;
  }

  async start(sink: TraceSink): Promise<void> {
    const simulator = await loadSimulator();
    await simulator.prepareLogins(this.setup, loadSaslprep);
    const { header, entries } = simulator.run(this.setup, this.message);
    sink.opened({ ...header, started: header.started || new Date().toISOString() });
    sink.appended(entries);
    sink.ended();
  }

  cancel(): void {
    // It is over when start has loaded what it needs.
  }
}
