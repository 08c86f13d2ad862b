import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { MessageTree, Rules, Snapshot, TraceEntry, TraceHeader } from '../../core/types';
import {
  initialPlayer,
  type PlayerAction,
  type PlayerState,
  transition,
  unitDuration,
} from '../../player/player';
import { type TraceView, viewOf } from '../../player/trace-view';
import { visibleText } from '../../text/visible';
import { entryBytes } from '../../trace/entry-bytes';
import { fieldsOf } from '../../trace/fields';
import { spokenLabel } from '../../trace/labels';
import { type Selection, sameSelection } from '../../trace/selection';
import { unitsDone } from '../../trace/units';
import type { BytesRange } from '../bytes/bytes.component';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { type KeyPress, keyHelp, meaningOf } from './keys';
import { sessionStyles } from './session.styles';

/** What the viewer asks of the core; absent where a trace is shown without it. */
export interface SessionServices {
  stateAt(count: number): Snapshot | undefined;
  messageTree(message: Uint8Array): Promise<MessageTree | undefined>;
  /** One part, its transfer encoding taken off. */
  messagePart(message: Uint8Array, part: number): Promise<Uint8Array | undefined>;
  /** The tables of both machines. */
  rules(): Promise<Rules>;
}

const tabs = [
  ['bytes', 'Bytes'],
  ['message', 'Message'],
  ['state', 'State'],
  ['security', 'Security'],
] as const;
type Tab = (typeof tabs)[number][0];

/**
 * @summary One session: story, explanation, bytes, message, state and security over one trace and one cursor.
 * @slot actions - Buttons at the end of the head.
 * @slot mailbox - The message as the mailbox has it, after the message itself.
 */
export class SmtpSession extends LitElement {
  static override styles = [sharedStyles, sessionStyles];

  @property({ attribute: false }) header: TraceHeader | undefined;
  @property({ attribute: false }) entries: readonly TraceEntry[] = [];
  /** The session still runs and entries may follow. */
  @property({ type: Boolean }) live = false;
  /** The trace comes from a file. */
  @property({ type: Boolean }) recorded = false;
  /** Show one step at a time from the start, or everything at once. */
  @property() reveal: 'all' | 'step' = 'all';
  @property({ attribute: false }) services: SessionServices | undefined;
  /** The message as composed here, if it was. */
  @property({ attribute: false }) message: Uint8Array | undefined;
  /** The message lies in the relay's mailbox: slot "mailbox" shows it. */
  @property({ type: Boolean }) inMailbox = false;

  @state() private player: PlayerState = initialPlayer;
  @state() private selection: Selection | undefined;
  @state() private hover: Selection | undefined;
  @state() private tab: Tab = 'bytes';
  @state() private help = false;

  @query('dialog') private readonly dialog!: HTMLDialogElement | null;
  @query('.viewer') private readonly viewer!: HTMLElement;

  private view: TraceView = viewOf([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private snapshot: Snapshot | undefined;
  private snapshotOf: { entries: readonly TraceEntry[]; count: number } = { entries: [], count: -1 };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('entries')) this.view = viewOf(this.entries);
    if (changed.has('header')) {
      this.selection = undefined;
      this.hover = undefined;
      this.player = transition(this.player, { do: 'load', live: this.live, reveal: this.reveal }, this.view);
    } else if (changed.has('entries')) {
      this.player = transition(this.player, { do: 'grew' }, this.view);
    }
    if (changed.has('live') && !this.live && this.player.live)
      this.player = transition(this.player, { do: 'ended' }, this.view);
    this.snapshot = this.snapshotAt(this.shownCount());
  }

  /** The state after some entries; asked of the core only when the question is a new one. */
  private snapshotAt(count: number): Snapshot | undefined {
    if (this.snapshotOf.entries !== this.entries || this.snapshotOf.count !== count || !this.snapshot) {
      this.snapshotOf = { entries: this.entries, count };
      return this.services?.stateAt(count);
    }
    return this.snapshot;
  }

  /** Puts focus where the viewer's keys work. */
  focusViewer(): void {
    this.viewer.focus({ preventScroll: true });
  }

  private shownIndex(): number {
    return this.selection?.entry ?? this.player.cursor - 1;
  }

  private shownCount(): number {
    return this.shownIndex() + 1;
  }

  private act(action: PlayerAction): void {
    const before = this.player;
    this.player = transition(before, action, this.view);
    if (action.do !== 'tick' && action.do !== 'speed' && action.do !== 'play' && action.do !== 'pause')
      this.selection = undefined;
    else if (this.player.cursor !== before.cursor) this.selection = undefined;
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.player.playing)
      this.timer = setTimeout(() => this.act({ do: 'tick' }), unitDuration(this.player.speed));
  }

  /** What stays selected when something is chosen a second time: its entry, while another is at the cursor. */
  private letGo(selection: Selection | undefined): Selection | undefined {
    const elsewhere = selection?.range && selection.entry !== this.player.cursor - 1;
    return elsewhere ? { entry: selection.entry } : undefined;
  }

  private select(selection: Selection | undefined): void {
    this.selection = sameSelection(this.selection, selection) ? this.letGo(selection) : selection;
    if (this.player.playing) this.act({ do: 'pause' });
  }

  override render(): TemplateResult | typeof nothing {
    const { header } = this;
    if (!header) return nothing;
    const index = this.shownIndex();
    const cursorEntry = this.entries[this.player.cursor - 1];
    return html`
      <section
        class="viewer"
        tabindex="-1"
        aria-label="Session"
        @keydown=${this.onKey}
        @smtp-player=${(event: CustomEvent<PlayerAction>) => this.act(event.detail)}
        @smtp-select=${(event: CustomEvent<Selection | undefined>) => this.select(event.detail)}
        @smtp-show-bytes=${() => this.showBytes()}
        @smtp-hover=${(event: CustomEvent<Selection | undefined>) => {
          this.hover = event.detail;
        }}
      >
        <header class="head">
          <div class="title">
            <smtp-mode mode=${header.mode} ?recorded=${this.recorded}></smtp-mode>
            <h1>${visibleText(header.title)}</h1>
            <div class="actions"><slot name="actions"></slot></div>
          </div>
          <smtp-chapters
            .chapters=${this.view.marks}
            .cursor=${this.player.cursor}
            .reached=${this.player.reached}
            current=${cursorEntry?.chapter ?? ''}
          ></smtp-chapters>
        </header>
        <div class="panels">
          <section class="card story" aria-label="Story">
            <smtp-story
              .entries=${this.entries}
              .units=${this.view.units}
              .header=${header}
              .server=${this.serverName()}
              .cursor=${this.player.cursor}
              .reached=${this.player.reached}
              .selection=${this.selection}
              ?live=${this.player.live}
            ></smtp-story>
          </section>
          <div class="side">
            <div class="card">
              <smtp-now
                .entries=${this.entries}
                .header=${header}
                .entry=${index}
                .selection=${this.selection}
                .hover=${this.hover}
                >${this.renderMailboxLink(index)}</smtp-now
              >
            </div>
            <div class="card views">
              <div class="tabs" role="tablist" aria-label="Views" @keydown=${this.onTabKey}>
                ${tabs.map(
                  ([name, title]) => html`<button
                    type="button"
                    role="tab"
                    id="tab-${name}"
                    aria-controls="panel"
                    aria-selected=${this.tab === name ? 'true' : 'false'}
                    tabindex=${this.tab === name ? 0 : -1}
                    @click=${() => {
                      this.tab = name;
                    }}
                  >
                    ${title}
                  </button>`,
                )}
              </div>
              <div id="panel" class="panel" role="tabpanel" aria-labelledby="tab-${this.tab}" tabindex="-1">${this.renderTab(index)}</div>
            </div>
          </div>
        </div>
        <smtp-transport
          .player=${this.player}
          .total=${this.view.units.length}
          .done=${unitsDone(this.view.units, this.player.cursor)}
          .now=${cursorEntry ? visibleText(spokenLabel(cursorEntry)) : ''}
        ></smtp-transport>
      </section>
      ${this.renderHelp()}
    `;
  }

  private renderMailboxLink(index: number): TemplateResult | typeof nothing {
    if (!this.inMailbox || this.entries[index]?.kind !== 'result') return nothing;
    return html`<button type="button" class="button see" @click=${() => this.openTab(1)}>
      ${icon('inbox')}See it in the mailbox
    </button>`;
  }

  private serverName(): string {
    const host = this.entries.find((entry) => entry.kind === 'resolving')?.data['host'];
    return typeof host === 'string' ? host : '';
  }

  private renderTab(index: number): TemplateResult {
    switch (this.tab) {
      case 'bytes':
        return this.renderBytes(index);
      case 'message':
        return html`<smtp-message
          .entries=${this.entries}
          .count=${this.shownCount()}
          .composed=${this.message}
          .services=${this.services}
        ><slot name="mailbox"></slot></smtp-message>`;
      case 'state':
        return html`<smtp-state .snapshot=${this.snapshot} .loadRules=${this.services?.rules}></smtp-state>`;
      case 'security':
        return html`<smtp-security
          .header=${this.header}
          .entries=${this.entries}
          .count=${this.shownCount()}
          .cursor=${this.player.cursor}
        ></smtp-security>`;
    }
  }

  private renderBytes(index: number): TemplateResult {
    const entry = this.entries[index];
    return html`<smtp-bytes
      label="Bytes of this entry"
      .bytes=${entry ? entryBytes(entry) : new Uint8Array(0)}
      .fields=${entry ? fieldsOf(entry) : []}
      .masked=${entry?.masked ?? []}
      .range=${this.selection?.entry === index ? this.selection.range : undefined}
      .hover=${this.hover?.entry === index ? this.hover.range : undefined}
      @smtp-range=${(event: CustomEvent<BytesRange>) => this.onRange(index, event.detail.range)}
      @smtp-range-hover=${(event: CustomEvent<BytesRange>) => {
        const { range } = event.detail;
        this.hover = range ? { entry: index, range } : undefined;
      }}
    ></smtp-bytes>`;
  }

  private onRange(entry: number, range: readonly [number, number] | undefined): void {
    if (range) this.select({ entry, range });
  }

  private renderHelp(): TemplateResult {
    return html`<dialog
      aria-labelledby="help-title"
      @close=${() => {
        this.help = false;
      }}
    >
      <h2 id="help-title">Keys</h2>
      <p>They work while focus is inside the session.</p>
      <dl>
        ${keyHelp.map(
          ([key, meaning]) => html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${meaning}</dd>
          </div>`,
        )}
      </dl>
      <form method="dialog"><button class="button" type="submit">Close</button></form>
    </dialog>`;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('help') || !this.dialog) return;
    if (this.help && !this.dialog.open) this.dialog.showModal();
  }

  /** Shows the keys. */
  showHelp(): void {
    this.help = true;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const target = event.composedPath()[0];
    const meaning = meaningOf({
      key: event.key,
      shift: event.shiftKey,
      modified: event.ctrlKey || event.altKey || event.metaKey,
      control: controlOf(target),
    });
    if (!meaning) return;
    switch (meaning.kind) {
      case 'player':
        this.act(meaning.action);
        break;
      case 'play-pause':
        this.act({ do: this.player.playing ? 'pause' : 'play' });
        break;
      case 'tab':
        this.openTab(meaning.number - 1);
        break;
      case 'help':
        this.showHelp();
        break;
      case 'clear':
        this.selection = undefined;
        this.hover = undefined;
        break;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private showBytes(): void {
    this.openTab(0);
    this.updateComplete.then(() =>
      this.renderRoot.querySelector('#panel')?.scrollIntoView({ block: 'nearest' }),
    );
  }

  private openTab(at: number): void {
    const chosen = tabs[at];
    if (chosen) this.tab = chosen[0];
  }

  private onTabKey(event: KeyboardEvent): void {
    const at = tabs.findIndex(([name]) => name === this.tab);
    const moves: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined || event.shiftKey) return;
    this.openTab((to + tabs.length) % tabs.length);
    event.preventDefault();
    event.stopPropagation();
    this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus(),
    );
  }
}

function controlOf(target: EventTarget | undefined): KeyPress['control'] {
  if (target instanceof HTMLInputElement) return target.type === 'range' ? 'range' : 'text';
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return 'text';
  if (target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement) return 'button';
  return target instanceof HTMLElement && target.tagName === 'SUMMARY' ? 'button' : 'none';
}
