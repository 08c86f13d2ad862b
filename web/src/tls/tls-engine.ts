// One TLS engine inside the module smtpscope-tls: values in, events out. It runs in the worker.

import type { TlsCertificate, TlsEvent } from '../../../wasm/smtpscope-tls';
import {
  checkHandle,
  checkStatus,
  errorOf,
  resultJson,
  resultOctets,
  withJson,
  withOctets,
} from '../core/memory';
import type { SmtpscopeTls, TlsLinkEvent, TlsLinkSetup } from './types';

/** What is trusted by engines made afterwards. Throws CoreError when the file is damaged. */
export function useRoots(module: SmtpscopeTls, pem: Uint8Array): void {
  checkStatus(module, module._smtp_tls_ready());
  withOctets(module, pem, (ptr, len) => checkStatus(module, module._smtp_tls_roots(ptr, len)));
}

type Established = Extract<TlsEvent, { ev: 'established' }>;

export class TlsEngine {
  private readonly module: SmtpscopeTls;
  private readonly handle: number;
  private readonly clock: () => number;
  /** As the server sent them. */
  private shown: TlsCertificate[] = [];

  /** `clock` gives seconds since 1970. Throws CoreError when the setup is not possible. */
  constructor(module: SmtpscopeTls, setup: TlsLinkSetup, clock: () => number) {
    this.module = module;
    this.clock = clock;
    this.handle = withJson(module, { ...setup, now: clock() }, (ptr, len) =>
      checkHandle(module, module._smtp_tls_new(ptr, len)),
    );
  }

  /** Octets from the network. */
  receive(octets: Uint8Array): void {
    withOctets(this.module, octets, (ptr, len) =>
      checkStatus(this.module, this.module._smtp_tls_receive(this.handle, ptr, len, this.clock())),
    );
  }

  /** Octets to be sent encrypted. Throws CoreError before the handshake is done and after the end. */
  write(octets: Uint8Array): void {
    withOctets(this.module, octets, (ptr, len) =>
      checkStatus(this.module, this.module._smtp_tls_write(this.handle, ptr, len)),
    );
  }

  close(): void {
    checkStatus(this.module, this.module._smtp_tls_close(this.handle));
  }

  peerClosed(): void {
    checkStatus(this.module, this.module._smtp_tls_peer_closed(this.handle, this.clock()));
  }

  /** What has happened since the last call. */
  events(): TlsLinkEvent[] {
    const events: TlsLinkEvent[] = [];
    for (;;) {
      const more = this.module._smtp_tls_next(this.handle);
      if (more < 0) throw errorOf(this.module);
      if (more === 0) return events;
      const event = resultJson<TlsEvent>(this.module);
      switch (event.ev) {
        case 'send':
        case 'data':
          checkStatus(this.module, this.module._smtp_tls_take(this.handle));
          events.push({ ev: event.ev, octets: resultOctets(this.module) });
          break;
        case 'established':
          events.push(this.withCertificates(event));
          break;
        case 'chain':
          this.shown = event.certificates;
          break;
        case 'message':
        case 'close_notify':
        case 'truncated':
        case 'failed':
        case 'key_log':
          events.push(event);
          break;
        case 'nothing':
        case 'record': // what it carried is told as messages and data
        case 'alert': // a message too
        case 'session': // holds keys, and no session of this page is resumed
          break;
      }
    }
  }

  /** What nobody vouches for makes no chain: what the server sent is all that there is to see of it. */
  private withCertificates(event: Established): Established {
    if (event.tls.verified || this.shown.length === 0) return event;
    return { ...event, tls: { ...event.tls, chain: this.shown } };
  }

  release(): void {
    this.module._smtp_release(this.handle);
  }
}
