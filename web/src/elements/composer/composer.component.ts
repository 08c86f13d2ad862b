import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Core } from '../../core/core';
import { CoreError } from '../../core/core-error';
import type { RelayConfig } from '../../page/relay-api';
import {
  type Breakage,
  hangUpPoints,
  type MessageDraft,
  type SendRequest,
  type Target,
  type TlsChoice,
} from '../../page/send-request';
import { formatOctets } from '../../text/format';
import { type IconName, icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { composerStyles } from './composer.styles';
import { canBeInline, filesOf, largestFiles, type PickedFile, readFile, totalOctets } from './files';
import {
  addressesOf,
  hostProblem,
  type PresetName,
  portProblem,
  presets,
  type ServerChoice,
  serverOf,
} from './presets';

type AddressField = 'from' | 'to' | 'cc' | 'bcc';
type ProblemField = AddressField | 'host' | 'port' | 'user' | 'password' | 'files';

type Problems = Partial<Record<ProblemField, string | undefined>>;

const addressNames: Record<AddressField, string> = { from: 'From', to: 'To', cc: 'Cc', bcc: 'Bcc' };

const breakages: readonly (readonly [Breakage, string, string])[] = [
  ['nothing', 'Nothing', 'The message arrives.'],
  ['password', 'Wrong password', 'The server refuses the login: 535.'],
  ['recipient', 'Unknown recipient', 'The server does not know the first mailbox: 550.'],
  ['size', 'Message too large', 'The server takes only half of its size: 552.'],
  ['hang-up', 'The server hangs up', 'The connection breaks in the middle.'],
];

const tlsNames: Record<TlsChoice, string> = {
  starttls: 'STARTTLS (begins in the clear, then encrypts)',
  implicit: 'Implicit TLS (encrypted from the first byte)',
  never: 'None (everything can be read on the way)',
};

const presetIcons: Record<PresetName, IconName> = {
  page: 'flask',
  mailbox: 'inbox',
  'gmail-465': 'lock',
  'gmail-587': 'lock',
  other: 'server',
};

/**
 * @summary Writes a message and says where it goes. Asks once more before anything real is sent.
 * @event smtp-send - Somebody pressed Send and meant it; detail is a SendRequest.
 */
export class SmtpComposer extends LitElement {
  static override styles = [sharedStyles, composerStyles];

  @property({ attribute: false }) core: Core | undefined;
  /** What the relay offers; undefined while unknown, null when no relay answers. */
  @property({ attribute: false }) relay: RelayConfig | null | undefined;
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
  @state() private preset: PresetName = 'page';
  @state() private choice: ServerChoice = serverOf('page', undefined);
  @state() private mailboxTls: 'starttls' | 'implicit' = 'starttls';
  @state() private cleartextAuth = false;
  @state() private forget = false;
  @state() private breakage: Breakage = 'nothing';
  @state() private hangUpAfter = 'MAIL';
  @state() private latencyMs = 40;
  @state() private problems: Problems = {};
  @state() private trouble = '';
  @state() private confirming = false;
  @state() private showPassword = false;
  @state() private moreRecipients = false;
  @state() private dropping = false;

  private suggested = { from: '', to: '' };

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('initial') && this.initial) this.takeInitial(this.initial);
    if (changed.has('relay') && this.preset === 'mailbox') this.choosePreset('mailbox');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const file of this.files) if (file.preview) URL.revokeObjectURL(file.preview);
  }

  private takeInitial(initial: MessageDraft): void {
    const { files, ...draft } = initial;
    this.draft = draft;
    this.suggested = { from: draft.from, to: draft.to };
    this.files = files.map((file, i) => ({
      ...file,
      id: -1 - i,
      preview: canBeInline(file.mediaType)
        ? URL.createObjectURL(new Blob([file.octets as BlobPart], { type: file.mediaType }))
        : undefined,
    }));
  }

  /** Chooses where the message goes. */
  choosePreset(preset: PresetName): void {
    this.preset = preset;
    const choice = serverOf(preset, this.relay?.mailbox);
    this.choice = choice;
    if (preset === 'mailbox') this.chooseMailboxTls(this.mailboxTls);
    this.suggestAddresses();
    this.problems = {};
    this.trouble = '';
    this.confirming = false;
  }

  /** Opens the part that breaks things, with the first of them chosen. */
  showBreakage(): void {
    this.choosePreset('page');
    this.breakage = 'password';
    this.focusOn('input[name="breakage"]:checked');
  }

  /** Opens the choice of a real server. */
  showServers(): void {
    this.choosePreset(this.relay?.mailbox ? 'mailbox' : 'gmail-465');
    this.focusOn('input[name="preset"]:checked');
  }

  /** Focus on the first field of the message. */
  showMessage(): void {
    this.focusOn('#to');
  }

  /** Called when a session has ended: forgets the password if the reader asked for that. */
  sessionEnded(): void {
    if (this.forget) this.choice = { ...this.choice, password: '' };
  }

  private focusOn(selector: string): void {
    this.updateComplete.then(() => {
      const target = this.renderRoot.querySelector<HTMLElement>(selector);
      target?.focus();
      target?.scrollIntoView({ block: 'center' });
    });
  }

  private suggestAddresses(): void {
    const initial = { from: this.initial?.from ?? '', to: this.initial?.to ?? '' };
    const next = addressesOf(this.preset, this.relay?.mailbox, this.choice.user, initial);
    const draft = { ...this.draft };
    if (draft.from === this.suggested.from) draft.from = next.from;
    if (draft.to === this.suggested.to) draft.to = next.to;
    this.suggested = next;
    this.draft = draft;
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
        @keydown=${this.onKey}
      >
        <section class="card" aria-labelledby="message-title">
          <h2 id="message-title">Your message</h2>
          ${this.renderMessage()}
        </section>
        <section class="card" aria-labelledby="where-title">
          <h2 id="where-title">Where it goes</h2>
          ${this.renderPresets()} ${this.preset === 'page' ? this.renderSimulated() : this.renderServer()}
          ${this.confirming ? this.renderConfirmation() : this.renderSend()}
        </section>
      </div>
    `;
  }

  private renderMessage(): TemplateResult {
    return html`
      ${this.renderAddress('from')} ${this.renderAddress('to')}
      ${
        this.moreRecipients || this.draft.cc || this.draft.bcc
          ? html`${this.renderAddress('cc')} ${this.renderAddress('bcc', 'Hidden: only the envelope names them.')}`
          : html`<p class="more">
            <button
              type="button"
              class="button small quiet"
              @click=${() => {
                this.moreRecipients = true;
                this.focusOn('#cc');
              }}
            >
              ${icon('plus')}Cc and Bcc
            </button>
          </p>`
      }
      <div class="field">
        <label for="subject">Subject</label>
        <input id="subject" type="text" autocomplete="off" .value=${live(this.draft.subject)} @input=${this.onText('subject')} />
      </div>
      <div class="field">
        <label for="text">Text</label>
        <textarea id="text" rows="9" .value=${live(this.draft.text)} @input=${this.onText('text')}></textarea>
      </div>
      ${this.renderFiles()}
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
        @change=${() => this.checkAddress(field)}
      />
      <p id="${field}-note" class="note">${problem ? html`${icon('alert')}${problem}` : (note ?? nothing)}</p>
    </div>`;
  }

  private renderFiles(): TemplateResult {
    const problem = this.problems.files;
    return html`<div class="field files ${problem ? 'wrong' : ''}" role="group" aria-labelledby="files-label">
      <p class="label" id="files-label">Attachments and pictures</p>
      ${
        this.files.length > 0
          ? html`<ul>
            ${repeat(
              this.files,
              (file) => file.id,
              (file) => this.renderFile(file),
            )}
          </ul>`
          : nothing
      }
      <label class="button pick"
        >${icon('paperclip')}Add files<input class="vh" type="file" multiple aria-describedby="files-note" @change=${this.onPick}
      /></label>
      <p id="files-note" class="note">
        ${
          problem
            ? html`${icon('alert')}${problem}`
            : html`Or drop files here, or paste a picture.${this.files.length > 1 ? ` ${formatOctets(totalOctets(this.files))} in all.` : ''}`
        }
      </p>
    </div>`;
  }

  private renderFile(file: PickedFile): TemplateResult {
    return html`<li>
      ${file.preview ? html`<img src=${file.preview} alt="" />` : html`<span class="paper">${icon('paperclip')}</span>`}
      <span class="about"
        ><span class="file-name">${file.fileName}</span><span class="size">${formatOctets(file.octets.length)}, ${file.mediaType}</span></span
      >
      ${
        canBeInline(file.mediaType)
          ? html`<label class="inline"
            ><span class="vh">${file.fileName}: </span>
            <select @change=${(event: Event) => this.setInline(file, (event.target as HTMLSelectElement).value === 'inline')}>
              <option value="inline" ?selected=${file.inline}>in the text</option>
              <option value="attach" ?selected=${!file.inline}>attached</option>
            </select></label
          >`
          : nothing
      }
      <button type="button" class="button square quiet" aria-label="Remove ${file.fileName}" @click=${() => this.removeFile(file)}>
        ${icon('trash')}
      </button>
    </li>`;
  }

  private renderPresets(): TemplateResult {
    return html`<fieldset class="presets">
      <legend class="vh">Server</legend>
      ${presets.map(
        (preset) => html`<label class="preset ${preset.name === this.preset ? 'on' : ''}">
          <input
            type="radio"
            name="preset"
            value=${preset.name}
            .checked=${live(preset.name === this.preset)}
            @change=${() => this.choosePreset(preset.name)}
          />
          ${icon(presetIcons[preset.name])}
          <span><b>${preset.title}</b><small>${preset.note}</small></span>
        </label>`,
      )}
    </fieldset>`;
  }

  private renderSimulated(): TemplateResult {
    return html`
      <p class="mode-line">
        <smtp-mode mode="simulated"></smtp-mode>
        <span>Client and server both run in this page, with a make-believe user and password.</span>
      </p>
      <fieldset class="break">
        <legend>Break something</legend>
        ${breakages.map(
          ([name, title, note]) => html`<label>
            <input
              type="radio"
              name="breakage"
              value=${name}
              .checked=${live(this.breakage === name)}
              @change=${() => {
                this.breakage = name;
              }}
            />
            <span><b>${title}</b> <small>${note}</small></span>
          </label>`,
        )}
        ${
          this.breakage === 'hang-up'
            ? html`<div class="field">
              <label for="hang-up-after">It hangs up</label>
              <select
                id="hang-up-after"
                @change=${(event: Event) => {
                  this.hangUpAfter = (event.target as HTMLSelectElement).value;
                }}
              >
                ${hangUpPoints.map(([verb, title]) => html`<option value=${verb} ?selected=${verb === this.hangUpAfter}>${title}</option>`)}
              </select>
            </div>`
            : nothing
        }
      </fieldset>
      <details>
        <summary>Encryption, login and distance</summary>
        ${this.renderTlsChoice()} ${this.renderMechanism(true)}
        <div class="field">
          <label for="latency">Distance: milliseconds one way</label>
          <input
            id="latency"
            type="number"
            min="0"
            max="60000"
            .value=${live(String(this.latencyMs))}
            @change=${(event: Event) => {
              const ms = Math.round(Number((event.target as HTMLInputElement).value));
              this.latencyMs = Math.min(60_000, Math.max(0, Number.isFinite(ms) ? ms : 40));
            }}
          />
        </div>
      </details>
    `;
  }

  private renderServer(): TemplateResult {
    const fixed = this.preset !== 'other';
    return html`
      <p class="mode-line">
        <smtp-mode mode="live"></smtp-mode>
        <span>${this.renderRelayLine()}</span>
      </p>
      ${fixed ? this.renderFixedServer() : this.renderFreeServer()} ${this.renderLogin()}
    `;
  }

  private renderRelayLine(): TemplateResult {
    if (this.relay === undefined) return html`Looking for the relay …`;
    if (this.relay === null)
      return html`No relay answers here. Start it with <code>./relay/run</code> and open the address it prints.`;
    return html`A real session, through the relay at <code>${new URL(document.baseURI).host}</code>.`;
  }

  private renderFixedServer(): TemplateResult {
    if (this.preset === 'mailbox')
      return html`<fieldset class="choice">
        <legend>Encryption</legend>
        ${(['starttls', 'implicit'] as const).map(
          (tls) => html`<label>
            <input type="radio" name="mailbox-tls" value=${tls} .checked=${live(this.mailboxTls === tls)} @change=${() => this.chooseMailboxTls(tls)} />
            ${tls === 'starttls' ? 'STARTTLS' : 'Implicit TLS'}, port
            ${tls === 'starttls' ? (this.relay?.mailbox?.smtp_port ?? 2525) : (this.relay?.mailbox?.smtps_port ?? 2465)}
          </label>`,
        )}
      </fieldset>`;
    return html`<p class="server"><code>${this.choice.host}:${this.choice.port}</code>, ${this.choice.tls === 'implicit' ? 'implicit TLS' : 'STARTTLS'}</p>`;
  }

  private renderFreeServer(): TemplateResult {
    const { host, port } = this.problems;
    return html`
      <div class="pair">
        <div class="field ${host ? 'wrong' : ''}">
          <label for="host">Host</label>
          <input
            id="host"
            type="text"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-invalid=${host ? 'true' : 'false'}
            aria-describedby="host-note"
            .value=${live(this.choice.host)}
            @input=${this.onChoice('host')}
          />
          <p id="host-note" class="note">${host ? html`${icon('alert')}${host}` : nothing}</p>
        </div>
        <div class="field ${port ? 'wrong' : ''}">
          <label for="port">Port</label>
          <input
            id="port"
            type="number"
            min="1"
            max="65535"
            aria-invalid=${port ? 'true' : 'false'}
            aria-describedby="port-note"
            .value=${live(String(this.choice.port))}
            @input=${(event: Event) => {
              this.choice = { ...this.choice, port: Number((event.target as HTMLInputElement).value) };
            }}
          />
          <p id="port-note" class="note">${port ? html`${icon('alert')}${port}` : nothing}</p>
        </div>
      </div>
      ${this.renderTlsChoice()}
    `;
  }

  private renderTlsChoice(): TemplateResult {
    return html`<div class="field">
      <label for="tls">Encryption</label>
      <select id="tls" @change=${(event: Event) => this.chooseTls((event.target as HTMLSelectElement).value as TlsChoice)}>
        ${(Object.keys(tlsNames) as TlsChoice[]).map(
          (tls) => html`<option value=${tls} ?selected=${tls === this.choice.tls}>${tlsNames[tls]}</option>`,
        )}
      </select>
    </div>`;
  }

  private renderMechanism(withNone: boolean): TemplateResult {
    const value = withNone && !this.choice.login ? 'none' : this.choice.mechanism;
    const options: [string, string][] = withNone
      ? [
          ['PLAIN', 'PLAIN: name and password in one word'],
          ['LOGIN', 'LOGIN: asked for one by one'],
          ['none', 'No login'],
        ]
      : [
          ['', 'Best that the server offers'],
          ['PLAIN', 'PLAIN'],
          ['LOGIN', 'LOGIN'],
        ];
    return html`<div class="field">
      <label for="mechanism">${withNone ? 'Login' : 'Mechanism'}</label>
      <select id="mechanism" @change=${this.onMechanism}>
        ${options.map(([name, title]) => html`<option value=${name} ?selected=${name === value}>${title}</option>`)}
      </select>
    </div>`;
  }

  private renderLogin(): TemplateResult {
    const gmail = this.preset.startsWith('gmail');
    const { user, password } = this.problems;
    return html`
      ${
        this.preset === 'other'
          ? html`<label class="check">
            <input
              type="checkbox"
              .checked=${live(this.choice.login)}
              @change=${(event: Event) => {
                this.choice = { ...this.choice, login: (event.target as HTMLInputElement).checked };
              }}
            />
            Log in (AUTH)
          </label>`
          : nothing
      }
      ${
        this.choice.login
          ? html`
            <div class="pair even">
              <div class="field ${user ? 'wrong' : ''}">
                <label for="user">${gmail ? 'Your Gmail address' : 'User name'}</label>
                <input
                  id="user"
                  type="text"
                  autocomplete="off"
                  autocapitalize="off"
                  spellcheck="false"
                  aria-invalid=${user ? 'true' : 'false'}
                  aria-describedby="user-note"
                  .value=${live(this.choice.user)}
                  @input=${this.onChoice('user')}
                  @change=${() => this.suggestAddresses()}
                />
                <p id="user-note" class="note">${user ? html`${icon('alert')}${user}` : nothing}</p>
              </div>
              <div class="field ${password ? 'wrong' : ''}">
                <label for="password">${gmail ? 'App password' : 'Password'}</label>
                <span class="secret">
                  <input
                    id="password"
                    type=${this.showPassword ? 'text' : 'password'}
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    data-1p-ignore
                    data-lpignore="true"
                    aria-invalid=${password ? 'true' : 'false'}
                    aria-describedby="password-note"
                    .value=${live(this.choice.password)}
                    @input=${this.onChoice('password')}
                  />
                  <button
                    type="button"
                    class="button square quiet"
                    aria-pressed=${this.showPassword ? 'true' : 'false'}
                    aria-label="Show password"
                    @click=${() => {
                      this.showPassword = !this.showPassword;
                    }}
                  >
                    ${icon(this.showPassword ? 'eye-off' : 'eye')}
                  </button>
                </span>
                <p id="password-note" class="note">
                  ${
                    password
                      ? html`${icon('alert')}${password}`
                      : gmail
                        ? 'Not your account password: 16 letters, made in your Google account once 2-Step Verification is on.'
                        : 'Kept in this tab only, never stored; masked in the trace.'
                  }
                </p>
              </div>
            </div>
            <label class="check">
              <input
                type="checkbox"
                .checked=${live(this.forget)}
                @change=${(event: Event) => {
                  this.forget = (event.target as HTMLInputElement).checked;
                }}
              />
              Forget the password after the session
            </label>
            ${this.preset === 'other' ? this.renderMechanism(false) : nothing}
            ${
              this.preset === 'other' && this.choice.tls === 'never'
                ? html`<label class="check warn">
                  <input
                    type="checkbox"
                    .checked=${live(this.cleartextAuth)}
                    @change=${(event: Event) => {
                      this.cleartextAuth = (event.target as HTMLInputElement).checked;
                    }}
                  />
                  Send the password without encryption, where others can read it
                </label>`
                : nothing
            }
          `
          : nothing
      }
    `;
  }

  private renderSend(): TemplateResult {
    return html`<div class="send">
      ${this.trouble ? html`<p class="trouble" role="alert">${icon('alert')}<span>${this.trouble}</span></p>` : nothing}
      <button type="button" class="button primary" id="send" ?disabled=${this.busy || !this.core} @click=${this.onSend}>
        ${icon('send')}Send
      </button>
      <span class="note">${this.busy ? 'A session is running.' : 'Ctrl + Enter works too.'}</span>
    </div>`;
  }

  private renderConfirmation(): TemplateResult {
    const { host, port, user, login } = this.choice;
    return html`<div class="confirm" role="group" aria-labelledby="confirm-title" tabindex="-1">
      <h3 id="confirm-title">${icon('radio')}This is a real mail. Send it?</h3>
      <p>
        It goes to <b>${[this.draft.to, this.draft.cc, this.draft.bcc].filter((list) => list.trim()).join(', ')}</b>, through
        <code>${host}:${port}</code>${login && user ? html`, as <b>${user}</b>` : nothing}.
      </p>
      <p>The relay makes the connection${this.choice.tls === 'never' ? '' : ' and its encryption'}, so it sees what you send${login ? ', the password too' : ''}.</p>
      <div class="buttons">
        <button type="button" class="button primary" id="confirm-send" @click=${this.onConfirm}>${icon('send')}Send for real</button>
        <button
          type="button"
          class="button"
          @click=${() => {
            this.confirming = false;
            this.focusOn('#send');
          }}
        >
          Not now
        </button>
      </div>
    </div>`;
  }

  private onText(field: AddressField | 'subject' | 'text') {
    return (event: Event) => {
      const { value } = event.target as HTMLInputElement;
      this.draft = { ...this.draft, [field]: value };
      if (field !== 'subject' && field !== 'text' && this.problems[field]) this.checkAddress(field);
    };
  }

  private onChoice(field: 'host' | 'user' | 'password') {
    return (event: Event) => {
      this.choice = { ...this.choice, [field]: (event.target as HTMLInputElement).value };
      this.problems = { ...this.problems, [field]: undefined };
    };
  }

  private chooseMailboxTls(tls: 'starttls' | 'implicit'): void {
    this.mailboxTls = tls;
    const mailbox = this.relay?.mailbox;
    const port = tls === 'starttls' ? (mailbox?.smtp_port ?? 2525) : (mailbox?.smtps_port ?? 2465);
    this.choice = { ...this.choice, tls, port };
  }

  private chooseTls(tls: TlsChoice): void {
    const usual: Record<TlsChoice, number> = { starttls: 587, implicit: 465, never: 25 };
    const { port } = this.choice;
    const follows = Object.values(usual).includes(port);
    this.choice = { ...this.choice, tls, port: follows ? usual[tls] : port };
  }

  private onMechanism(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    if (this.preset === 'page')
      this.choice = {
        ...this.choice,
        login: value !== 'none',
        mechanism: value === 'LOGIN' ? 'LOGIN' : 'PLAIN',
      };
    else this.choice = { ...this.choice, mechanism: value === 'PLAIN' || value === 'LOGIN' ? value : '' };
  }

  private onPick(event: Event): void {
    const input = event.target as HTMLInputElement;
    void this.addFiles([...(input.files ?? [])]);
    input.value = '';
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
    void this.addFiles(files);
  }

  private onPaste(event: ClipboardEvent): void {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void this.addFiles(files);
  }

  private async addFiles(files: File[]): Promise<void> {
    for (const file of files) {
      if (totalOctets(this.files) + file.size > largestFiles) {
        this.problems = {
          ...this.problems,
          files: `${file.name} is too large: all files together may have ${formatOctets(largestFiles)}.`,
        };
        return;
      }
      try {
        this.files = [...this.files, await readFile(file)];
        this.problems = { ...this.problems, files: undefined };
      } catch {
        this.problems = { ...this.problems, files: `${file.name} cannot be read. Is it a folder?` };
      }
    }
  }

  private removeFile(file: PickedFile): void {
    if (file.preview) URL.revokeObjectURL(file.preview);
    this.files = this.files.filter((other) => other !== file);
    this.problems = { ...this.problems, files: undefined };
    this.focusOn('.pick input');
  }

  private setInline(file: PickedFile, inline: boolean): void {
    this.files = this.files.map((other) => (other === file ? { ...file, inline } : other));
  }

  private checkAddress(field: AddressField): void {
    this.problems = { ...this.problems, [field]: this.addressProblem(field) };
  }

  private addressProblem(field: AddressField): string | undefined {
    const typed = this.draft[field].trim();
    if (!typed)
      return field === 'from' ? 'Type the address it comes from, such as ada@page.example.' : undefined;
    try {
      const count = this.core?.addresses(typed).mailboxes.length ?? 1;
      return field === 'from' && count !== 1 ? 'From takes one address.' : undefined;
    } catch (error) {
      return error instanceof CoreError ? error.message : String(error);
    }
  }

  /** Checks everything that can be known before sending. */
  private allProblems(): Problems {
    const problems: Problems = {};
    const note = (field: ProblemField, problem: string | undefined) => {
      if (problem) problems[field] = problem;
    };
    for (const field of ['from', 'to', 'cc', 'bcc'] as const) note(field, this.addressProblem(field));
    if (!problems.to && ![this.draft.to, this.draft.cc, this.draft.bcc].some((list) => list.trim()))
      note('to', 'Type at least one recipient, such as ben@mail.example.');
    if (this.preset === 'other') {
      note('host', hostProblem(this.choice.host.trim()));
      note('port', portProblem(this.choice.port));
    }
    if (this.preset !== 'page' && this.choice.login) {
      note('user', this.choice.user.trim() ? undefined : 'Type the name you log in with.');
      note('password', this.choice.password ? undefined : 'Type the password.');
    }
    return problems;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || this.busy) return;
    event.preventDefault();
    this.onSend();
  }

  private onSend(): void {
    this.trouble = '';
    this.problems = this.allProblems();
    const first = Object.keys(this.problems)[0];
    if (first) {
      if (first === 'cc' || first === 'bcc') this.moreRecipients = true;
      this.focusOn(first === 'files' ? '.pick input' : `#${first}`);
      return;
    }
    if (this.preset === 'page') this.send();
    else {
      this.confirming = true;
      this.focusOn('.confirm');
    }
  }

  private onConfirm(): void {
    this.confirming = false;
    this.send();
  }

  private send(): void {
    const detail: SendRequest = { draft: { ...this.draft, files: this.files }, target: this.target() };
    this.dispatchEvent(new CustomEvent<SendRequest>('smtp-send', { detail, bubbles: true, composed: true }));
  }

  private target(): Target {
    const { choice } = this;
    const mechanism = choice.mechanism || undefined;
    if (this.preset === 'page')
      return {
        kind: 'simulated',
        tls: choice.tls,
        mechanism: choice.login || this.breakage === 'password' ? (mechanism ?? 'PLAIN') : undefined,
        latencyMs: this.latencyMs,
        breakage: this.breakage,
        hangUpAfter: this.hangUpAfter,
      };
    // Google shows app passwords in four groups; the spaces are no part of them.
    const password = this.preset.startsWith('gmail') ? choice.password.replace(/\s/g, '') : choice.password;
    return {
      kind: 'live',
      host: choice.host.trim(),
      port: choice.port,
      tls: choice.tls,
      auth: choice.login ? { user: choice.user.trim(), password, mechanism } : undefined,
      cleartextAuth: choice.tls === 'never' && this.cleartextAuth,
      mailbox: this.preset === 'mailbox',
    };
  }

  /** Says why the message could not be sent at all. */
  showTrouble(message: string): void {
    this.trouble = message;
    this.focusOn('#send');
  }
}
