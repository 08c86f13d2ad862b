// A failure is a lesson: what happened, the line that shows it, what to do; and after that, Send works again.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './support/app';
import { Authority, selfSigned } from './support/certificates';
import { fails, succeeds, toPeer } from './support/lessons';
import {
  begun,
  delivers,
  deliversImplicitly,
  goodbye,
  loggedIn,
  password,
  secured,
  user,
} from './support/peer-scripts';
import { expect, test } from './support/peer-test';
import { Relay } from './support/relay';

const address = 'ada@example.org';
const right = 'pass one';
test.use({ relayOptions: { arguments: ['--user', `${address}:${right}`] } });

async function toMailbox(app: App): Promise<void> {
  await app.compose();
  await app.radio(/^Embedded mailbox/).check();
  await app.textbox('User name').fill(address);
  await app.password.fill(right);
  await app.fill({ from: address, to: address });
}

test('wrong password', async ({ app }) => {
  await toMailbox(app);
  await app.password.fill('pass two');
  await fails(app, {
    title: /did not accept name and password/,
    evidence: /server: 535/,
    advice: /password again/,
  });
  await app.password.fill(right);
  await succeeds(app);
});

test('unknown recipient', async ({ app }) => {
  await toMailbox(app);
  await app.fill({ to: 'nobody@example.org' });
  await fails(app, { title: /does not know the recipient/, evidence: /server: 550/, advice: /address/ });
  await app.fill({ to: address });
  await succeeds(app);
});

test('the message is too large, said before it is sent', async ({ app, peer, server }) => {
  let room = 3000;
  peer.script = async (client) => {
    client.send('220 peer.example');
    await client.expect(/^EHLO/);
    client.send('250-peer.example', '250-STARTTLS', `250 SIZE ${room}`);
    await client.expect(/^STARTTLS$/);
    client.send('220 Ready');
    await client.startTls();
    await client.expect(/^EHLO/);
    client.send('250-peer.example', '250-AUTH PLAIN', `250 SIZE ${room}`);
    await client.expect(/^AUTH PLAIN/);
    client.send('235 2.7.0 Accepted');
    const size = /SIZE=(\d+)/.exec(await client.expect(/^MAIL FROM:<\S+>.* SIZE=\d+/))?.[1];
    if (Number(size) > room) {
      client.send(`552 5.3.4 Message size exceeds fixed limit of ${room}`);
      return goodbye(client);
    }
    client.send('250 OK');
    await client.expect(/^RCPT TO/);
    client.send('250 OK');
    await client.expect(/^DATA$/);
    client.send('354 Go on');
    await client.content();
    client.send('250 OK');
    await goodbye(client);
  };
  await toPeer(app, server);
  await fails(app, { title: 'The message is too large', evidence: /server: 552/, advice: /attachments/ });
  room = 100_000;
  await succeeds(app);
});

test('the message is too large, said after it was read', async ({ app, peer, server }) => {
  peer.script = async (client) => {
    await secured(client);
    await loggedIn(client);
    await begun(client);
    await client.content();
    client.send('552 5.3.4 Message too big');
    await goodbye(client);
  };
  await toPeer(app, server);
  await fails(app, { title: 'The message is too large', evidence: /server: 552/, advice: /attachments/ });
  peer.script = delivers;
  await succeeds(app);
});

test('the relay is not running', async ({ app, relay, witness }) => {
  witness.allow(/ERR_CONNECTION_REFUSED/, /WebSocket connection .* failed/, /request failed: .*\/tls-worker/);
  await toMailbox(app);
  await relay.kill();
  await fails(app, { title: 'The relay is not running', evidence: /\S/, advice: './relay/run' });
  const again = await Relay.start({ ports: relay.ports, arguments: ['--user', `${address}:${right}`] });
  try {
    await succeeds(app);
    await app.page.close();
  } finally {
    await again.stop();
  }
});

test('the relay is killed in the middle of a session', async ({ app, peer, relay, server, witness }) => {
  witness.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/, /WebSocket connection .* failed/);
  peer.script = async (client) => {
    await secured(client);
    await relay.kill();
  };
  await toPeer(app, server);
  await fails(app, { title: 'The connection to the relay was lost', evidence: /\S/, advice: /relay/ });
});

test('the relay is stopped in the middle of a session', async ({ app, peer, relay, server, witness }) => {
  witness.allow(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/, /WebSocket connection .* failed/);
  let stopped: Promise<void> | undefined;
  peer.script = async (client) => {
    await secured(client);
    stopped = relay.stop();
    await client.silence();
  };
  await toPeer(app, server);
  await fails(app, { title: /relay (is ending|was lost)|to the relay was lost/, evidence: /\S/ });
  await stopped;
});

test('the destination is not allowed', async ({ app }) => {
  await toMailbox(app);
  await app.chooseServer({ host: 'mail.example', port: 587, tls: 'starttls', user, password });
  await fails(app, {
    title: 'The relay does not connect to this server',
    evidence: /\S/,
    advice: '--allow host:port',
  });
  await app.radio(/^Embedded mailbox/).check();
  await app.textbox('User name').fill(address);
  await app.password.fill(right);
  await app.fill({ from: address, to: address });
  await succeeds(app);
});

test.describe('an address of a private network', () => {
  // The peer's own relay may reach it; this one was started without --allow-private.
  test.use({
    relay: async ({ peer }, use) => {
      const relay = await Relay.start({ arguments: ['--allow', `localhost:${peer.port}`] });
      await use(relay);
      await relay.stop();
    },
  });

  test('is refused after resolving', async ({ app, peer, server }) => {
    await toPeer(app, server);
    await fails(app, {
      title: "The server's address is on a private network",
      evidence: /\S/,
      advice: '--allow-private',
    });
    expect(peer.visits).toBe(0);
  });
});

test.describe('a name that leads nowhere', () => {
  test.use({
    relay: async ({ authority, directory, peer }, use) => {
      // The system's resolver is told that "nowhere" stands for a name that cannot exist: it answers
      // without asking anybody.
      const aliases = join(directory, 'aliases');
      await writeFile(aliases, 'nowhere a..b\n');
      const relay = await Relay.start({
        environment: { HOSTALIASES: aliases },
        arguments: [
          ...['--allow', 'nowhere:587', '--allow', `localhost:${peer.port}`, '--allow-private'],
          ...['--ca-file', authority.file],
        ],
      });
      await use(relay);
      await relay.stop();
    },
  });

  test('is not found', async ({ app, peer, server, page }) => {
    peer.script = delivers;
    await toPeer(app, { ...server, host: 'nowhere', port: 587 });
    await fails(app, { title: "The server's name was not found", evidence: /\S/, advice: 'spelling' });
    await page.getByLabel('Host').fill('localhost');
    await page.getByRole('spinbutton', { name: 'Port' }).fill(String(server.port));
    await succeeds(app);
  });
});

test('nothing listens', async ({ app, peer, server }) => {
  const { port } = peer;
  peer.script = delivers;
  await peer.stop();
  await toPeer(app, server);
  await app.sendForReal();
  await app.ended();
  await app.expectLesson({ title: 'Nothing listens on that port', evidence: /\S/, advice: 'port' });
  await peer.listen(port);
  // Straight from the lesson; it asks again.
  await app.button('Send again').click();
  await expect(app.button('Send for real')).toBeVisible();
  expect(peer.visits).toBe(0);
  await app.button('Send for real').click();
  await app.ended();
  await expect(app.delivered).toBeVisible();
});

test('TLS at once on a port that begins in the clear', async ({ app, relay, page }) => {
  await toMailbox(app);
  await app.chooseServer({
    host: '127.0.0.1',
    port: relay.smtpPort,
    tls: 'implicit',
    user: address,
    password: right,
  });
  await app.fill({ from: address, to: address });
  await fails(app, {
    title: 'The server does not speak TLS on this port',
    evidence: /\S/,
    advice: 'Choose STARTTLS',
  });
  await page.getByLabel('Encryption').selectOption('starttls');
  await succeeds(app);
});

test('STARTTLS on a port that wants TLS at once: silence, but not for ever', async ({
  app,
  page,
  peer,
  server,
}) => {
  peer.implicit = true;
  peer.script = deliversImplicitly;
  await page.clock.install();
  await toPeer(app, server);
  await app.sendForReal();
  await expect(app.entry(/Connected to/)).toBeVisible();
  await page.clock.runFor(31_000);
  await app.ended();
  await app.expectLesson({ title: 'The server does not greet', evidence: /\S/, advice: '465' });
  await app.button('Edit message').click();
  await page.getByLabel('Encryption').selectOption('implicit');
  await succeeds(app);
});

test.describe('a certificate that is not to be trusted', () => {
  for (const { name, title, advice } of [
    {
      name: 'unknown authority',
      title: "The server's certificate is not to be trusted",
      advice: '--ca-file',
    },
    { name: 'self-signed', title: 'The server vouches only for itself', advice: '--ca-file' },
    { name: 'expired', title: "The server's certificate has expired", advice: 'clock' },
    { name: 'another name', title: 'The certificate belongs to another name', advice: 'host name' },
  ] as const) {
    for (const tls of ['starttls', 'implicit'] as const) {
      test(`${name}, ${tls}`, async ({ app, authority, certificate, directory, peer, server }, {
        workerIndex,
      }) => {
        const bad = {
          'unknown authority': async () =>
            (await Authority.make(directory, `stranger-${tls}-${workerIndex}`)).certify('localhost'),
          'self-signed': () => selfSigned(directory, 'localhost'),
          expired: () => authority.certify('localhost', -1),
          'another name': () => authority.certify('mail.other.example'),
        };
        peer.certificate = await bad[name]();
        peer.implicit = tls === 'implicit';
        peer.script = tls === 'implicit' ? deliversImplicitly : delivers;
        await toPeer(app, { ...server, tls });
        await fails(app, { title, evidence: /\S/, advice });
        peer.certificate = certificate;
        await succeeds(app);
      });
    }
  }
});
