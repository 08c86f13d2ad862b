// The policy schema and the core agree about the same documents, and the page can simulate with one.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { call, load, root } from './core.mjs';

const { default: Ajv2020 } = createRequire(join(root, 'web/package.json'))('ajv/dist/2020');
const schema = JSON.parse(readFileSync(join(root, 'shared/policy.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);

const simulate = (core, message, policy, client = {}) =>
  call(core, 'simulate', {
    json: {
      client: { ehloName: 'page.example', tls: 'starttls', auth: { user: 'ada', password: 'lovelace' }, from: 'ada@page.example',
        to: ['ben@mail.example'], message, ...client },
      server: { hostName: 'mail.example', users: [{ name: 'ada', password: 'lovelace' }], mailboxes: ['@mail.example'], policy },
      latencyMs: 20,
    },
  });

const document = (members) => ({ smtpscope: 'policy', version: 1, ...members });

const good = [
  {},
  { faults: [{ at: 'RCPT', address: '*@mail.example', nth: 1, reply: ['450-4.2.1 a', '450 4.2.1 b'] }, { percent: 5, drop: true }] },
  { greylisting: null, rates: [{ what: 'messages', per: 'user', most: 1, seconds: 60 }] },
  { limits: { mailmax: null, rcptmax: 5 }, replies: { data_go_ahead: '354  Go ahead {id}' }, users: [{ name: 'ada', password: 'lovelace' }] },
];
const bad = [
  { unknown: 1 },
  { version: 2 },
  { extensions: ['SIZE 5'] },
  { faults: [{ at: 'rcpt', drop: true }] },
  { faults: [{ nth: 0, drop: true }] },
  { replies: { nonsense: '250 x' } },
  { users: [{ name: 'ada' }] },
  { rates: [{ what: 'messages' }] },
  { limits: { recipients: 0 } },
];

test('the schema and the core take and refuse the same documents', async () => {
  const core = await load('simulation');
  const { returned: message } = call(core, 'blob_new', { text: 'Subject: x\r\n\r\nx\r\n' });
  for (const members of good) {
    assert.ok(validate(document(members)), JSON.stringify(validate.errors));
    const { returned, result } = simulate(core, message, document(members));
    assert.equal(returned, 1, result.toString());
  }
  for (const members of bad) {
    assert.equal(validate(document(members)), false, JSON.stringify(members));
    assert.equal(simulate(core, message, document(members)).returned, -1, JSON.stringify(members));
  }
});

test('every personality follows the schema, and a session with it comes to an end', async () => {
  const core = await load('simulation');
  const { returned: message } = call(core, 'blob_new', { text: 'Subject: x\r\n\r\nx\r\n' });
  const directory = join(root, 'shared/personalities');
  const files = readdirSync(directory);
  assert.ok(files.length >= 6);
  for (const file of files) {
    const policy = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    assert.ok(validate(policy), `${file}: ${JSON.stringify(validate.errors)}`);
    const plain = policy.mechanisms.length === 0;
    const { returned, result } = simulate(core, message, policy, plain ? { tls: 'never', auth: null } : {});
    assert.equal(returned, 1, result.toString());
    const { entries } = JSON.parse(result);
    assert.equal(entries.find((e) => e.kind === 'result').data.outcome, 'delivered', file);
  }
});
