// Where the TLS module is, and its worker. Nothing of it is loaded before a session needs it.

import rootsUrl from '#core/smtpscope-roots.pem?url';
import moduleUrl from '#core/smtpscope-tls.mjs?url';
import wasmUrl from '#core/smtpscope-tls.wasm?url';
import { TlsWorkers } from './tls-link';

const address = (file: string) => new URL(file, document.baseURI).href;

const workers = new TlsWorkers(() => {
  const worker = new Worker(new URL('./tls-worker.ts', import.meta.url), { type: 'module', name: 'tls' });
  worker.postMessage({
    do: 'load',
    module: address(moduleUrl),
    wasm: address(wasmUrl),
    roots: address(rootsUrl),
  });
  return worker;
});

/** A link to TLS in this page. */
export const openTlsLink = workers.openLink;
