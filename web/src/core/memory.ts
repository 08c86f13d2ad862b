// The only place that knows pointers. Octets go in by copy and come out by copy.

import type { SmtpscopeMemory } from '../../../wasm/smtpscope-core';
import { CoreError } from './core-error';
import { nextTask, Pace } from './pace';

/** What every module has for octets and results. */
type MemoryModule = Pick<
  SmtpscopeMemory,
  'HEAPU8' | '_smtp_alloc' | '_smtp_free' | '_smtp_result_data' | '_smtp_result_size'
>;
/** What those have that also keep octets. */
type BlobModule = MemoryModule & Pick<SmtpscopeMemory, '_smtp_blob_new' | '_smtp_release'>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Calls `use` with a copy of the octets inside the module, and frees it afterwards. */
export function withOctets<T>(
  module: MemoryModule,
  octets: Uint8Array,
  use: (ptr: number, len: number) => T,
): T {
  const ptr = module._smtp_alloc(Math.max(1, octets.length));
  if (ptr === 0) throw new RangeError('There is no memory left for this.');
  try {
    module.HEAPU8.set(octets, ptr); // HEAPU8 is read anew: the allocation may have replaced it
    return use(ptr, octets.length);
  } finally {
    module._smtp_free(ptr);
  }
}

/** The same for a value as JSON. */
export function withJson<T>(module: MemoryModule, value: unknown, use: (ptr: number, len: number) => T): T {
  return withOctets(module, encoder.encode(JSON.stringify(value)), use);
}

/** A copy of what the last call left. */
export function resultOctets(module: MemoryModule): Uint8Array {
  const ptr = module._smtp_result_data();
  return module.HEAPU8.slice(ptr, ptr + module._smtp_result_size());
}

export function resultText(module: MemoryModule): string {
  return decoder.decode(resultOctets(module));
}

/** The result as JSON. The shape is the contract's: what the core says needs no second check. */
export function resultJson<T>(module: MemoryModule): T {
  return JSON.parse(resultText(module)) as T;
}

/** The error that the last call left. */
export function errorOf(module: MemoryModule): CoreError {
  const { code, detail } = resultJson<{ code?: string; detail?: string }>(module);
  return new CoreError(code ?? 'unknown', detail ?? '');
}

/** Throws CoreError for the status of a call that failed. */
export function checkStatus(module: MemoryModule, status: number): void {
  if (status < 0) throw errorOf(module);
}

/** The same for a handle. */
export function checkHandle(module: MemoryModule, handle: number): number {
  if (handle === 0) throw errorOf(module);
  return handle;
}

/** Octets inside the module, until released. */
export function newBlob(module: BlobModule, octets: Uint8Array): number {
  return withOctets(module, octets, (ptr, len) => checkHandle(module, module._smtp_blob_new(ptr, len)));
}

/** Octets copied at a time where there are many: a fraction of a millisecond. */
const copyStep = 1 << 20;

/** As newBlob, in short tasks; the module may do other things in between. */
export async function newBlobInTasks(module: BlobModule, octets: Uint8Array): Promise<number> {
  const size = octets.length;
  const ptr = module._smtp_alloc(Math.max(1, size));
  if (ptr === 0) throw new RangeError('There is no memory left for this.');
  try {
    const pace = new Pace();
    for (let at = 0; at < size; at += copyStep) {
      module.HEAPU8.set(octets.subarray(at, at + copyStep), ptr + at);
      await pace.rest();
    }
    if (size > copyStep) await nextTask(); // the copy that the module makes is a task of its own
    return checkHandle(module, module._smtp_blob_new(ptr, size));
  } finally {
    module._smtp_free(ptr);
    if (size > copyStep) await nextTask();
  }
}

/** Calls `use` with octets inside the module, and releases them afterwards. */
export function withBlob<T>(module: BlobModule, octets: Uint8Array, use: (blob: number) => T): T {
  const blob = newBlob(module, octets);
  try {
    return use(blob);
  } finally {
    module._smtp_release(blob);
  }
}

/** `texts`: shared/texts/en.json, or the same in another language; throws CoreError if it is not. */
export function useTexts(module: SmtpscopeMemory, texts: Uint8Array): void {
  withOctets(module, texts, (ptr, len) => checkStatus(module, module._smtp_use_texts(ptr, len)));
}
