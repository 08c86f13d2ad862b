// The core's two files are assets of their own, loaded at run time and never bundled.

import moduleUrl from '#core/smtpscope-core.mjs?url';
import wasmUrl from '#core/smtpscope-core.wasm?url';
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
  const { default: factory } = (await import(/* @vite-ignore */ address(moduleUrl))) as {
    default: typeof create;
  };
  return new Core(await factory({ locateFile: () => address(wasmUrl) }));
}
