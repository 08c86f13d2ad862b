// A login with characters outside ASCII: what prepares it is loaded when it is sent, and not before.

import { expect, test } from './support/test';

const user = 'd\u00f6rte';
const password = 'p\u00e4ss \u{1d7d9}'; // U+1D7D9, a digit that NFKC makes "1"
test.use({ relayOptions: { arguments: ['--user', `${user}:p\u00e4ss 1`] } });

const file = '**/saslprep*.js';
const to = 'alice@example.org';

test('is prepared in the page as by the mailbox', async ({ app, page, relay }) => {
  const loaded: string[] = [];
  page.on('requestfinished', (request) => loaded.push(request.url()));
  const mine = () => loaded.filter((url) => url.includes('saslprep'));
  await app.compose();
  await app.chooseServer({
    host: '127.0.0.1',
    port: relay.smtpPort,
    tls: 'starttls',
    user: 'do\u0308rte',
    password,
    mechanism: 'SCRAM-SHA-256',
  });
  await app.fill({ from: to, to });
  expect(mine()).toEqual([]);
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
  expect(mine()).toHaveLength(1);
});

test('is not begun where what prepares it cannot be loaded, and says so', async ({
  app,
  page,
  relay,
  witness,
}) => {
  witness.allow(/saslprep/, /net::ERR_FAILED/);
  await page.route(file, (route) => route.abort());
  await app.compose();
  await app.chooseServer({
    host: '127.0.0.1',
    port: relay.smtpPort,
    tls: 'starttls',
    user,
    password,
    mechanism: 'SCRAM-SHA-256',
  });
  await app.fill({ from: to, to });
  await app.send.click();
  await app.button('Send for real').click();
  await expect(page.getByText(/characters outside ASCII could not be loaded.*then send again/)).toBeVisible();
  await page.unroute(file);
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
});
