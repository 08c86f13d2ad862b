import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { call, load, root } from './core.mjs';

const native = process.env.SMTPSCOPE_API_REPLAY ?? join(root, 'build/native/tests/api_replay');
const fixtures = join(root, 'tests/fixtures/api');
const names = readdirSync(fixtures).filter((name) => name.endsWith('.json'));

test('there are fixtures', () => assert.ok(names.length >= 5));

for (const name of names) {
  test(`${name}: the module answers as the native build does`, async () => {
    const path = join(fixtures, name);
    const { stdout } = await promisify(execFile)(native, [path], { maxBuffer: 1 << 28 });
    const expected = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
    const { calls, failures = [] } = JSON.parse(readFileSync(path, 'utf8'));
    const core = await load(calls.some(([what]) => what === 'simulate') ? 'simulation' : 'core');
    assert.equal(expected.length, calls.length);
    calls.forEach(([what, ...args], index) => {
      const { returned, result } = call(core, what, ...args);
      const where = `call ${index}, ${what}`;
      assert.equal(returned, expected[index].returned, where);
      assert.equal(result.toString('base64'), expected[index].base64, where);
      const failed = returned === -1 || (returned === 0 && /_new$|_read$|compose/.test(what));
      assert.equal(failed, failures.includes(index), `${where}: ${failed ? result : 'did not fail'}`);
    });
  });
}
