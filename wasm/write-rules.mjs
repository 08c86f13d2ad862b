// Writes the tables of both machines as a file of their own, so that a page loads them when it shows them.
//   node wasm/write-rules.mjs FOLDER     reads smtpscope-simulation there, writes smtpscope-rules.json

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv[2] ?? '.');
const { default: create } = await import(pathToFileURL(join(folder, 'smtpscope-simulation.mjs')).href);
const module = await create({ wasmBinary: await readFile(join(folder, 'smtpscope-simulation.wasm')) });
module._smtp_rules();
const begin = module._smtp_result_data();
await writeFile(join(folder, 'smtpscope-rules.json'), module.HEAPU8.slice(begin, begin + module._smtp_result_size()));
