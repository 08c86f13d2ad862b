import { describe, expect, it } from 'vitest';
import { TlsEngine, useRoots } from './tls-engine';
import type { SmtpscopeTls } from './types';

/** A module whose engine tells what the test says, one result after the other. */
function fakeModule(results: { returned: number; result?: unknown; octets?: string }[]) {
  const memory = new Uint8Array(4096);
  const calls: unknown[][] = [];
  let size = 0;
  const answer = (name: string) => {
    return (...args: number[]) => {
      const texts = name.match(/new|receive|write|roots/)
        ? [
            new TextDecoder()
              .decode(memory.slice(args.at(-2 - (name === 'receive' ? 1 : 0)), undefined))
              .slice(0, args.at(-1 - (name === 'receive' ? 1 : 0))),
          ]
        : [];
      calls.push([name, ...texts]);
      const { returned, result, octets } = results.shift() ?? { returned: 1 };
      const bytes = new TextEncoder().encode(octets ?? JSON.stringify(result ?? {}));
      memory.set(bytes, 2048);
      size = bytes.length;
      return returned;
    };
  };
  const names = ['ready', 'roots', 'new', 'receive', 'write', 'close', 'peer_closed', 'next', 'take'];
  const module = {
    HEAPU8: memory,
    _smtp_alloc: () => 16,
    _smtp_free: () => undefined,
    _smtp_result_data: () => 2048,
    _smtp_result_size: () => size,
    _smtp_release: answer('release'),
    ...Object.fromEntries(names.map((name) => [`_smtp_tls_${name}`, answer(name)])),
  };
  return { module: module as unknown as SmtpscopeTls, calls };
}

const error = { returned: -1, result: { code: 'no_randomness', detail: 'none' } };

describe('an engine in the module', () => {
  it('tells what has happened, with its octets, and keeps what resumes a session to itself', () => {
    const { module } = fakeModule([
      { returned: 7 },
      { returned: 1, result: { ev: 'send' } },
      { returned: 1, octets: 'hello' },
      { returned: 1, result: { ev: 'record' } },
      { returned: 1, result: { ev: 'session', base64: 'c2VjcmV0' } },
      { returned: 1, result: { ev: 'close_notify' } },
      { returned: 0, result: { ev: 'nothing' } },
    ]);
    const engine = new TlsEngine(module, { host: 'a' }, () => 5);
    expect(engine.events()).toEqual([
      { ev: 'send', octets: new TextEncoder().encode('hello') },
      { ev: 'close_notify' },
    ]);
  });

  it.each([
    ['verified', true, [{ subject: 'CN=a' }, { subject: 'CN=root' }]],
    ['not verified', false, [{ subject: 'CN=a' }, { subject: 'CN=sent' }]],
  ])('tells the certificates of a server that is %s', (_, verified, chain) => {
    const { module } = fakeModule([
      { returned: 7 },
      { returned: 1, result: { ev: 'chain', certificates: [{ subject: 'CN=a' }, { subject: 'CN=sent' }] } },
      {
        returned: 1,
        result: {
          ev: 'established',
          tls: { verified, chain: verified ? [{ subject: 'CN=a' }, { subject: 'CN=root' }] : [] },
        },
      },
      { returned: 0, result: { ev: 'nothing' } },
    ]);
    const engine = new TlsEngine(module, { host: 'a' }, () => 5);
    expect(engine.events()).toEqual([{ ev: 'established', tls: { verified, chain } }]);
  });

  it('gives the time with what it judges by it', () => {
    const { module, calls } = fakeModule([{ returned: 7 }]);
    const engine = new TlsEngine(module, { host: 'a' }, () => 1_234);
    engine.receive(new TextEncoder().encode('abc'));
    expect(calls).toEqual([
      ['new', '{"host":"a","now":1234}'],
      ['receive', 'abc'],
    ]);
  });

  it('throws what the module refuses', () => {
    expect(() => useRoots(fakeModule([error]).module, new Uint8Array(0))).toThrow('none');
    const refused = { returned: 0, result: { code: 'invalid_argument', detail: '"host" is missing' } };
    expect(() => new TlsEngine(fakeModule([refused]).module, { host: '' }, () => 5)).toThrow(
      '"host" is missing',
    );
  });
});
