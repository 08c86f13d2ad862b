import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { type StoredMessage, storedMessage, storedMessages } from '../../page/relay-api';
import { countBytes, formatOctets } from '../../text/format';
import { sameBytes } from '../../trace/content';
import { bytesToText } from '../../trace/entry-bytes';
import { icon } from '../icon';
import { saveFile } from '../save';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';

const shownOctets = 16_384;

/** Where the sent message begins in the stored one, when the rest is what the server put before it; -1 if nowhere. */
export async function placeOf(sent: Uint8Array, stored: Uint8Array): Promise<number> {
  const at = stored.length - sent.length;
  return at >= 0 && (await sameBytes(stored.subarray(at), sent)) ? at : -1;
}

/** @summary Messages as they lie in the relay's own mailbox, compared with what was sent. */
export class SmtpMailbox extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        margin-top: 1.1rem;
        padding-top: 0.9rem;
        border-top: 1px solid var(--smtp-line);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
      }
      h3 {
        display: flex;
        align-items: center;
        gap: 0.45rem;
        margin: 0;
        font-size: 0.98rem;
      }
      ul {
        margin: 0.5rem 0 0;
        padding: 0;
        list-style: none;
      }
      li button {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 0.8rem;
        width: 100%;
        min-height: 2.2rem;
        padding: 0.3rem 0.6rem;
        border: 0;
        border-top: 1px solid var(--smtp-line);
        background: none;
        font-size: 0.88rem;
        text-align: left;
      }
      li button:hover {
        background: var(--smtp-hover);
      }
      li button[aria-pressed="true"] {
        background: var(--smtp-mark);
      }
      .route {
        overflow-wrap: anywhere;
      }
      .size {
        color: var(--smtp-dim);
        white-space: nowrap;
      }
      [aria-pressed="true"] .size {
        color: inherit;
      }
      .verdict {
        display: flex;
        gap: 0.45rem;
        margin: 0.7rem 0 0.4rem;
        font-size: 0.9rem;
      }
      .same {
        color: var(--smtp-good);
      }
      pre {
        max-height: 20rem;
        margin: 0 0 0.5rem;
        padding: 0.7rem 0.9rem;
        overflow: auto;
        border-radius: 8px;
        background: var(--smtp-sunk);
        font: 0.84rem/1.5 var(--smtp-mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .problem {
        color: var(--smtp-bad);
      }
    `,
  ];

  /** The message that was sent from here. */
  @property({ attribute: false }) sent: Uint8Array | undefined;
  /** For a relay that asks for one. */
  @property({ attribute: false }) token: string | undefined;

  @state() private list: readonly StoredMessage[] | undefined;
  @state() private chosen = '';
  /** The chosen message, and where in it the sent one begins; -1 if nowhere. */
  @state() private raw: { octets: Uint8Array; place: number } | undefined;
  @state() private problem = '';

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('sent')) void this.refresh();
  }

  private async refresh(): Promise<void> {
    this.problem = '';
    try {
      this.list = (await storedMessages(this.token)).toReversed();
      const newest = this.list[0];
      if (newest) await this.choose(newest.id);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  private async choose(id: string): Promise<void> {
    this.chosen = id;
    this.raw = undefined;
    try {
      const octets = await storedMessage(id, this.token);
      const place = this.sent ? await placeOf(this.sent, octets) : -1;
      if (this.chosen === id) this.raw = { octets, place };
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render(): TemplateResult {
    return html`<section aria-labelledby="mailbox-title">
      <div class="head">
        <h3 id="mailbox-title">${icon('inbox')}In the mailbox</h3>
        <button type="button" class="button small" @click=${() => this.refresh()}>${icon('replay')}Look again</button>
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${
        this.list
          ? html`<ul>
            ${this.list.slice(0, 20).map(
              (message) => html`<li>
                <button type="button" aria-pressed=${message.id === this.chosen ? 'true' : 'false'} @click=${() => this.choose(message.id)}>
                  <span class="route">${shown(message.from || '<>')} to ${shown(message.to.join(', '))}</span>
                  <span class="size">${formatOctets(message.octets)}</span>
                </button>
              </li>`,
            )}
          </ul>`
          : nothing
      }
      ${this.raw ? this.renderRaw(this.raw.octets, this.raw.place) : nothing}
    </section>`;
  }

  private renderRaw(raw: Uint8Array, place: number): TemplateResult {
    return html`
      ${
        place === 0
          ? html`<p class="verdict same">${icon('check')}<span>Byte for byte the message that this page sent (${countBytes(raw.length)}).</span></p>`
          : place > 0
            ? html`<p class="verdict same">
              ${icon('check')}<span>The server put ${countBytes(place)} of its own before it; the rest is byte for byte what this page sent.</span>
            </p>`
            : html`<p class="verdict">${icon('info')}<span>Another message than the one this page sent last (${countBytes(raw.length)}).</span></p>`
      }
      <pre tabindex="0" aria-label="The raw message">${shownRaw(raw)}</pre>
      <button type="button" class="button small" @click=${() => saveFile(raw, `${this.chosen.replace(/[^\w.-]/g, '_')}.eml`, 'message/rfc822')}>
        ${icon('download')}Save .eml
      </button>
    `;
  }
}

function shownRaw(raw: Uint8Array) {
  const lines = bytesToText(raw.subarray(0, shownOctets)).split('\r\n');
  return html`${lines.map((line, i) => html`${i > 0 ? '\n' : ''}${shown(line)}`)}${raw.length > shownOctets ? `\n… ${countBytes(raw.length)} in all` : ''}`;
}
