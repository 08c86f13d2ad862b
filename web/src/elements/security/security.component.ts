import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { TlsInfo, TraceEntry, TraceHeader } from '../../core/types';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { readersOf, tlsOf } from './readers';
import { securityStyles } from './security.styles';

const readWords = { yes: 'can read it', no: 'cannot read it', partly: 'can read a part' } as const;
const readIcons = { yes: 'eye', no: 'eye-off', partly: 'eye' } as const;

/** @summary TLS as it stands, the server's certificates, and who can read what on the way. */
export class SmtpSecurity extends LitElement {
  static override styles = [sharedStyles, securityStyles];

  @property({ attribute: false }) header: TraceHeader | undefined;
  @property({ attribute: false }) entries: readonly TraceEntry[] = [];
  /** Entries that count. */
  @property({ type: Number }) count = 0;

  override render(): TemplateResult | typeof nothing {
    if (!this.header) return nothing;
    const tls = tlsOf(this.entries, this.count);
    const said = this.entries.slice(0, this.count).some((entry) => entry.dir);
    return html`
      ${tls ? this.renderTls(tls) : html`<p class="state open">${icon('lock-open')}<b>Not encrypted at this point</b></p>`}
      ${tls || said ? this.renderReaders(this.header) : html`<p class="quiet">Nothing has been said on the wire up to here.</p>`}
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
      ['Trusted through', tls.anchor],
      [
        'Made by',
        tls.where === 'relay'
          ? 'the relay, for this page'
          : tls.where === 'simulated'
            ? 'nobody: it is simulated'
            : tls.where,
      ],
    ];
    return html`
      <p class="state ${tls.verified ? 'closed' : 'open'}">
        ${icon('lock')}<b>${tls.where === 'simulated' ? 'Encrypted, in this simulation' : 'Encrypted'}</b>
        ${
          tls.where === 'simulated'
            ? nothing
            : html`<span>${tls.verified ? 'and the certificate was checked against the server’s name' : 'but the certificate was not checked'}</span>`
        }
      </p>
      <dl>
        ${rows.map(([name, value]) => (value ? html`<div><dt>${name}</dt><dd>${shown(value)}</dd></div>` : nothing))}
      </dl>
      ${tls.chain?.length ? this.renderChain(tls.chain) : nothing}
    `;
  }

  private renderChain(chain: NonNullable<TlsInfo['chain']>): TemplateResult {
    return html`<section aria-labelledby="chain-title">
      <h3 id="chain-title">Certificates, from the server up</h3>
      <ol class="chain">
        ${chain.map(
          (certificate) => html`<li>
            <b>${shown(certificate.subject)}</b>
            <span>issued by ${shown(certificate.issuer)}</span>
            ${certificate.names?.length > 0 ? html`<span>for <code>${shown(certificate.names.join(', '))}</code></span>` : nothing}
            ${certificate.notAfter ? html`<span>valid ${shown((certificate.notBefore ?? '').slice(0, 10))} to ${shown(certificate.notAfter.slice(0, 10))}</span>` : nothing}
          </li>`,
        )}
      </ol>
    </section>`;
  }
}
