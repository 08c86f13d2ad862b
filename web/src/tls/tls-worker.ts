// TLS away from the page's own thread, so that no handshake and no large message makes it stutter. Loads the
// module and its roots once, and holds one engine a session.

import { fetchOctets } from '../core/fetch-octets';
import { TlsEngine, useRoots } from './tls-engine';
import type { Create, SmtpscopeTls, TlsAnswer, TlsLinkEvent, TlsRequest } from './types';

// A worker's own scope; the page's types know only the window's.
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<TlsRequest>) => void) | null;
  postMessage(answer: TlsAnswer, transfer?: Transferable[]): void;
};

const engines = new Map<number, TlsEngine>();
const clock = () => Math.floor(Date.now() / 1000);
let module: SmtpscopeTls | undefined;
let unusable = false;
/** Requests that came while the module was loading. */
let waiting: TlsRequest[] = [];

async function load(from: Extract<TlsRequest, { do: 'load' }>): Promise<SmtpscopeTls> {
  const roots = fetchOctets(from.roots);
  const { default: create } = (await import(/* @vite-ignore */ from.module)) as {
    default: Create<SmtpscopeTls>;
  };
  const loaded = await create({ locateFile: () => from.wasm });
  useRoots(loaded, await roots);
  return loaded;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function give(id: number, events: TlsLinkEvent[]): void {
  const octets = events.flatMap((event) => ('octets' in event ? [event.octets.buffer] : []));
  scope.postMessage({ id, events }, octets);
}

function perform(loaded: SmtpscopeTls, request: Exclude<TlsRequest, { do: 'load' }>): void {
  const { id } = request;
  const engine = engines.get(id);
  if (request.do === 'release') {
    engine?.release();
    engines.delete(id);
    return;
  }
  try {
    if (request.do === 'open') engines.set(id, new TlsEngine(loaded, request.setup, clock));
    else if (request.do === 'receive') engine?.receive(request.octets);
    else if (request.do === 'write') engine?.write(request.octets);
    else if (request.do === 'close') engine?.close();
    else engine?.peerClosed();
    give(id, engines.get(id)?.events() ?? []);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    give(id, [{ ev: 'misuse', why: reasonOf(error) }]);
  }
}

function giveUp(error: unknown): void {
  unusable = true;
  scope.postMessage({ unusable: reasonOf(error) });
}

function take(request: TlsRequest): void {
  if (unusable) return;
  if (request.do === 'load') {
    load(request).then((loaded) => {
      module = loaded;
      const late = waiting;
      waiting = [];
      for (const one of late) take(one);
    }, giveUp);
  } else if (!module) waiting.push(request);
  else {
    try {
      perform(module, request);
    } catch (error) {
      giveUp(error); // a trap: nothing in the module can be relied upon any more
    }
  }
}

scope.onmessage = (event) => take(event.data);
