// Makes the pictures of README.md. It is no suite: ./tests/run does not come here.
import { defineConfig } from '@playwright/test';
import suite from '../playwright.config';

export default defineConfig({
  ...suite,
  testDir: '.',
  testMatch: 'pictures.ts',
  use: {
    ...suite.use,
    viewport: { width: 1280, height: 780 },
    deviceScaleFactor: 2,

    screenshot: 'off',
  },
});
