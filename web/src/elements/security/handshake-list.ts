// The handshake message by message, and from where each side encrypts.

import { html, nothing, type TemplateResult } from 'lit';
import { countBytes } from '../../text/format';
import { entryBytes } from '../../trace/entry-bytes';
import type { HandshakeStep } from '../../trace/handshake';
import { tlsMessageGist, tlsMessageName } from '../../trace/tls-messages';
import { icon } from '../icon';
import { shown } from '../text';

/** `current`: index of the entry that is shown; `choose` hears which is to be. */
export function handshakeList(
  steps: readonly HandshakeStep[],
  current: number,
  choose: (entry: number) => void,
): TemplateResult | typeof nothing {
  if (steps.length === 0) return nothing;
  return html`<section aria-labelledby="handshake-title">
    <h3 id="handshake-title">TLS, message by message</h3>
    <ol class="handshake">
      ${steps.map(({ index, entry, first }) => {
        const client = entry.dir === 'c2s';
        const gist = tlsMessageGist(entry);
        return html`${first ? html`<li class="from">${icon('lock')}${client ? 'The client' : 'The server'} encrypts from here</li>` : nothing}
          <li class=${client ? 'client' : 'server'}>
            <button
              type="button"
              aria-pressed=${index === current ? 'true' : 'false'}
              @click=${() => choose(index)}
            >
              <span class="who" aria-hidden="true">${client ? 'C' : 'S'}</span>
              <span class="vh">${client ? 'Client:' : 'Server:'}</span>
              <span class="what">${shown(tlsMessageName(entry))}${gist ? html` <small>${shown(gist)}</small>` : nothing}</span>
              <span class="size">${countBytes(entryBytes(entry).length)}</span>
            </button>
          </li>`;
      })}
    </ol>
  </section>`;
}
