// Client and server in one module of its own, which is loaded when a session is to be simulated.

import type { SmtpscopeSimulation } from '../../../wasm/smtpscope-core';
import type { TraceFile } from './core';
import { checkStatus, resultJson, useTexts, withBlob, withJson } from './memory';
import { type LoadSaslprep, provideSaslprep } from './saslprep';
import type { SimulationSetup } from './types';

/** What is simulated; the message is handed over beside it. */
export type Simulation = Omit<SimulationSetup, 'client'> & {
  client: Omit<SimulationSetup['client'], 'message'>;
};

export class Simulator {
  private readonly module: SmtpscopeSimulation;

  /** `texts` as for Core. */
  constructor(module: SmtpscopeSimulation, texts: Uint8Array) {
    this.module = module;
    useTexts(module, texts);
  }

  /** Makes ready for the logins of a setup. Rejects with what `load` rejects with. */
  prepareLogins({ client, server }: Simulation, load: LoadSaslprep): Promise<void> {
    const { user, password, token } = client.auth ?? {};
    const kept = (server.users ?? []).flatMap((known) => [known.name, known.password]);
    return provideSaslprep(this.module, [user, password, token, ...kept], load);
  }

  /** A whole session in memory, on simulated time. Throws CoreError when the setup is not possible. */
  run(setup: Simulation, message: Uint8Array): TraceFile {
    const { module } = this;
    return withBlob(module, message, (blob) =>
      withJson(module, { ...setup, client: { ...setup.client, message: blob } }, (ptr, len) => {
        checkStatus(module, module._smtp_simulate(ptr, len));
        return resultJson<TraceFile>(module);
      }),
    );
  }
}
