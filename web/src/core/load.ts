// The core's two files and its words are assets of their own, loaded at run time and never bundled.

import moduleUrl from '#core/smtpscope-core.mjs?url';
import wasmUrl from '#core/smtpscope-core.wasm?url';
import textsUrl from '../../../shared/texts/en.json?url';
import type create from '../../../wasm/smtpscope-core';
import { Core } from './core';

let loading: Promise<Core> | undefined;

/** The core, loaded once. A failed attempt is forgotten, so that it can be tried again. */
export function loadCore(): Promise<Core> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Core> {
  const address = (file: string) => new URL(file, document.baseURI).href;
  const words = fetchOctets(address(textsUrl)); // on its way while the module loads
  const { default: factory } = (await import(/* @vite-ignore */ address(moduleUrl))) as {
    default: typeof create;
  };
  const [module, texts] = await Promise.all([factory({ locateFile: () => address(wasmUrl) }), words]);
  return new Core(module, texts);
}

async function fetchOctets(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} cannot be loaded: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}
