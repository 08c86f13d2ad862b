import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { requireCore } from './build/core-files.ts';
import { gzipBeside } from './build/gzip.ts';

const here = import.meta.dirname;
const core = resolve(process.env['SMTPSCOPE_CORE'] ?? resolve(here, '../build/wasm'));

export default defineConfig(({ mode }) => ({
  base: './',
  resolve: { alias: { '#core': core } },
  plugins: mode === 'test' ? [] : [requireCore(core), gzipBeside()],
  build: {
    outDir: resolve(here, '../build/web'),
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'], // light-dark() and constructed style sheets
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: scripts
    modulePreload: { polyfill: false },
  },
  server: {
    fs: {
      allow: [here, resolve(here, '../build'), resolve(here, '../wasm'), resolve(here, '../shared/texts')],
    },
    proxy: {
      '/api': 'http://127.0.0.1:8025',
      '/healthz': 'http://127.0.0.1:8025',
      '/tunnel': { target: 'ws://127.0.0.1:8025', ws: true },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
