// A server that goes away, or falls silent, at every point of a session.

import { fails, succeeds, toPeer } from './support/lessons';
import type { Client } from './support/peer';
import { begun, delivers, loggedIn, secured } from './support/peer-scripts';
import { expect, test } from './support/peer-test';

interface Point {
  name: string;
  until: (client: Client) => Promise<void>;
  title: RegExp;
  /** Title where the connection is not ended but cut. */
  cut: RegExp;
  /** Title where nothing is said any more. */
  silent: RegExp;
  /** Milliseconds after which silence must have ended. */
  patience: number;
  outcome: 'failed' | 'unknown';
}

const points: Point[] = [
  {
    name: 'at the greeting',
    until: async () => {},
    title: /hung up without a greeting/,
    cut: /connection was cut|hung up/,
    silent: /does not greet/,
    patience: 31_000,
    outcome: 'failed',
  },
  {
    name: 'after EHLO',
    until: async (client) => {
      client.send('220 peer.example ESMTP');
      await client.expect(/^EHLO/);
    },
    title: /^The server hung up$/,
    cut: /connection was cut|hung up/,
    silent: /stopped answering/,
    patience: 31_000,
    outcome: 'failed',
  },
  {
    name: 'during the TLS handshake',
    until: async (client) => {
      client.send('220 peer.example ESMTP');
      await client.expect(/^EHLO/);
      client.send('250-peer.example', '250 STARTTLS');
      await client.expect(/^STARTTLS$/);
      client.send('220 Ready');
      await client.octets(100);
    },
    title: /hung up during the TLS handshake/,
    cut: /hung up during the TLS handshake/,
    silent: /stopped answering|went quiet|TLS/,
    patience: 31_000,
    outcome: 'failed',
  },
  {
    name: 'during the login',
    until: async (client) => {
      await secured(client);
      await client.expect(/^AUTH/);
    },
    title: /^The server hung up$/,
    cut: /connection was cut|hung up/,
    silent: /stopped answering/,
    patience: 61_000,
    outcome: 'failed',
  },
  {
    name: 'in the message',
    until: async (client) => {
      await secured(client);
      await loggedIn(client);
      await begun(client);
      await client.octets(500);
    },
    title: /hung up|connection (was cut|failed)/,
    cut: /hung up|connection (was cut|failed)/,
    silent: /did not confirm/, // the page has sent everything: the server may have it
    patience: 601_000,
    outcome: 'failed',
  },
  {
    name: 'after the final dot',
    until: async (client) => {
      await secured(client);
      await loggedIn(client);
      await begun(client);
      await client.content();
    },
    title: /before the server confirmed the message/,
    cut: /before the server confirmed the message/,
    silent: /did not confirm/,
    patience: 601_000,
    outcome: 'unknown',
  },
];

for (const point of points) {
  for (const [how, leave] of [
    ['hangs up', (client: Client) => client.hangUp()],
    ['cuts the connection', (client: Client) => client.reset()],
  ] as const) {
    test(`the server ${how} ${point.name}`, async ({ app, peer, server }) => {
      peer.script = async (client) => {
        await point.until(client);
        leave(client);
      };
      await toPeer(app, server);
      // More than all buffers on the way hold: the end mark cannot have left before the server goes.
      if (point.name === 'in the message') {
        test.slow();
        await app.attach([
          { name: 'long.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(12 << 20, 1) },
        ]);
      }
      await fails(app, { title: how === 'hangs up' ? point.title : point.cut, evidence: /\S/ });
      await app.button('Back to the session').click();
      const trace = await app.saveTrace();
      // Whoever hears nothing after the dot cannot know; before it, nothing was accepted.
      expect(trace.outcome).toBe(trace.find('end_of_content') ? 'unknown' : point.outcome);
      await app.button('Edit message').click();
      peer.script = delivers;
      await succeeds(app);
    });
  }

  test(`the server falls silent ${point.name}: it ends all the same`, async ({ app, page, peer, server }) => {
    let arrived: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    peer.script = async (client) => {
      await point.until(client);
      arrived();
      await client.silence();
    };
    await page.clock.install();
    await toPeer(app, server);
    await app.sendForReal();
    await reached;
    await expect(app.story).toContainText(/Connected to/);
    await expect(app.button('Cancel')).toBeVisible();
    await page.clock.runFor(point.patience);
    await app.ended();
    await app.expectLesson({ title: point.silent, evidence: /\S/ });
    await app.button('Edit message').click();
    peer.script = delivers;
    await succeeds(app);
  });
}

test('Cancel ends a session that waits, at once', async ({ app, peer, server }) => {
  peer.script = async (client) => {
    await secured(client);
    await client.silence();
  };
  await toPeer(app, server);
  await app.sendForReal();
  await expect(app.story).toContainText('AUTH');
  await app.button('Cancel').click();
  await app.ended();
  await app.expectLesson({ title: 'You cancelled', evidence: /\S/ });
  await app.button('Edit message').click();
  peer.script = delivers;
  await succeeds(app);
});

test('unencrypted bytes behind the answer to STARTTLS are refused', async ({ app, peer, server }) => {
  peer.script = async (client) => {
    client.send('220 peer.example ESMTP');
    await client.expect(/^EHLO/);
    client.send('250-peer.example', '250 STARTTLS');
    await client.expect(/^STARTTLS$/);
    client.send('220 Ready', '250 evil.example');
    await client.silence();
  };
  await toPeer(app, server);
  await fails(app, { title: 'Somebody may be injecting commands', evidence: /\S/, advice: 'network' });
  peer.script = delivers;
  await succeeds(app);
});

test('a server that offers no STARTTLS gets no password', async ({ app, peer, server }) => {
  let said = '';
  peer.script = async (client) => {
    client.send('220 peer.example ESMTP');
    await client.expect(/^EHLO/);
    client.send('250-peer.example', '250 AUTH PLAIN LOGIN');
    said = await client.expect(/^QUIT$/);
    client.send('221 Bye');
    client.hangUp();
  };
  await toPeer(app, server);
  await fails(app, { title: 'The server offers no encryption here', evidence: /\S/ });
  expect(said).toBe('QUIT');
});

test('what is no mail server is called so', async ({ app, peer, server }) => {
  peer.script = async (client) => {
    client.send('HTTP/1.1 400 Bad Request', 'Connection: close', '');
    client.hangUp();
  };
  await toPeer(app, server);
  await fails(app, { title: 'This is not a mail server', evidence: /HTTP\/1\.1 400/, advice: 'port' });
});
