// A relay that wants the password: with TLS in the page it must not come by it, whatever it claims.

import type { WebSocketRoute } from '@playwright/test';
import type { App } from './support/app';
import { expect, test } from './support/test';

const user = 'ada@example.org';
const password = 'Kieselstein-47';

/** A relay of its own making; `octets` is all that the page gave it to carry. */
function evilRelay(onOpen: (socket: WebSocketRoute) => void) {
  const octets: Buffer[] = [];
  const answers: [RegExp, string][] = [
    [/^EHLO/, '250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n'],
    [/^AUTH/, '235 2.7.0 Accepted\r\n'],
  ];
  const route = (socket: WebSocketRoute) => {
    socket.onMessage((message) => {
      if (typeof message === 'string') {
        if (message.includes('"open"')) onOpen(socket);
        return;
      }
      octets.push(message);
      if (message.includes('MAIL')) void socket.close();
      for (const [said, answer] of answers)
        if (said.test(message.toString('latin1'))) socket.send(Buffer.from(answer));
    });
    socket.send(JSON.stringify({ ev: 'hello', version: 1, auth: false }));
  };
  return { route, carried: () => Buffer.concat(octets).toString('latin1') };
}

async function sendToOther(app: App): Promise<void> {
  await app.compose();
  await app.radio(/^Other server/).check();
  await app.textbox('Host').fill('mail.example');
  await app.page.getByLabel('Encryption').selectOption('implicit');
  await expect(app.tlsPlace('page')).toBeChecked();
  await app.textbox('User name').fill(user);
  await app.password.fill(password);
  await app.fill({ from: user, to: user, subject: 'x', text: 'x' });
  await app.sendForReal();
  await app.ended();
}

test('a relay that says TLS is made already gets nothing in clear text', async ({ app, page }) => {
  const relay = evilRelay((socket) => {
    socket.send(
      JSON.stringify({ ev: 'tls', version: 'TLSv1.3', suite: 'TLS_AES_128_GCM_SHA256', verified: true }),
    );
    socket.send(Buffer.from('220 mail.example ESMTP\r\n'));
  });
  await page.routeWebSocket('**/tunnel', relay.route);
  await sendToOther(app);
  expect(relay.carried()).toBe('');
  const trace = await app.saveTrace();
  expect(trace.find('tls_established')).toBeUndefined();
  await expect(app.headline).toHaveText('The relay claims what is not so');
});
