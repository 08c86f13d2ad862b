// Messages, composed and read: small ones at once, large ones in a worker, so that the page never stalls.

import type { ComposedMessage, Core, DraftWithFiles } from './core';
import { CoreError } from './core-error';
import type { MessageTree } from './types';

/** Where the core is, for a worker that loads its own; the second time it comes from the browser's cache. */
export interface CoreFiles {
  module: string;
  wasm: string;
  texts: Uint8Array;
}

export type Task =
  | { what: 'compose'; draft: DraftWithFiles }
  // Without a message, the last one is meant.
  | { what: 'tree'; message: Uint8Array | undefined }
  | { what: 'part'; message: Uint8Array | undefined; part: number };

export type Request = Task | ({ what: 'begin' } & CoreFiles);

/** One for each task, in their order; none for `begin`. */
export type Answer =
  | { value: ComposedMessage | MessageTree | Uint8Array }
  | { error: { code: string; detail: string } };

/** What is used of a Worker. */
export type Helper = Pick<Worker, 'postMessage' | 'onmessage' | 'onerror' | 'terminate'>;

/** Octets for which the core takes a few milliseconds at most. */
const smallOctets = 512 * 1024;

const whyLost =
  'The browser ended the work on this message. It may have too little memory: try again with smaller files.';

export class MessageCore {
  private readonly core: Core;
  private readonly newHelper: () => Helper;
  private readonly files: CoreFiles;
  private helper: Helper | undefined;
  private known: Uint8Array | undefined;
  private waiting: { resolve(value: unknown): void; reject(why: Error): void }[] = [];

  constructor(core: Core, files: CoreFiles, newHelper: () => Helper) {
    this.core = core;
    this.files = files;
    this.newHelper = newHelper;
  }

  /** As Core.compose. Rejects with CoreError. */
  async compose(draft: DraftWithFiles): Promise<ComposedMessage> {
    const octets = draft.files.reduce((sum, file) => sum + file.octets.length, draft.text.length);
    return this.fits(octets)
      ? this.core.compose(draft)
      : this.ask<ComposedMessage>({ what: 'compose', draft });
  }

  /** As Core.messageTree. Rejects with CoreError. */
  async tree(message: Uint8Array): Promise<MessageTree> {
    return this.fits(message.length)
      ? this.core.messageTree(message)
      : this.ask<MessageTree>({ what: 'tree', message: this.unlessKnown(message) });
  }

  /** As Core.messagePart. Rejects with CoreError. */
  async part(message: Uint8Array, part: number): Promise<Uint8Array> {
    return this.fits(message.length)
      ? this.core.messagePart(message, part)
      : this.ask<Uint8Array>({ what: 'part', message: this.unlessKnown(message), part });
  }

  /** Where a page may have no worker, as in some frames, everything is done here. */
  private fits(octets: number): boolean {
    if (octets <= smallOctets) return true;
    try {
      this.helper ??= this.begin();
    } catch {
      return true;
    }
    return false;
  }

  private begin(): Helper {
    const helper = this.newHelper();
    helper.onmessage = ({ data }: MessageEvent<Answer>) => {
      const task = this.waiting.shift();
      if ('value' in data) task?.resolve(data.value);
      else task?.reject(new CoreError(data.error.code, data.error.detail));
    };
    helper.onerror = () => this.lost();
    helper.postMessage({ what: 'begin', ...this.files } satisfies Request);
    return helper;
  }

  /** The next task begins another one. */
  private lost(): void {
    this.helper?.terminate();
    this.helper = undefined;
    this.known = undefined;
    for (const task of this.waiting.splice(0)) task.reject(new CoreError('lost', whyLost));
  }

  private ask<T>(task: Task): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      try {
        this.helper?.postMessage(task);
      } catch {
        this.known = undefined;
        reject(new CoreError('lost', whyLost)); // no answer will come
        return;
      }
      this.waiting.push({ resolve: (value) => resolve(value as T), reject });
    });
  }

  private unlessKnown(message: Uint8Array): Uint8Array | undefined {
    if (message === this.known) return undefined;
    this.known = message;
    return message;
  }
}
