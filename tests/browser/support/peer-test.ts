// `test` with a scripted peer that the relay may reach, and trusts.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from './app';
import { Authority, type Certificate } from './certificates';
import { Peer } from './peer';
import { password, user } from './peer-scripts';
import { Relay } from './relay';
import { test as base, expect } from './test';

interface Fixtures {
  peer: Peer;
  /** The peer as a choice in the composer. */
  server: Server;
}

interface WorkerFixtures {
  directory: string;
  authority: Authority;
  /** For localhost, from the authority that the relay trusts. */
  certificate: Certificate;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  directory: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
    async ({}, use) => {
      const directory = await mkdtemp(join(tmpdir(), 'smtpscope-certificates-'));
      await use(directory);
      await rm(directory, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  authority: [
    async ({ directory }, use) => use(await Authority.make(directory, 'trusted')),
    { scope: 'worker' },
  ],
  certificate: [async ({ authority }, use) => use(await authority.certify('localhost')), { scope: 'worker' }],

  peer: async ({ certificate }, use) => {
    const peer = new Peer();
    peer.certificate = certificate;
    await peer.listen();
    await use(peer);
    await peer.stop();
    peer.conclude();
  },

  relay: async ({ peer, authority, relayOptions }, use) => {
    const relay = await Relay.start({
      ...relayOptions,
      arguments: [
        ...['--allow', `localhost:${peer.port}`, '--allow-private', '--ca-file', authority.file],
        ...(relayOptions.arguments ?? []),
      ],
    });
    await use(relay);
    await relay.stop();
  },

  server: async ({ peer }, use) => {
    await use({ host: 'localhost', port: peer.port, tls: 'starttls', user, password });
  },
});

export { expect };
