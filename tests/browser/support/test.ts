// `test` with what every browser test has: a relay of its own, the page's handles, and a witness
// that fails the test for anything that went wrong unnoticed.

import { test as base, expect } from '@playwright/test';
import { App } from './app';
import { Relay, type RelayOptions } from './relay';
import { Witness } from './witness';

interface Fixtures {
  /** How this test's relay is started; by default with the built-in user only. */
  relayOptions: RelayOptions;
  relay: Relay;
  witness: Witness;
  app: App;
}

export const test = base.extend<Fixtures>({
  relayOptions: [{}, { option: true }],

  relay: async ({ relayOptions }, use) => {
    const relay = await Relay.start(relayOptions);
    await use(relay);
    await relay.stop();
  },

  // The page is closed before its relay ends: a context needs the address first.
  baseURL: async ({ relay }, use) => use(relay.url),

  witness: [
    async ({ context, relay, javaScriptEnabled }, use) => {
      const witness = new Witness(context, () => new URL(relay.url).origin);
      if (javaScriptEnabled !== false) await witness.watchPolicy(context);
      await use(witness);
      witness.conclude();
    },
    { auto: true },
  ],

  app: async ({ page }, use) => use(new App(page)),
});

export { expect };
