import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const files = ['core', 'simulation', 'tls']
  .flatMap((name) => [`smtpscope-${name}.mjs`, `smtpscope-${name}.wasm`])
  .concat('smtpscope-rules.json', 'smtpscope-roots.pem');

/** Says plainly what to do when the WebAssembly core has not been built yet. */
export function requireCore(directory: string): Plugin {
  return {
    name: 'require-core',
    buildStart() {
      const missing = files.filter((file) => !existsSync(resolve(directory, file)));
      if (missing.length > 0)
        this.error(
          `${missing.join(', ')} not found in ${directory}. ` +
            'Build the core first: cmake --preset wasm && cmake --build --preset wasm',
        );
    },
  };
}
