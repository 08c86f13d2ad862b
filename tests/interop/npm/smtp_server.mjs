// The npm package smtp-server: STARTTLS on one port, implicit TLS on another, messages into a Maildir.
// Usage: node smtp_server.mjs CERTIFICATE KEY MAILDIR   prints one line of JSON, ends with its input.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { SMTPServer } = createRequire(`${process.env.SMTPSCOPE_NPM}/`)('smtp-server');
const [certificate, key, maildir] = process.argv.slice(2);
const USER = 'alice@example.org';
const PASSWORD = 'wonderland';
const TOKEN = 'token-of-wonderland';
const mailboxes = [USER, 'bob@example.org', 'carol@example.org'];
for (const place of ['tmp', 'new']) mkdirSync(`${maildir}/${place}`, { recursive: true });

function authenticate(auth, session, done) {
  const good =
    auth.username === USER &&
    (auth.method === 'XOAUTH2'
      ? auth.accessToken === TOKEN
      : auth.method === 'CRAM-MD5'
        ? auth.validatePassword(PASSWORD)
        : auth.password === PASSWORD);
  if (good) return done(null, { user: auth.username });
  if (auth.method === 'XOAUTH2') return done(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } });
  const refusal = new Error('Authentication failed');
  refusal.responseCode = 535;
  done(refusal);
}

let count = 0;
function receive(stream, session, done) {
  const pieces = [];
  stream.on('data', (piece) => pieces.push(piece));
  stream.on('end', () => {
    if (stream.sizeExceeded) return done(Object.assign(new Error('Too large'), { responseCode: 552 }));
    const name = String(++count).padStart(6, '0');
    const about = `X-Envelope: ${JSON.stringify(session.envelope)}\r\nX-Auth: ${session.user ?? ''}\r\n`;
    writeFileSync(`${maildir}/tmp/${name}`, Buffer.concat([Buffer.from(about), ...pieces]));
    renameSync(`${maildir}/tmp/${name}`, `${maildir}/new/${name}`);
    done(null, 'stored');
  });
}

const servers = [false, true].map(
  (secure) =>
    new SMTPServer({
      secure,
      cert: readFileSync(certificate),
      key: readFileSync(key),
      authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
      authOptional: true,
      size: 10 * 1024 * 1024,
      onAuth: authenticate,
      onRcptTo: ({ address }, session, done) =>
        mailboxes.includes(address)
          ? done()
          : done(Object.assign(new Error('No such mailbox'), { responseCode: 550 })),
      onData: receive,
    }),
);
for (const server of servers) server.on('error', () => {}); // a client that hangs up is no news
await Promise.all(servers.map((server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))));
const [smtp, smtps] = servers.map((server) => server.server.address().port);
console.log(JSON.stringify({ smtp, smtps, maildir, user: USER, password: PASSWORD, token: TOKEN }));
process.stdin.resume().on('end', () => process.exit(0));
