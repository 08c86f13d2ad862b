// The page in Chromium, against a relay that each test starts for itself. Needs web/node_modules and
// the products in build/, which ./tests/run makes; SMTPSCOPE_BIN and SMTPSCOPE_WEB_DIR name others.
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { projectRoot } from './support/paths';

export default defineConfig({
  testDir: '.',
  outputDir: join(projectRoot, 'build/browser'),
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // No name but this machine's own leads anywhere.
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
      ],
    },
  },
});
