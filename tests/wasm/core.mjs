// Loads the modules as the page does, and makes calls with plain values.

import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { saslprep } from '../../wasm/saslprep.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const wasmDir = process.env.SMTPSCOPE_WASM_DIR ?? join(root, 'build/wasm');

/** 'core', or 'simulation', which has what a server in the page needs; `given`: what the page gives to it. */
export async function load(name = 'core', given = { saslprep }) {
  const { default: create } = await import(pathToFileURL(join(wasmDir, `smtpscope-${name}.mjs`)).href);
  const core = await create({ wasmBinary: await readFile(join(wasmDir, `smtpscope-${name}.wasm`)) });
  Object.assign(core, given);
  const { returned, result } = call(core, 'use_texts', { text: await readFile(join(root, 'shared/texts/en.json'), 'utf8') });
  if (returned !== 1) throw new Error(`shared/texts/en.json: ${result}`);
  return core;
}

const octetsOf = (argument) => {
  if ('text' in argument) return Buffer.from(argument.text, 'utf8');
  if ('base64' in argument) return Buffer.from(argument.base64, 'base64');
  return Buffer.from(JSON.stringify(argument.json), 'utf8');
};

/** One call: numbers go as they are, everything else as (pointer, length). */
export function call(core, name, ...args) {
  const pointers = [];
  const flat = args.flatMap((argument) => {
    if (typeof argument === 'number') return [argument];
    const octets = octetsOf(argument);
    const pointer = core._smtp_alloc(octets.length || 1);
    core.HEAPU8.set(octets, pointer);
    pointers.push(pointer);
    return [pointer, octets.length];
  });
  const returned = core[`_smtp_${name}`](...flat);
  const begin = core._smtp_result_data();
  const result = Buffer.from(core.HEAPU8.slice(begin, begin + core._smtp_result_size()));
  for (const pointer of pointers) core._smtp_free(pointer);
  return { returned, result };
}
