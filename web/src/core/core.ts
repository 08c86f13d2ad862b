// The C++ core as the page sees it: values in, values out, errors thrown as CoreError.

import type { SmtpscopeCore as CoreModule } from '../../../wasm/smtpscope-core';
import {
  checkHandle,
  checkStatus,
  errorOf,
  newBlob,
  newBlobInTasks,
  resultJson,
  resultOctets,
  resultText,
  useTexts,
  withBlob,
  withJson,
  withOctets,
} from './memory';
import { type LoadSaslprep, provideSaslprep } from './saslprep';
import type {
  AddressList,
  ClientSetup,
  Composed,
  Draft,
  FinishedResult,
  Happening,
  MessageTree,
  Snapshot,
  TraceEntry,
  TraceHeader,
} from './types';

export interface TraceFile {
  header: TraceHeader;
  entries: TraceEntry[];
}

/** A picture or file for a message, still as octets. */
export interface DraftFile {
  fileName: string;
  mediaType: string;
  octets: Uint8Array;
  inline: boolean;
}

export type DraftWithFiles = Omit<Draft, 'attachments'> & { files: readonly DraftFile[] };

export interface ComposedMessage {
  message: Uint8Array;
  composed: Composed;
}

/** A message that lies inside the core, for the client session that sends it. */
export interface KeptMessage {
  readonly blob: number;
}

/** What a client session asks for next; see Action in wasm/smtpscope-core.d.ts. */
export type ClientRequest =
  | { ask: 'nothing' }
  | { ask: 'send'; octets: Uint8Array }
  | { ask: 'start-tls' }
  | { ask: 'arm-timer'; seconds: number }
  | { ask: 'finished'; result: FinishedResult }
  | { ask: 'close' };

export class Core {
  private readonly module: CoreModule;

  /** `texts`: shared/texts/en.json, or the same in another language; throws CoreError if it is not. */
  constructor(module: CoreModule, texts: Uint8Array) {
    this.module = module;
    useTexts(module, texts);
  }

  /** Makes ready for a login with these, whatever they hold. Rejects with what `load` rejects with. */
  prepareLogin(texts: readonly (string | undefined)[], load: LoadSaslprep): Promise<void> {
    return provideSaslprep(this.module, texts, load);
  }

  version(): string {
    this.module._smtp_version();
    return resultText(this.module);
  }

  /** Checks an address list as typed; throws CoreError that says which entry is wrong. */
  addresses(typed: string): AddressList {
    const { module } = this;
    return withOctets(module, new TextEncoder().encode(typed), (ptr, len) => {
      checkStatus(module, module._smtp_addresses(ptr, len));
      return resultJson<AddressList>(module);
    });
  }

  compose(draft: DraftWithFiles): ComposedMessage {
    const { files, ...rest } = draft;
    const blobs = files.map((file) => newBlob(this.module, file.octets));
    try {
      const attachments = files.map((file, i) => ({
        fileName: file.fileName,
        mediaType: file.mediaType,
        inline: file.inline,
        blob: blobs[i] ?? 0,
      }));
      const handle = withJson(this.module, { ...rest, attachments }, (ptr, len) =>
        checkHandle(this.module, this.module._smtp_compose(ptr, len)),
      );
      const composed = resultJson<Composed>(this.module);
      try {
        return { message: this.blobOctets(handle), composed };
      } finally {
        this.release(handle);
      }
    } finally {
      for (const blob of blobs) this.release(blob);
    }
  }

  /** The parts of a message, with their places in it. */
  messageTree(message: Uint8Array): MessageTree {
    return withBlob(this.module, message, (blob) => {
      checkStatus(this.module, this.module._smtp_message_read(blob));
      return resultJson<MessageTree>(this.module);
    });
  }

  /** One part of a message, its transfer encoding taken off; text comes as UTF-8. */
  messagePart(message: Uint8Array, part: number): Uint8Array {
    return withBlob(this.module, message, (blob) => {
      checkStatus(this.module, this.module._smtp_message_part(blob, part));
      return resultOctets(this.module);
    });
  }

  /** Puts a message into the core, in tasks short enough for a large one. `newClient` takes it over. */
  async keepMessage(message: Uint8Array): Promise<KeptMessage> {
    return { blob: await newBlobInTasks(this.module, message) };
  }

  /**
   * A client session that speaks for the page. Release it when it is over. The message is gone with it, or when
   * this throws CoreError.
   */
  newClient(setup: Omit<ClientSetup, 'message'>, { blob }: KeptMessage): CoreClient {
    try {
      const handle = withJson(this.module, { ...setup, message: blob }, (ptr, len) =>
        checkHandle(this.module, this.module._smtp_client_new(ptr, len)),
      );
      return new CoreClient(this.module, handle, blob);
    } catch (error) {
      this.release(blob);
      throw error;
    }
  }

  /** Reads a trace file; throws CoreError whose message begins with the line. */
  readTrace(file: Uint8Array): TraceFile {
    const handle = withOctets(this.module, file, (ptr, len) =>
      checkHandle(this.module, this.module._smtp_trace_read(ptr, len)),
    );
    try {
      return resultJson<TraceFile>(this.module);
    } finally {
      this.release(handle);
    }
  }

  /** A trace inside the core, for its states; release it. */
  openTrace(trace: TraceFile): CoreTrace {
    const handle = withJson(this.module, trace, (ptr, len) =>
      checkHandle(this.module, this.module._smtp_trace_new(ptr, len)),
    );
    return new CoreTrace(this.module, handle);
  }

  private blobOctets(blob: number): Uint8Array {
    checkStatus(this.module, this.module._smtp_blob_bytes(blob));
    return resultOctets(this.module);
  }

  private release(handle: number): void {
    this.module._smtp_release(handle);
  }
}

/** A client session with its recorder, inside the core. */
export class CoreClient {
  private readonly module: CoreModule;
  private readonly handle: number;
  private readonly message: number;
  private released = false;

  constructor(module: CoreModule, handle: number, message: number) {
    this.module = module;
    this.handle = handle;
    this.message = message;
  }

  /** Something happened, `us` microseconds after the start. */
  tell(happening: Happening, us: number): void {
    withJson(this.module, happening, (ptr, len) =>
      checkStatus(this.module, this.module._smtp_client_tell(this.handle, ptr, len, us)),
    );
  }

  /** Octets came from the server. */
  receive(octets: Uint8Array): void {
    withOctets(this.module, octets, (ptr, len) =>
      checkStatus(this.module, this.module._smtp_client_receive(this.handle, ptr, len)),
    );
  }

  /** What to do next. */
  next(us: number): ClientRequest {
    const action = this.module._smtp_client_next(this.handle, us);
    switch (action) {
      case 0:
        return { ask: 'nothing' };
      case 1:
        return { ask: 'send', octets: resultOctets(this.module) };
      case 2:
        return { ask: 'start-tls' };
      case 3:
        return { ask: 'arm-timer', seconds: resultJson<{ seconds: number }>(this.module).seconds };
      case 4:
        return { ask: 'finished', result: resultJson<FinishedResult>(this.module) };
      case 5:
        return { ask: 'close' };
      default:
        throw errorOf(this.module);
    }
  }

  /** Entries recorded since the last call. */
  take(): TraceEntry[] {
    const count = this.module._smtp_client_take(this.handle);
    if (count < 0) throw errorOf(this.module);
    return count === 0 ? [] : resultJson<TraceEntry[]>(this.module);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.module._smtp_release(this.handle);
    this.module._smtp_release(this.message);
  }
}

/** A trace inside the core. */
export class CoreTrace {
  private readonly module: CoreModule;
  private readonly handle: number;
  private released = false;

  constructor(module: CoreModule, handle: number) {
    this.module = module;
    this.handle = handle;
  }

  append(entries: readonly TraceEntry[]): void {
    withJson(this.module, entries, (ptr, len) => {
      if (this.module._smtp_trace_append(this.handle, ptr, len) < 0) throw errorOf(this.module);
    });
  }

  /** The state after `count` entries. */
  state(count: number): Snapshot {
    checkStatus(this.module, this.module._smtp_trace_state(this.handle, count));
    return resultJson<Snapshot>(this.module);
  }

  /** The trace as a file, JSON Lines. */
  write(): Uint8Array {
    checkStatus(this.module, this.module._smtp_trace_write(this.handle));
    return resultOctets(this.module);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.module._smtp_release(this.handle);
  }
}
