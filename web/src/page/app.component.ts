import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Core, CoreTrace, TraceFile } from '../core/core';
import { CoreError } from '../core/core-error';
import { loadRules } from '../core/load';
import type { MessageCore } from '../core/message-core';
import type { Snapshot, TraceEntry, TraceHeader } from '../core/types';
import { ReplayDriver } from '../drivers/replay-driver';
import type { SessionDriver, TraceSink } from '../drivers/session-driver';
import { largestTrace, parseTraceFile, TraceFileError } from '../drivers/trace-file';
import type { WireLog } from '../drivers/wire-log';
import type { SmtpComposer } from '../elements/composer/composer.component';
import { icon } from '../elements/icon';
import { saveFile } from '../elements/save';
import type { SessionServices, SmtpSession } from '../elements/session/session.component';
import { sharedStyles } from '../elements/shared.styles';
import { shown } from '../elements/text';
import { formatOctets } from '../text/format';
import { appStyles } from './app.styles';
import { type RelayConfig, relayConfig } from './relay-api';
import type { MessageDraft, SendRequest, Target } from './send-request';
import { prepare } from './sessions';

type View = 'intro' | 'compose' | 'session';

interface Session {
  driver: SessionDriver;
  header: TraceHeader;
  message: Uint8Array | undefined;
  /** It went to the relay's own mailbox, which can be asked; with the relay's token, where it has some. */
  mailbox: { token: string | undefined } | undefined;
  /** What a capture file is made of, where the reader asked to keep it. */
  wire: WireLog | undefined;
}

/**
 * @summary The application: first screen, composer and session, and what connects them.
 * @slot - The first screen, which stands in the document before any script runs.
 */
export class SmtpApp extends LitElement {
  static override styles = [sharedStyles, appStyles];

  @property({ attribute: false }) core: Core | undefined;
  @property({ attribute: false }) messages: MessageCore | undefined;
  @property({ attribute: false }) initial: MessageDraft | undefined;

  @state() private view: View = 'intro';
  @state() private relay: RelayConfig | null | undefined;
  @state() private session: Session | undefined;
  @state() private entries: readonly TraceEntry[] = [];
  @state() private running = false;
  @state() private delivered = false;
  @state() private notice = '';
  @state() private dropping = false;

  @query('smtp-composer') private readonly composer!: SmtpComposer;
  @query('smtp-session') private readonly viewer!: SmtpSession | null;

  private trace: CoreTrace | undefined;
  private unshown: TraceEntry[] = [];
  private readonly services: SessionServices = {
    stateAt: (count) => this.stateAt(count),
    messageTree: async (message) => this.messages?.tree(message),
    messagePart: async (message, part) => this.messages?.part(message, part),
    rules: loadRules,
  };

  override connectedCallback(): void {
    super.connectedCallback();
    void this.lookForRelay();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.session?.driver.cancel();
    this.trace?.release();
    this.trace = undefined;
  }

  private async lookForRelay(): Promise<void> {
    this.relay = (await relayConfig()) ?? null;
  }

  private stateAt(count: number): Snapshot | undefined {
    try {
      return this.trace?.state(count);
    } catch {
      return undefined; // a trace from elsewhere may tell a story that no machine can follow
    }
  }

  /** Sends the message of the first screen in this page. */
  sendInitial(): void {
    if (!this.initial) return;
    void this.send({
      draft: this.initial,
      target: {
        kind: 'simulated',
        tls: 'starttls',
        mechanism: 'PLAIN',
        latencyMs: 40,
        breakage: 'nothing',
        hangUpAfter: 'MAIL',
      },
    });
  }

  /** Opens the composer at the message, at what can be broken, or at the servers. */
  async compose(at: 'message' | 'break' | 'servers'): Promise<void> {
    this.view = 'compose';
    await this.updateComplete;
    if (at === 'break') this.composer.showBreakage();
    else if (at === 'servers') {
      if (!this.relay) await this.lookForRelay();
      await this.updateComplete;
      this.composer.showServers();
    } else this.composer.showMessage();
  }

  private async sendAgain(): Promise<void> {
    this.view = 'compose';
    await this.updateComplete;
    this.composer.sendAgain();
  }

  private async send(request: SendRequest): Promise<void> {
    if (!this.core || !this.messages || this.running) return;
    this.notice = '';
    this.running = true;
    try {
      const target = await this.upToDate(request.target);
      const { driver, message, wire } = await prepare(this.core, this.messages, { ...request, target });
      const mailbox = target.kind === 'live' && target.mailbox ? { token: target.relayToken } : undefined;
      await this.begin(driver, { message, mailbox, wire });
    } catch (error) {
      this.running = false;
      const why = error instanceof CoreError ? error.message : `This should not happen: ${String(error)}`;
      this.view = 'compose';
      await this.updateComplete;
      this.composer.showTrouble(why);
    }
  }

  /** The relay may have been started anew since the page was opened, with another authority for its mailbox. */
  private async upToDate(target: Target): Promise<Target> {
    if (target.kind === 'simulated' || !target.mailbox || target.place.where === 'relay') return target;
    const fresh = await relayConfig();
    if (!fresh?.mailbox) return target; // the session says what is wrong
    return { ...target, place: { ...target.place, only: fresh.mailbox.certificate } };
  }

  private async begin(
    driver: SessionDriver,
    kept: Pick<Session, 'message' | 'mailbox' | 'wire'>,
  ): Promise<void> {
    // A session that was left for another may still have something to say; nobody listens to it.
    const current = () => this.session?.driver === driver;
    const sink: TraceSink = {
      opened: (header) => this.opened({ driver, header, ...kept }),
      appended: (entries) => {
        if (current()) this.appended(entries);
      },
      finished: (result) => {
        if (!current()) return;
        this.showAppended();
        this.delivered = result.outcome === 'delivered' || result.outcome === 'partly';
      },
      ended: () => {
        if (current()) this.ended();
      },
    };
    this.running = true;
    try {
      await driver.start(sink);
    } catch (error) {
      this.running = false;
      throw error;
    }
  }

  private opened(session: Session): void {
    this.session = session;
    this.entries = [];
    this.unshown = [];
    this.delivered = false;
    this.view = 'session';
    this.trace?.release();
    this.trace = this.core?.openTrace({ header: session.header, entries: [] });
    void this.updateComplete.then(() => this.viewer?.focusViewer());
  }

  /** They are shown once a frame: a long message makes hundreds. */
  private appended(entries: TraceEntry[]): void {
    this.trace?.append(entries);
    this.unshown.push(...entries);
    if (this.unshown.length === entries.length) requestAnimationFrame(() => this.showAppended());
  }

  private showAppended(): void {
    if (this.unshown.length > 0) this.entries = [...this.entries, ...this.unshown.splice(0)];
  }

  private ended(): void {
    this.showAppended();
    const cancelling = this.renderRoot.querySelector('.stop:focus') !== null;
    this.running = false;
    this.composer?.sessionEnded();
    // Its button goes, and would take focus with it.
    if (cancelling) void this.updateComplete.then(() => this.viewer?.focusViewer());
  }

  private backToSession(): void {
    this.view = 'session';
    void this.updateComplete.then(() => this.viewer?.focusViewer());
  }

  private dismiss(): void {
    this.notice = '';
    document.querySelector<HTMLElement>('#open-trace')?.focus();
  }

  /** Opens a trace file. */
  async openTrace(file: File): Promise<void> {
    this.notice = '';
    try {
      if (file.size > largestTrace)
        throw new TraceFileError(
          1,
          `the file has ${formatOctets(file.size)}; traces of this page are far smaller`,
        );
      const octets = new Uint8Array(await file.arrayBuffer());
      const checked = parseTraceFile(new TextDecoder().decode(octets));
      // The core reads it again and explains every entry anew, in its own words.
      const trace: TraceFile = this.core ? this.core.readTrace(octets) : checked;
      if (this.running) this.session?.driver.cancel();
      await this.begin(new ReplayDriver(trace), { message: undefined, mailbox: undefined, wire: undefined });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.notice = `${file.name} cannot be opened as a trace: ${shortened(why)}`;
    }
  }

  private fileName(ending: string): string {
    const stamp = this.session?.header.started.slice(0, 19).replace(/[^0-9]/g, '') || 'session';
    return `smtpscope-${stamp}.${ending}`;
  }

  private saveTrace(): void {
    if (this.trace) saveFile(this.trace.write(), this.fileName('jsonl'), 'application/x-ndjson');
  }

  /** The session's packets and keys, for Wireshark. The code that makes the file is loaded when it is wanted. */
  private async saveCapture({ header, wire }: Session): Promise<void> {
    const connected = this.entries.find((entry) => entry.kind === 'connected')?.data;
    if (!wire || !connected) return;
    try {
      const { writePcapng } = await import('../export/pcapng');
      const file = await writePcapng({
        started: new Date(header.started),
        address: String(connected['address']),
        port: Number(connected['port']),
        pieces: wire.pieces,
        keys: wire.keys,
        writer: `smtpscope ${this.core?.version() ?? ''}`,
      });
      saveFile(file, this.fileName('pcapng'), 'application/x-pcapng');
    } catch (error) {
      this.notice = `The capture cannot be saved: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('view')) this.toggleAttribute('data-started', this.view !== 'intro');
  }

  override render(): TemplateResult {
    return html`
      <div
        class="app ${this.dropping ? 'dropping' : ''}"
        @dragover=${this.onDragOver}
        @dragleave=${() => {
          this.dropping = false;
        }}
        @drop=${this.onDrop}
      >
        ${
          this.notice
            ? html`<p class="notice" role="alert">
              ${icon('alert')}<span>${shown(this.notice)}</span>
              <button
                type="button"
                class="button square quiet"
                aria-label="Dismiss"
                @click=${this.dismiss}
              >
                ${icon('close')}
              </button>
            </p>`
            : nothing
        }
        <div ?hidden=${this.view !== 'intro'}><slot></slot></div>
        <div ?hidden=${this.view !== 'compose'}>${this.renderComposer()}</div>
        ${this.session ? html`<div ?hidden=${this.view !== 'session'}>${this.renderSession(this.session)}</div>` : nothing}
      </div>
    `;
  }

  private renderComposer(): TemplateResult {
    return html`
      ${
        this.session
          ? html`<p class="crumbs">
            <button
              type="button"
              class="button"
              @click=${this.backToSession}
            >
              ${icon('back')}Back to the session
            </button>
          </p>`
          : nothing
      }
      <h1 class="vh">Write and send a message</h1>
      <smtp-composer
        .core=${this.core}
        .relay=${this.relay}
        .initial=${this.initial}
        ?busy=${this.running}
        @smtp-send=${(event: CustomEvent<SendRequest>) => void this.send(event.detail)}
      ></smtp-composer>
    `;
  }

  private renderSession(session: Session): TemplateResult {
    return html`<smtp-session
      .header=${session.header}
      .entries=${this.entries}
      ?live=${session.driver.live && this.running}
      .reveal=${session.driver.reveal}
      ?recorded=${session.driver instanceof ReplayDriver}
      .services=${this.services}
      .message=${session.message}
      ?inMailbox=${session.mailbox !== undefined && this.delivered && !this.running}
    >
      <div slot="actions" class="actions">
        ${
          this.running
            ? html`<button type="button" class="button stop" @click=${() => session.driver.cancel()}>${icon('stop')}<span>Cancel</span></button>`
            : html`<button type="button" class="button" @click=${() => this.compose('message')}>${icon('pen')}<span>Edit message</span></button>
                ${session.message ? html`<button type="button" class="button" @click=${() => this.sendAgain()}>${icon('send')}<span>Send again</span></button>` : nothing}`
        }
        <button type="button" class="button" ?disabled=${this.entries.length === 0} @click=${() => this.saveTrace()}>
          ${icon('download')}<span>Save trace</span>
        </button>
        ${
          session.wire && session.wire.keys.length > 0 && !this.running
            ? html`<button
                type="button"
                class="button"
                title="For Wireshark. With the keys in it, whoever has the file reads the session, password and all."
                @click=${() => void this.saveCapture(session)}
              >
                ${icon('key')}<span>Save capture with keys</span>
              </button>`
            : nothing
        }
        <button type="button" class="button square" aria-label="Keys" title="Keys (?)" @click=${() => this.viewer?.showHelp()}>
          ${icon('help')}
        </button>
      </div>
      ${
        session.mailbox && this.delivered && !this.running
          ? html`<smtp-mailbox slot="mailbox" .sent=${session.message} .token=${session.mailbox.token}></smtp-mailbox>`
          : nothing
      }
    </smtp-session>`;
  }

  private onDragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  }

  private onDrop(event: DragEvent): void {
    this.dropping = false;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    void this.openTrace(file);
  }
}

/** What is wrong with a file may quote the file, which may be long. */
function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
