import { describe, expect, it } from 'vitest';
import type { Core, DraftWithFiles } from './core';
import { type Answer, type Helper, MessageCore, type Request } from './message-core';

class FakeHelper implements Helper {
  readonly asked: Request[] = [];
  onmessage: Helper['onmessage'] = null;
  onerror: Helper['onerror'] = null;
  ended = false;

  postMessage(request: Request): void {
    this.asked.push(request);
  }
  terminate(): void {
    this.ended = true;
  }
  answer(data: Answer): void {
    this.onmessage?.call(this as never, { data } as MessageEvent);
  }
  fail(): void {
    (this.onerror as (() => void) | null)?.();
  }
}

const small = new Uint8Array(10);
const large = new Uint8Array(1 << 20);
const draft = (octets: Uint8Array): DraftWithFiles =>
  ({
    text: '',
    files: [{ fileName: 'a', mediaType: 'a/b', inline: false, octets }],
  }) as unknown as DraftWithFiles;

function setUp(newHelper?: () => Helper) {
  const helpers: FakeHelper[] = [];
  const core = {
    compose: () => 'composed here',
    messageTree: () => 'read here',
    messagePart: () => 'part from here',
  } as unknown as Core;
  const files = { module: 'm', wasm: 'w', texts: small };
  const messages = new MessageCore(
    core,
    files,
    newHelper ??
      (() => {
        helpers.push(new FakeHelper());
        return helpers.at(-1) as FakeHelper;
      }),
  );
  return { messages, helpers };
}

describe('MessageCore', () => {
  it('goes on with what comes after a task that could not be handed over', async () => {
    const helper = new FakeHelper();
    const { messages } = setUp(() => helper);
    helper.postMessage = ({ what }) => {
      if (what !== 'begin') throw new DOMException('out of memory', 'DataCloneError');
    };
    await expect(messages.compose(draft(large))).rejects.toThrow('too little memory');
    helper.postMessage = FakeHelper.prototype.postMessage;
    const tree = messages.tree(large);
    helper.answer({ value: { tree: 1 } as never });
    expect(await tree).toEqual({ tree: 1 });
  });

  it('does small messages at once, and begins no worker for them', async () => {
    const { messages, helpers } = setUp();
    expect(await messages.compose(draft(small))).toBe('composed here');
    expect(await messages.tree(small)).toBe('read here');
    expect(await messages.part(small, 0)).toBe('part from here');
    expect(helpers).toHaveLength(0);
  });

  it('hands large ones to one worker, and a message only once', async () => {
    const { messages, helpers } = setUp();
    const tree = messages.tree(large);
    const part = messages.part(large, 3);
    const composed = messages.compose(draft(large));
    expect(helpers).toHaveLength(1);
    const helper = helpers[0] as FakeHelper;
    expect(helper.asked.map(({ what }) => what)).toEqual(['begin', 'tree', 'part', 'compose']);
    expect((helper.asked[1] as { message: unknown }).message).toBe(large);
    expect(helper.asked[2]).toEqual({ what: 'part', message: undefined, part: 3 });
    const value = new Uint8Array(1);
    for (const octets of [value, value, value]) helper.answer({ value: octets });
    expect(await Promise.all([tree, part, composed])).toEqual([value, value, value]);
  });

  it('passes on what the core refuses', async () => {
    const { messages, helpers } = setUp();
    const composed = messages.compose(draft(large));
    helpers[0]?.answer({ error: { code: 'bad_address', detail: 'To: no address' } });
    await expect(composed).rejects.toMatchObject({ code: 'bad_address', message: 'To: no address' });
  });

  it('ends what waits for a worker that dies, and begins another one', async () => {
    const { messages, helpers } = setUp();
    const tree = messages.tree(large);
    helpers[0]?.fail();
    await expect(tree).rejects.toMatchObject({ code: 'lost' });
    expect(helpers[0]?.ended).toBe(true);
    void messages.tree(large);
    expect(helpers).toHaveLength(2);
    expect(helpers[1]?.asked[1] && (helpers[1].asked[1] as { message: unknown }).message).toBe(large);
  });

  it('does everything here where there are no workers', async () => {
    const { messages } = setUp(() => {
      throw new Error('SecurityError');
    });
    expect(await messages.tree(large)).toBe('read here');
  });
});
