import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { TlsInfo, TraceEntry, TraceHeader } from '../../core/types';
import { certificatesOf, hostOf } from '../../trace/certificates';
import { handshakeOf } from '../../trace/handshake';
import { emit } from '../events';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { certificateList } from './certificate-list';
import { handshakeList } from './handshake-list';
import { readersOf, tlsOf } from './readers';
import { securityStyles } from './security.styles';

const readWords = { yes: 'can read it', no: 'cannot read it', partly: 'can read a part' } as const;
const readIcons = { yes: 'eye', no: 'eye-off', partly: 'eye' } as const;

const makers = {
  page: 'this page; the relay carries ciphertext',
  relay: 'the relay, for this page',
  simulated: 'nobody: it is simulated',
} as const;

/**
 * @summary TLS as it stands, who can read what on the way, the handshake and the server's certificates.
 * @event smtp-select - A message of the handshake was chosen; detail is a Selection.
 */
export class SmtpSecurity extends LitElement {
  static override styles = [sharedStyles, securityStyles];

  @property({ attribute: false }) header: TraceHeader | undefined;
  @property({ attribute: false }) entries: readonly TraceEntry[] = [];
  /** Entries that count. */
  @property({ type: Number }) count = 0;
  /** Entries that have happened: of the handshake all of them are listed, whichever is shown. */
  @property({ type: Number }) cursor = 0;

  override render(): TemplateResult | typeof nothing {
    if (!this.header) return nothing;
    const tls = tlsOf(this.entries, this.count);
    const seen = certificatesOf(this.entries, this.count);
    const said = this.entries.slice(0, this.count).some((entry) => entry.dir && entry.layer !== 'tls');
    return html`
      ${tls ? this.renderTls(tls) : html`<p class="state open">${icon('lock-open')}<b>${seen?.refused ? 'Not encrypted: the certificate was refused' : 'Not encrypted at this point'}</b></p>`}
      ${tls || said ? this.renderReaders(this.header) : html`<p class="quiet">Nothing of mail has been said up to here.</p>`}
      ${handshakeList(handshakeOf(this.entries, Math.max(this.count, this.cursor)), this.count - 1, (entry) => emit(this, 'smtp-select', { entry }))}
      ${seen ? certificateList(seen, hostOf(this.entries), seen.refused ? undefined : tls?.anchor) : nothing}
    `;
  }

  private renderReaders(header: TraceHeader): TemplateResult {
    return html`
      <section aria-labelledby="readers-title">
        <h3 id="readers-title">Who can read what is said</h3>
        <ul class="readers">
          ${readersOf(header, this.entries, this.count).map(
            (reader) => html`<li class=${reader.reads}>
              <b>${reader.who}</b>
              <span class="reads">${icon(readIcons[reader.reads])}${readWords[reader.reads]}</span>
              <span class="why">${reader.why}</span>
            </li>`,
          )}
        </ul>
      </section>
    `;
  }

  private renderTls(tls: TlsInfo): TemplateResult {
    const rows: [string, string | undefined][] = [
      ['Version', tls.version.replace(/^TLSv/, 'TLS ')],
      ['Cipher suite', tls.suite],
      ['Key exchange', tls.group],
      ['Protocol (ALPN)', tls.alpn],
      ['Resumed', tls.resumed ? 'yes, by a ticket of an earlier session' : undefined],
      ['Trusted through', tls.anchor],
      ['Made by', tls.where && makers[tls.where]],
    ];
    return html`
      <p class="state ${tls.verified ? 'closed' : 'open'}">
        ${icon('lock')}<span
          ><b>${tls.where === 'simulated' ? 'Encrypted, in this simulation' : 'Encrypted'}</b>
          ${tls.where === 'simulated' ? nothing : verifiedWords(tls)}</span
        >
      </p>
      <dl>
        ${rows.map(([name, value]) => (value ? html`<div><dt>${name}</dt><dd>${shown(value)}</dd></div>` : nothing))}
      </dl>
    `;
  }
}

function verifiedWords(tls: TlsInfo): string {
  if (tls.verified) return 'and the certificate was checked against the server’s name';
  const why = tls.reason ? ` (${tls.reason.replaceAll('_', ' ')})` : '';
  return tls.where === 'page'
    ? `but nobody vouches for the server${why}: the session went on because you chose so`
    : 'but the certificate was not checked';
}
