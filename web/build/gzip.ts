import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(html|js|mjs|css|wasm|svg|json|txt)$/;

/** Writes `name.gz` beside every asset that gets smaller, so that the relay compresses nothing itself. */
export function gzipBeside(): Plugin {
  let outDir = '';
  return {
    name: 'gzip-beside',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    // Only after a build that worked: closeBundle would also run after a failure and hide its message.
    writeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
        const path = join(outDir, name);
        if (!compressible.test(name) || !statSync(path).isFile()) continue;
        const plain = readFileSync(path);
        const packed = gzipSync(plain, { level: 9 });
        if (packed.length < plain.length) writeFileSync(`${path}.gz`, packed);
      }
    },
  };
}
