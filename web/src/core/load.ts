// The modules and their words are assets of their own, loaded at run time and never bundled: the core
// with the page, what simulates a server when it is wanted.

import coreUrl from '#core/smtpscope-core.mjs?url';
import coreWasmUrl from '#core/smtpscope-core.wasm?url';
import rulesUrl from '#core/smtpscope-rules.json?url';
import simulationUrl from '#core/smtpscope-simulation.mjs?url';
import simulationWasmUrl from '#core/smtpscope-simulation.wasm?url';
import textsUrl from '../../../shared/texts/en.json?url';
import type { Create, SmtpscopeCore, SmtpscopeSimulation } from '../../../wasm/smtpscope-core';
import { Core } from './core';
import { CoreError } from './core-error';
import { fetchOctets } from './fetch-octets';
import { MessageCore } from './message-core';
import { Simulator } from './simulator';
import type { Rules } from './types';

/** The core. */
export const loadCore = once(async () => {
  const [module, texts] = await Promise.all([load<SmtpscopeCore>(coreUrl, coreWasmUrl), loadTexts()]);
  return new Core(module, texts);
});

/** The core's work on messages. */
export async function loadMessages(core: Core): Promise<MessageCore> {
  const files = { module: address(coreUrl), wasm: address(coreWasmUrl), texts: await loadTexts() };
  return new MessageCore(
    core,
    files,
    () => new Worker(new URL('./core-worker.ts', import.meta.url), { type: 'module' }),
  );
}

/** What simulates a server. Rejects with CoreError. */
export const loadSimulator = once(async () => {
  try {
    const [module, texts] = await Promise.all([
      load<SmtpscopeSimulation>(simulationUrl, simulationWasmUrl),
      loadTexts(),
    ]);
    return new Simulator(module, texts);
  } catch (error) {
    throw new CoreError(
      'not_loaded',
      `The server that this page simulates could not be loaded: ${error instanceof Error ? error.message : String(error)}. Check that the relay still runs, then send again.`,
    );
  }
});

/** What prepares logins that are not all printable ASCII. Rejects with CoreError. */
export const loadSaslprep = once(async () => {
  try {
    return (await import('../../../wasm/saslprep.mjs')).saslprep;
  } catch (error) {
    throw new CoreError(
      'not_loaded',
      `What prepares a user name or password with characters outside ASCII could not be loaded: ${error instanceof Error ? error.message : String(error)}. Check that the relay still runs, then send again.`,
    );
  }
});

/** The tables of both machines. */
export const loadRules = once(async () => {
  const octets = await fetchOctets(address(rulesUrl));
  return JSON.parse(new TextDecoder().decode(octets)) as Rules;
});

const loadTexts = once(() => fetchOctets(address(textsUrl)));

/** What `begin` gives, begun once. A failed attempt is forgotten, so that it can be tried again. */
function once<T>(begin: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= begin().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

const address = (file: string) => new URL(file, document.baseURI).href;

async function load<Module>(moduleUrl: string, wasmUrl: string): Promise<Module> {
  const { default: create } = (await import(/* @vite-ignore */ address(moduleUrl))) as {
    default: Create<Module>;
  };
  return create({ locateFile: () => address(wasmUrl) });
}
