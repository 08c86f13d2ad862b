import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { TlsPlace } from '../../page/send-request';
import { checkBox, fieldNote } from '../destination/fields';
import { focusOn } from '../focus';
import { formStyles } from '../form.styles';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { certificatesIn, largestPem, pemProblem } from './pem';
import { tlsPlaceStyles } from './tls-place.styles';

const places = [
  [
    'page',
    'TLS in this page',
    'Only this page and the server can read what goes through TLS; the relay carries ciphertext. Whoever serves this page could change it.',
  ],
  [
    'relay',
    'TLS in the relay',
    'The relay reads all that is said, a password in it too, and hands it on. Choose this with a relay that is your own.',
  ],
] as const;
type Where = (typeof places)[number][0];

const forcedWords: Record<Where, string> = {
  page: 'This relay carries only ciphertext to this server.',
  relay: 'This relay does not say who vouches for its mailbox, so a page cannot check it.',
};

/**
 * @summary Who makes TLS for a session, and whom the page trusts when it does.
 * @event smtp-tls-place - The place changed; the property `where` says to which.
 */
export class SmtpTlsPlace extends LitElement {
  static override styles = [sharedStyles, formStyles, tlsPlaceStyles];

  /** Set where there is no choice. */
  @property() forced: Where | undefined;
  /** The server may be the reader's own: it need not be vouched for. */
  @property({ type: Boolean }) own = false;
  /** The only authority that counts, PEM. */
  @property({ attribute: false }) only: string | undefined;

  @state() private chosen: Where = 'page';
  @state() private pem = '';
  @state() private problem = '';
  @state() private unverified = false;
  @state() private keepKeys = false;

  get where(): Where {
    return this.forced ?? this.chosen;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    // It is said anew for each kind of server.
    if (changed.has('own') && !this.own) this.unverified = false;
  }

  /** Shows at its field what is wrong. Returns whether all is well; if not, focus is there. */
  check(): boolean {
    this.problem = this.takesPem() && this.pem.trim() ? (pemProblem(this.pem) ?? '') : '';
    if (!this.problem) return true;
    const details = this.renderRoot.querySelector('details');
    if (details) details.open = true;
    focusOn(this, '#pem');
    return false;
  }

  choice(): TlsPlace {
    if (this.where === 'relay') return { where: 'relay' };
    const more = this.takesPem() ? certificatesIn(this.pem).join('\n') : '';
    return {
      where: 'page',
      ...(this.only === undefined ? {} : { only: this.only }),
      ...(more ? { more } : {}),
      unverified: this.own && this.unverified,
      keepKeys: this.keepKeys,
    };
  }

  /** A session has ended: what was allowed for one is not allowed for the next. */
  sessionEnded(): void {
    this.unverified = false;
    this.keepKeys = false;
  }

  override render(): TemplateResult {
    return html`
      <fieldset class="choice">
        <legend>Who encrypts</legend>
        ${places.map(([name, title, note]) => this.renderPlace(name, title, note))}
      </fieldset>
      ${this.where === 'page' ? this.renderTrust() : nothing}
    `;
  }

  private renderPlace(name: Where, title: string, note: string): TemplateResult {
    const off = this.forced !== undefined && this.forced !== name;
    return html`<label class=${off ? 'off' : ''}>
      <input
        type="radio"
        name="tls-place"
        value=${name}
        ?disabled=${off}
        .checked=${live(this.where === name)}
        @change=${() => this.choose(name)}
      />
      <span
        ><b>${title}</b>
        <small>${off && this.forced ? forcedWords[this.forced] : note}</small></span
      >
    </label>`;
  }

  private renderTrust(): TemplateResult {
    return html`<details>
      <summary>Certificates and keys</summary>
      ${this.takesPem() ? this.renderPem() : html`<p class="note">Of this server only the relay’s own authority counts.</p>`}
      ${
        this.own
          ? checkBox(
              'Go on though the certificate cannot be verified, in the next session',
              this.unverified,
              (on) => {
                this.unverified = on;
              },
              'warn',
            )
          : nothing
      }
      ${checkBox(
        'Keep the keys of the next session, so that it can be opened in Wireshark',
        this.keepKeys,
        (on) => {
          this.keepKeys = on;
        },
      )}
    </details>`;
  }

  private renderPem(): TemplateResult {
    const count = certificatesIn(this.pem).length;
    const hint =
      count > 0
        ? `${count} added, for this tab only.`
        : this.pem.trim()
          ? 'No certificate is in it yet.'
          : 'PEM; for this tab only, beside the usual authorities.';
    return html`<div class="field ${this.problem ? 'wrong' : ''}">
      <label for="pem">Trust these certificates too</label>
      <textarea
        id="pem"
        rows="3"
        spellcheck="false"
        autocomplete="off"
        placeholder="-----BEGIN CERTIFICATE-----"
        aria-invalid=${this.problem ? 'true' : 'false'}
        aria-describedby="pem-note"
        .value=${live(this.pem)}
        @input=${(event: Event) => this.takePem((event.target as HTMLTextAreaElement).value)}
      ></textarea>
      ${fieldNote('pem', this.problem || undefined, hint)}
      <div class="pick">
        <label class="button small"
          >${icon('folder')}Add a file<input
            type="file"
            accept=".pem,.crt,.cer,application/x-pem-file"
            aria-label="Add a certificate file"
            @change=${(event: Event) => void this.onFile(event)}
        /></label>
        ${
          this.pem
            ? html`<button type="button" class="button small quiet" @click=${() => this.clear()}>${icon('trash')}Clear</button>`
            : nothing
        }
      </div>
    </div>`;
  }

  private takesPem(): boolean {
    return this.only === undefined;
  }

  private choose(where: Where): void {
    this.chosen = where;
    this.dispatchEvent(new CustomEvent('smtp-tls-place', { bubbles: true, composed: true }));
  }

  private takePem(text: string): void {
    this.pem = text;
    this.problem = '';
  }

  private clear(): void {
    this.takePem('');
    focusOn(this, '#pem');
  }

  private async onFile(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    const text = file.size > largestPem ? '' : await file.text().catch(() => '');
    const problem = pemProblem(text);
    if (problem) this.problem = file.size > largestPem ? 'The file is too large for certificates.' : problem;
    else this.takePem([this.pem.trim(), ...certificatesIn(text)].filter(Boolean).join('\n'));
  }
}
