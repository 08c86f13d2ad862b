import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Core } from '../../core/core';
import { CoreError } from '../../core/core-error';
import { sendsSecret } from '../../page/mechanisms';
import type { RelayConfig } from '../../page/relay-api';
import type { LiveTarget, MessageDraft, SendRequest } from '../../page/send-request';
import type { SmtpAttachments } from '../attachments/attachments.component';
import { filesOf, type PickedFile, pickedFrom } from '../attachments/files';
import type { SmtpDestination } from '../destination/destination.component';
import { addressesOf } from '../destination/presets';
import { focusOn } from '../focus';
import { formStyles } from '../form.styles';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { composerStyles } from './composer.styles';

/** The core's words, as a sentence of their own. */
const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;

type AddressField = 'from' | 'to' | 'cc' | 'bcc';

const addressFields: readonly AddressField[] = ['from', 'to', 'cc', 'bcc'];
const addressNames: Record<AddressField, string> = { from: 'From', to: 'To', cc: 'Cc', bcc: 'Bcc' };

/**
 * @summary Writes a message and says where it goes. Asks once more before anything real is sent.
 * @event smtp-send - Somebody pressed Send and meant it; detail is a SendRequest.
 */
export class SmtpComposer extends LitElement {
  static override styles = [sharedStyles, formStyles, composerStyles];

  @property({ attribute: false }) core: Core | undefined;
  /** What the relay offers; undefined while unknown, null when no relay answers. */
  @property({ attribute: false }) relay: RelayConfig | null | undefined;
  /** The message to begin with. */
  @property({ attribute: false }) initial: MessageDraft | undefined;
  /** A session is running: sending waits for its end. */
  @property({ type: Boolean }) busy = false;

  @state() private draft: Omit<MessageDraft, 'files'> = {
    from: '',
    to: '',
    cc: '',
    bcc: '',
    subject: '',
    text: '',
  };
  @state() private files: readonly PickedFile[] = [];
  @state() private problems: Partial<Record<AddressField, string>> = {};
  @state() private trouble = '';
  @state() private confirming: LiveTarget | undefined;
  @state() private moreRecipients = false;
  @state() private dropping = false;

  @query('smtp-attachments') private readonly attachments!: SmtpAttachments;
  @query('smtp-destination') private readonly destination!: SmtpDestination;

  /** Addresses that a preset filled in: they may be replaced by another preset's. */
  private suggested = { from: '', to: '' };

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('initial') || !this.initial) return;
    const { files, ...draft } = this.initial;
    this.draft = draft;
    this.suggested = { from: draft.from, to: draft.to };
    this.files = files.map(pickedFrom);
  }

  /** Opens the part that breaks things. */
  showBreakage(): void {
    this.destination.chooseBreakage();
  }

  /** Opens the choice of a real server. */
  showServers(): void {
    this.destination.chooseServer();
  }

  /** Focus on the first field of the message. */
  showMessage(): void {
    focusOn(this, '#to');
  }

  /** Sends what is there once more; a real mail is asked about as ever. */
  sendAgain(): void {
    this.onSend();
  }

  /** A session has ended. */
  sessionEnded(): void {
    this.destination.sessionEnded();
  }

  /** Says why the message could not be sent at all. */
  showTrouble(message: string): void {
    this.trouble = message;
    focusOn(this, '#send');
  }

  override render(): TemplateResult {
    return html`
      <div
        class="composer ${this.dropping ? 'dropping' : ''}"
        @dragover=${this.onDragOver}
        @dragleave=${() => {
          this.dropping = false;
        }}
        @drop=${this.onDrop}
        @paste=${this.onPaste}
        @input=${this.onEdit}
        @keydown=${this.onKey}
      >
        <section class="card" aria-labelledby="message-title">
          <h2 id="message-title">Your message</h2>
          ${this.renderMessage()}
        </section>
        <section class="card" aria-labelledby="where-title">
          <h2 id="where-title">Where it goes</h2>
          <smtp-destination .relay=${this.relay} @smtp-destination=${this.onDestination}></smtp-destination>
          ${this.confirming ? this.renderConfirmation(this.confirming) : this.renderSend()}
        </section>
      </div>
    `;
  }

  private renderMessage(): TemplateResult {
    const more = this.moreRecipients || this.draft.cc || this.draft.bcc;
    return html`
      ${this.renderAddress('from')} ${this.renderAddress('to')}
      ${
        more
          ? html`${this.renderAddress('cc')} ${this.renderAddress('bcc', 'Hidden: only the envelope names them.')}`
          : html`<p class="more">
              <button
                type="button"
                class="button small quiet"
                @click=${() => {
                  this.moreRecipients = true;
                  focusOn(this, '#cc');
                }}
              >
                ${icon('plus')}Cc and Bcc
              </button>
            </p>`
      }
      <div class="field">
        <label for="subject">Subject</label>
        <input
          id="subject"
          type="text"
          autocomplete="off"
          .value=${live(this.draft.subject)}
          @input=${this.onText('subject')}
        />
      </div>
      <div class="field">
        <label for="text">Text</label>
        <textarea id="text" rows="9" .value=${live(this.draft.text)} @input=${this.onText('text')}></textarea>
      </div>
      <smtp-attachments
        .files=${this.files}
        @smtp-files=${(event: CustomEvent<readonly PickedFile[]>) => {
          this.files = event.detail;
        }}
      ></smtp-attachments>
    `;
  }

  private renderAddress(field: AddressField, note?: string): TemplateResult {
    const problem = this.problems[field];
    return html`<div class="field ${problem ? 'wrong' : ''}">
      <label for=${field}>${addressNames[field]}</label>
      <input
        id=${field}
        type="text"
        inputmode="email"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby="${field}-note"
        .value=${live(this.draft[field])}
        @input=${this.onText(field)}
        @change=${() => this.noteProblem(field, this.addressProblem(field))}
      />
      <p id="${field}-note" class="note">${problem ? html`${icon('alert')}${problem}` : (note ?? nothing)}</p>
    </div>`;
  }

  private renderSend(): TemplateResult {
    return html`<div class="send">
      ${this.trouble ? html`<p class="trouble" role="alert">${icon('alert')}<span>${this.trouble}</span></p>` : nothing}
      <button
        type="button"
        class="button primary"
        id="send"
        ?disabled=${this.busy || !this.core}
        @click=${this.onSend}
      >
        ${icon('send')}Send
      </button>
      <span class="note">${this.busy ? 'A session is running.' : 'Ctrl + Enter works too.'}</span>
    </div>`;
  }

  private renderConfirmation(target: LiveTarget): TemplateResult {
    const recipients = [this.draft.to, this.draft.cc, this.draft.bcc].filter((list) => list.trim());
    return html`<div class="confirm" role="group" aria-labelledby="confirm-title" tabindex="-1">
      <h3 id="confirm-title">${icon('radio')}This is a real mail. Send it?</h3>
      <p>
        It goes to <b>${recipients.join(', ')}</b>, through
        <code>${target.host}:${target.port}</code>${target.auth ? html`, as <b>${target.auth.user}</b>` : nothing}.
      </p>
      <p>${this.renderWhoReads(target)}</p>
      <div class="buttons">
        <button type="button" class="button primary" id="confirm-send" @click=${this.onConfirm}>
          ${icon('send')}Send for real
        </button>
        <button
          type="button"
          class="button"
          @click=${() => {
            this.confirming = undefined;
            focusOn(this, '#send');
          }}
        >
          Not now
        </button>
      </div>
    </div>`;
  }

  private renderWhoReads({ tls, place, auth }: LiveTarget): TemplateResult {
    const all = auth && sendsSecret(auth.mechanism) ? ', the password too' : '';
    if (tls === 'never')
      return html`<b class="warn">It goes unencrypted: the relay and everyone behind it see what you send${all}.</b>`;
    if (place.where === 'relay')
      return html`The relay makes the connection and its encryption, so it sees what you send${all}.`;
    return html`${
      place.unverified
        ? html`It goes encrypted,
            <b class="warn">but nobody has to vouch for the server: whoever answers in its place, the relay too, sees what you send${all}.</b>`
        : 'The relay carries it encrypted and cannot read it. The server’s certificate is checked in this page.'
    }
    ${place.keepKeys ? 'The keys are kept: whoever gets them reads it too.' : nothing}`;
  }

  private onText(field: AddressField | 'subject' | 'text') {
    return (event: Event) => {
      this.draft = { ...this.draft, [field]: (event.target as HTMLInputElement).value };
      if (field === 'subject' || field === 'text') return;
      // A field that was wrong tells at once when it is right.
      if (this.problems[field]) this.noteProblem(field, this.addressProblem(field));
    };
  }

  private onDestination(): void {
    this.confirming = undefined;
    this.trouble = '';
    const initial = { from: this.initial?.from ?? '', to: this.initial?.to ?? '' };
    const { preset, user } = this.destination;
    const next = addressesOf(preset, this.relay?.mailbox, user, initial);
    const draft = { ...this.draft };
    if (draft.from === this.suggested.from) draft.from = next.from;
    if (draft.to === this.suggested.to) draft.to = next.to;
    this.suggested = next;
    this.draft = draft;
  }

  /** What was asked about is no longer what would be sent. */
  private onEdit(): void {
    this.confirming = undefined;
  }

  private onDragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    this.dropping = true;
  }

  private onDrop(event: DragEvent): void {
    const files = filesOf(event.dataTransfer);
    this.dropping = false;
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    void this.attachments.add(files);
  }

  private onPaste(event: ClipboardEvent): void {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void this.attachments.add(files);
  }

  private noteProblem(field: AddressField, problem: string | undefined): void {
    const { [field]: _, ...others } = this.problems;
    this.problems = problem ? { ...others, [field]: problem } : others;
  }

  private addressProblem(field: AddressField): string | undefined {
    const typed = this.draft[field].trim();
    if (!typed)
      return field === 'from' ? 'Type the address it comes from, such as ada@page.example.' : undefined;
    try {
      const count = this.core?.addresses(typed).mailboxes.length ?? 1;
      return field === 'from' && count !== 1 ? 'From takes one address.' : undefined;
    } catch (error) {
      if (!(error instanceof CoreError)) return String(error);
      // Which of them is wrong says something only where there are several.
      return sentence(typed.includes(',') ? error.message : error.message.replace(/^address 1: /, ''));
    }
  }

  /** Shows at their fields what is missing or wrong. Returns whether all is well; if not, focus is on the first. */
  private checkAddresses(): boolean {
    for (const field of addressFields) this.noteProblem(field, this.addressProblem(field));
    const anyone = [this.draft.to, this.draft.cc, this.draft.bcc].some((list) => list.trim());
    if (!anyone) this.noteProblem('to', 'Type at least one recipient, such as ben@mail.example.');
    const first = addressFields.find((field) => this.problems[field]);
    if (first === 'cc' || first === 'bcc') this.moreRecipients = true;
    if (first) focusOn(this, `#${first}`);
    return first === undefined;
  }

  /** All that is wrong is shown at once; focus is on the first. */
  private check(): boolean {
    const placed = this.destination.check();
    return this.checkAddresses() && placed;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || this.busy || this.confirming) return;
    event.preventDefault();
    this.onSend();
  }

  private onSend(): void {
    this.trouble = '';
    if (!this.check()) return;
    const target = this.destination.target();
    if (target.kind === 'live') {
      this.confirming = target;
      focusOn(this, '.confirm');
    } else this.send();
  }

  private onConfirm(): void {
    this.confirming = undefined;
    if (this.check()) this.send();
  }

  private send(): void {
    const detail: SendRequest = {
      draft: { ...this.draft, files: this.files },
      target: this.destination.target(),
    };
    this.dispatchEvent(new CustomEvent<SendRequest>('smtp-send', { detail, bubbles: true, composed: true }));
  }
}
