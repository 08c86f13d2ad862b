// Gmail's own words, spoken by a peer; the page knows the provider by the host name it was given.

import type { Lesson } from './support/app';
import { fails } from './support/lessons';
import type { Client } from './support/peer';
import { expect, test } from './support/peer-test';

const id = '5b1f17b1804b1-433cde058fcsm74629515e9.3';
const account = 'ada@gmail.com';

const extensions = ['250-ENHANCEDSTATUSCODES', '250-PIPELINING', '250-CHUNKING', '250 SMTPUTF8'];
const hello = ['250-smtp.gmail.com at your service, [203.0.113.7]', '250-SIZE 35882577', '250-8BITMIME'];

async function greeted(client: Client, tls: 'implicit' | 'starttls'): Promise<void> {
  client.send(`220 smtp.gmail.com ESMTP ${id} - gsmtp`);
  await client.expect(/^EHLO \S+$/);
  if (tls === 'starttls') {
    client.send(...hello, '250-STARTTLS', ...extensions);
    await client.expect(/^STARTTLS$/);
    client.send('220 2.0.0 Ready to start TLS');
    await client.startTls();
    await client.expect(/^EHLO \S+$/);
  }
  client.send(...hello, '250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH', ...extensions);
}

async function refused(client: Client, ...lines: string[]): Promise<void> {
  client.send(...lines);
  await client.expect(/^QUIT$/);
  client.send(`221 2.0.0 closing connection ${id} - gsmtp`);
  client.hangUp();
}

async function accepted(client: Client): Promise<void> {
  await client.expect(/^AUTH PLAIN \S+$/);
  client.send('235 2.7.0 Accepted');
}

test.beforeEach(async ({ page, peer }) => {
  // The page asks the relay for smtp.gmail.com; on its way to the relay the request gets another
  // address. Everything else is as it always is: relay, TLS of the relay (the peer has no certificate for
  // Google's name), page.
  await page.routeWebSocket('**/tunnel', (socket) => {
    const relay = socket.connectToServer();
    socket.onMessage((message) => {
      if (typeof message !== 'string' || !message.includes('"open"')) return relay.send(message);
      const open = JSON.parse(message) as { host: string; port: number };
      expect(open.host).toBe('smtp.gmail.com');
      relay.send(JSON.stringify({ ...open, host: 'localhost', port: peer.port }));
    });
  });
});

const cases: (Lesson & {
  name: string;
  after: 'ehlo' | 'auth' | 'envelope';
  lines: string[];
  key: string;
})[] = [
  {
    name: '535: an account password, or a wrong one',
    after: 'ehlo',
    lines: [
      '535-5.7.8 Username and Password not accepted. For more information, go to',
      `535 5.7.8  https://support.google.com/mail/?p=BadCredentials ${id} - gsmtp`,
    ],
    key: 'auth.535.gmail',
    title: 'Google did not accept name and password',
    evidence: /server: 535/,
    advice: 'myaccount.google.com/apppasswords',
  },
  {
    name: '534: an app password is wanted',
    after: 'ehlo',
    lines: [
      '534-5.7.9 Application-specific password required. For more information, go to',
      `534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor ${id} - gsmtp`,
    ],
    key: 'auth.534.gmail.app_password',
    title: 'Google wants an app password',
    evidence: /server: 534/,
    advice: '2-Step Verification',
  },
  {
    name: '534: a browser is wanted',
    after: 'ehlo',
    lines: [
      '534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1> Please log in via',
      '534-5.7.14 your web browser and then try again.',
      `534 5.7.14  https://support.google.com/mail/answer/78754 ${id} - gsmtp`,
    ],
    key: 'auth.534.gmail.browser',
    title: 'Google wants you to log in with a browser first',
    evidence: /server: 534/,
    advice: 'web browser',
  },
  {
    name: '454: too many logins',
    after: 'ehlo',
    lines: [
      '454-4.7.0 Too many login attempts, please try again later. For more information, go to',
      `454 4.7.0  https://support.google.com/mail/answer/7126229 ${id} - gsmtp`,
    ],
    key: 'auth.454.gmail.too_many',
    title: 'Google cannot check the login now',
    evidence: /server: 454/,
    advice: 'Wait',
  },
  {
    name: '550 in answer to DATA: the daily limit',
    after: 'envelope',
    lines: [
      '550-5.4.5 Daily user sending limit exceeded. For more information on Gmail',
      '550-5.4.5 sending limits go to',
      `550 5.4.5  https://support.google.com/a/answer/166852 ${id} - gsmtp`,
    ],
    key: 'data.550.gmail.limit',
    title: "The account's daily limit is used up",
    evidence: /server: 550/,
    advice: '24 hours',
  },
];

for (const lesson of cases) {
  test(lesson.name, async ({ app, peer }) => {
    peer.script = async (client) => {
      await greeted(client, 'starttls');
      if (lesson.after === 'ehlo') await client.expect(/^AUTH PLAIN \S+$/);
      else {
        await accepted(client);
        await client.expect(/^MAIL FROM:<ada@gmail\.com>/);
        client.send(`250 2.1.0 OK ${id} - gsmtp`);
        await client.expect(/^RCPT TO:<ada@gmail\.com>/);
        client.send(`250 2.1.5 OK ${id} - gsmtp`);
        await client.expect(/^DATA$/);
      }
      await refused(client, ...lesson.lines);
    };
    await app.compose();
    await app.radio(/^Gmail 587/).check();
    await app.tlsPlace('relay').check();
    await app.textbox('Your Gmail address').fill(account);
    await app.password.fill('not an app password');
    await app.textbox('From').focus();
    await fails(app, lesson);
    await app.button('Back to the session').click();
    const trace = await app.saveTrace();
    expect(trace.diagnosis?.key).toBe(lesson.key);
    expect(trace.dialogue).toEqual(expect.arrayContaining(lesson.lines.map((line) => `S: ${line}`)));
  });
}

for (const preset of ['465', '587'] as const) {
  test(`Gmail ${preset}: the whole session, and an app password typed in groups of four`, async ({
    app,
    peer,
  }) => {
    let login = '';
    peer.implicit = preset === '465';
    peer.script = async (client) => {
      await greeted(client, preset === '465' ? 'implicit' : 'starttls');
      login = (await client.expect(/^AUTH PLAIN \S+$/)).split(' ')[2] ?? '';
      client.send('235 2.7.0 Accepted');
      await client.expect(/^MAIL FROM:<ada@gmail\.com>/);
      client.send(`250 2.1.0 OK ${id} - gsmtp`);
      await client.expect(/^RCPT TO:<ada@gmail\.com>/);
      client.send(`250 2.1.5 OK ${id} - gsmtp`);
      await client.expect(/^DATA$/);
      client.send(`354  Go ahead ${id} - gsmtp`);
      await client.content();
      await refused(client, `250 2.0.0 OK  1716281641 ${id} - gsmtp`);
    };
    await app.compose();
    await app.radio(new RegExp(`^Gmail ${preset}`)).check();
    await app.tlsPlace('relay').check();
    await app.textbox('Your Gmail address').fill(account);
    await app.password.fill('abcd efgh ijkl mnop');
    // A first mail goes to oneself.
    await app.textbox('Subject').focus();
    await expect(app.textbox('From')).toHaveValue(account);
    await expect(app.textbox('To')).toHaveValue(account);
    await app.sendForReal();
    await app.ended();
    await expect(app.delivered).toBeVisible();
    expect(Buffer.from(login, 'base64').toString()).toBe(`\0${account}\0abcdefghijklmnop`);
  });
}
