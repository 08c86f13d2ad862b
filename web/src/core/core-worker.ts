// The core in a worker: does what message-core.ts asks for, one task after the other.

import type { Create, SmtpscopeCore } from '../../../wasm/smtpscope-core';
import { Core } from './core';
import { CoreError } from './core-error';
import type { Answer, CoreFiles, Request, Task } from './message-core';

let core: Promise<Core> | undefined;
let message: Uint8Array | undefined; // the last one

async function load(files: CoreFiles): Promise<Core> {
  const { default: create } = (await import(/* @vite-ignore */ files.module)) as {
    default: Create<SmtpscopeCore>;
  };
  return new Core(await create({ locateFile: () => files.wasm }), files.texts);
}

async function perform(task: Task): Promise<Answer> {
  try {
    const ready = await core;
    if (!ready) throw new CoreError('not_loaded', 'The core is not there.');
    if (task.what === 'compose') return { value: ready.compose(task.draft) };
    message = task.message ?? message;
    if (!message) throw new CoreError('not_loaded', 'The message is not there.');
    return {
      value: task.what === 'tree' ? ready.messageTree(message) : ready.messagePart(message, task.part),
    };
  } catch (error) {
    return {
      error:
        error instanceof CoreError
          ? { code: error.code, detail: error.message }
          : { code: 'failed', detail: `The message could not be worked on: ${String(error)}` },
    };
  }
}

/** Octets are handed over, not copied. */
function handedOver(answer: Answer): Transferable[] {
  if (!('value' in answer)) return [];
  const { value } = answer;
  if (value instanceof Uint8Array) return [value.buffer];
  return 'message' in value ? [value.message.buffer] : [];
}

let last: Promise<void> = Promise.resolve();
addEventListener('message', ({ data: request }: MessageEvent<Request>) => {
  if (request.what === 'begin') {
    core = load(request);
    core.catch(() => undefined); // each task tells why
    return;
  }
  last = last.then(async () => {
    const answer = await perform(request);
    postMessage(answer, { transfer: handedOver(answer) });
  });
});
