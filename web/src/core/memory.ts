// The only place that knows pointers. Octets go in by copy and come out by copy.

import type { SmtpscopeCore } from '../../../wasm/smtpscope-core';

/** The functions of the module that the façade calls, without the ones that handle memory. */
export type CoreModule = SmtpscopeCore;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Calls `use` with a copy of the octets inside the module, and frees it afterwards. */
export function withOctets<T>(
  module: CoreModule,
  octets: Uint8Array,
  use: (ptr: number, len: number) => T,
): T {
  const ptr = module._smtp_alloc(Math.max(1, octets.length));
  if (ptr === 0) throw new RangeError('The core has no memory left for this.');
  try {
    module.HEAPU8.set(octets, ptr); // HEAPU8 is read anew: the allocation may have replaced it
    return use(ptr, octets.length);
  } finally {
    module._smtp_free(ptr);
  }
}

/** The same for a value as JSON. */
export function withJson<T>(module: CoreModule, value: unknown, use: (ptr: number, len: number) => T): T {
  return withOctets(module, encoder.encode(JSON.stringify(value)), use);
}

/** A copy of what the last call left. */
export function resultOctets(module: CoreModule): Uint8Array {
  const ptr = module._smtp_result_data();
  return module.HEAPU8.slice(ptr, ptr + module._smtp_result_size());
}

export function resultText(module: CoreModule): string {
  return decoder.decode(resultOctets(module));
}

/** The result as JSON. The shape is the contract's: what the core says needs no second check. */
export function resultJson<T>(module: CoreModule): T {
  return JSON.parse(resultText(module)) as T;
}
