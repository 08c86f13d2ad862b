import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { FinishedResult, TlsInfo, TraceEntry, TraceHeader } from '../../core/types';
import { formatClock, formatDuration, formatOctets } from '../../text/format';
import { entryBytes } from '../../trace/entry-bytes';
import { labelOf, lineCount, linesOf, speakerOf } from '../../trace/labels';
import { type Lane, lanesOf, type Tube, tubesOf } from '../../trace/lanes';
import type { Selection } from '../../trace/selection';
import { tlsMessageGist, tlsMessageName } from '../../trace/tls-messages';
import { type Unit, unitsDone } from '../../trace/units';
import { emit } from '../events';
import { type IconName, icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { storyStyles } from './story.styles';
import { storyStateStyles } from './story-state.styles';
import { heightOf, type StoryWindow, silence, topsOf, unitsInSight } from './window';

const laneNames: Record<Lane, string> = { page: 'Page', relay: 'Relay', server: 'Server' };

const noteIcons: Partial<Record<TraceEntry['kind'], IconName>> = {
  resolving: 'search',
  resolved: 'search',
  connected: 'link',
  tls_started: 'lock',
  tls_established: 'lock',
  transport_error: 'unplug',
  timeout: 'alert',
  cancelled: 'stop',
  diagnosis: 'alert',
  closed: 'unplug',
  note: 'info',
};

function iconOf(entry: TraceEntry): IconName {
  if (entry.kind !== 'result') return noteIcons[entry.kind] ?? 'info';
  const { outcome } = entry.data as unknown as FinishedResult;
  return outcome === 'delivered' ? 'check-circle' : outcome === 'failed' ? 'x-circle' : 'alert';
}

function toneOf(entry: TraceEntry): 'good' | 'bad' | '' {
  if (entry.kind === 'tls_message') return entry.data['level'] === 'fatal' ? 'bad' : '';
  if (entry.kind === 'tls_established')
    return (entry.data as Partial<TlsInfo>).verified === false ? 'bad' : '';
  if (entry.kind === 'diagnosis' || entry.kind === 'transport_error' || entry.kind === 'timeout')
    return 'bad';
  if (entry.kind === 'result')
    return (entry.data as unknown as FinishedResult).outcome === 'delivered' ? 'good' : 'bad';
  if (entry.kind === 'reply' || entry.kind === 'greeting')
    return Number(entry.data['class'] ?? 2) >= 4 ? 'bad' : '';
  return '';
}

/**
 * @summary The session as a sequence diagram that is also a list: one button an entry, in lanes.
 * @event smtp-select - An entry was chosen; detail is a Selection.
 */
export class SmtpStory extends LitElement {
  static override styles = [sharedStyles, storyStyles, storyStateStyles];

  @property({ attribute: false }) entries: readonly TraceEntry[] = [];
  @property({ attribute: false }) units: readonly Unit[] = [];
  @property({ attribute: false }) header: TraceHeader | undefined;
  /** Name of the server for the last lane. */
  @property() server = '';
  /** Entries that have happened for the reader. */
  @property({ type: Number }) cursor = 0;
  /** Entries that may be seen; those between cursor and here are dimmed. */
  @property({ type: Number }) reached = 0;
  @property({ attribute: false }) selection: Selection | undefined;
  /** The session still runs: something may follow. */
  @property({ type: Boolean }) live = false;

  @state() private open: ReadonlySet<number> = new Set();

  @state() private scrolled = 0;

  @query('.scroll') private readonly scroller!: HTMLElement | null;

  private tubes: (Tube | undefined)[] = [];
  private visible: readonly Unit[] = [];
  private tops: readonly number[] = [0];
  /** First entry of the unit that was brought into sight last. */
  private inSight: number | undefined;
  private height = 800;
  private readonly resize = new ResizeObserver(() => {
    this.height = this.scroller?.clientHeight || 800;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('header')) {
      this.open = new Set();
      this.inSight = undefined;
    }
    if (this.header && (changed.has('entries') || changed.has('header')))
      this.tubes = tubesOf(this.entries, this.header);
    if (['units', 'reached', 'open', 'entries'].some((name) => changed.has(name))) this.layOut();
  }

  private layOut(): void {
    this.visible = this.units.slice(0, unitsDone(this.units, this.reached));
    this.tops = topsOf(
      this.visible.map((unit) =>
        heightOf(this.entries, unit, this.open.has(unit.first) ? this.childCount(unit) : 0),
      ),
    );
  }

  override updated(changed: PropertyValues): void {
    const { first, end } = this.window();
    this.setBlank('.before', this.tops[first] ?? 0);
    this.setBlank('.after', (this.tops.at(-1) ?? 0) - (this.tops[end] ?? 0));
    if (changed.has('cursor') || changed.has('selection')) this.showCurrent();
  }

  private setBlank(selector: string, height: number): void {
    const blank = this.renderRoot.querySelector<HTMLElement>(selector);
    if (blank) blank.style.height = `${height}px`;
  }

  private window(): StoryWindow {
    return unitsInSight(this.tops, this.scrolled, this.height);
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.header) return nothing;
    const lanes = lanesOf(this.header);
    const { visible } = this;
    const { first, end } = this.window();
    const waiting = this.live || visible.length < this.units.length;
    return html`
      <div class="lanes n${lanes.length}" part="lanes" aria-hidden="true">
        <span class="heads">
          ${lanes.map(
            (lane) =>
              html`<span class=${lane}>${lane === 'server' && this.server ? shown(this.server) : laneNames[lane]}</span>`,
          )}
        </span>
      </div>
      <div
        class="scroll n${lanes.length}"
        @scroll=${() => {
          this.scrolled = this.scroller?.scrollTop ?? 0;
        }}
      >
        <ol class="n${lanes.length}" aria-label="What happened, in order">
          ${lanes.includes('relay') ? html`<li class="relay-lane" role="presentation" aria-hidden="true"></li>` : nothing}
          ${first > 0 ? html`<li class="before" role="presentation"></li>` : nothing}
          ${repeat(
            visible.slice(first, end),
            (unit) => unit.first,
            (unit, i) => this.renderUnit(unit, first + i, lanes),
          )}
          ${end < visible.length ? html`<li class="after" role="presentation"></li>` : nothing}
        </ol>
        ${waiting ? this.renderWaiting() : nothing}
      </div>
    `;
  }

  private renderWaiting(): TemplateResult {
    return html`<p class="waiting">
      ${this.live ? html`<span class="pulse" aria-hidden="true"></span>The session is running` : 'Step to see what happens next'}
    </p>`;
  }

  private renderUnit(unit: Unit, position: number, lanes: readonly Lane[]): TemplateResult | typeof nothing {
    const entry = this.entries[unit.first];
    if (!entry) return nothing;
    const before = this.entries[unit.first - 1];
    const gap = before ? entry.us - before.us : 0;
    // The server waits as well: what takes its time is this page.
    const loading = before?.kind === 'tls_started' && entry.dir === 'c2s' && entry.data['where'] === 'page';
    const speaker = speakerOf(entry);
    const tube = this.tubes[unit.first];
    const tubeEnd = this.tubes[unit.end - 1];
    const selected =
      this.selection !== undefined && this.selection.entry >= unit.first && this.selection.entry < unit.end;
    const current = this.cursor >= unit.end && !(this.cursor > unit.end);
    const classes = [
      speaker === 'none' ? 'note' : speaker,
      toneOf(entry),
      tube ? `tube from-${tube.from}` : '',
      madeByRelay(entry) ? 'of-relay' : '',
      tube?.first ? 'tube-first' : '',
      tubeEnd?.last ? 'tube-last' : '',
      selected ? 'selected' : '',
      current ? 'current' : '',
      unit.first >= this.cursor ? 'later' : '',
    ].join(' ');
    const count = this.childCount(unit);
    const open = this.open.has(unit.first);
    return html`
      <li
        class=${classes}
        data-entry=${unit.first}
        aria-setsize=${this.visible.length}
        aria-posinset=${position + 1}
      >
        ${gap >= silence ? html`<p class="gap">${formatDuration(gap)} ${loading ? 'until TLS was loaded into this page' : 'of silence'}</p>` : nothing}
        <div class="row">
          <button
            type="button"
            class="entry"
            aria-current=${current ? 'step' : nothing}
            aria-pressed=${selected ? 'true' : 'false'}
            @click=${() => this.choose(unit.first)}
          >
            <span class="track">
              ${speaker === 'none' ? this.renderNote(entry) : this.renderSaid(entry, unit, lanes)}
            </span>
            <span class="time"><span class="vh">, at </span>${formatClock(entry.us).replace(/ s$/, '')}<span class="vh"> seconds</span></span>
          </button>
          ${
            count > 0
              ? html`<button
                type="button"
                class="toggle"
                aria-expanded=${open ? 'true' : 'false'}
                aria-label="${open ? 'Hide' : 'Show'} all ${count} ${entry.kind === 'content' ? 'pieces' : 'lines'}"
                @click=${() => this.toggle(unit.first)}
              >
                <span aria-hidden="true">${count}</span>${icon('chevron-down')}
              </button>`
              : nothing
          }
        </div>
        ${open && count > 0 ? html`<ul class="children">${this.childrenOf(unit, entry)}</ul>` : nothing}
      </li>
    `;
  }

  private renderSaid(entry: TraceEntry, unit: Unit, lanes: readonly Lane[]): TemplateResult {
    const client = entry.dir === 'c2s';
    const pieces = unit.end - unit.first;
    let label = labelOf(entry);
    if (entry.kind === 'content') {
      const octets = this.entries
        .slice(unit.first, unit.end)
        .reduce((sum, e) => sum + entryBytes(e).length, 0);
      label = `Message content, ${formatOctets(octets)}${pieces > 1 ? ` in ${pieces} pieces` : ''}`;
    }
    const secret = (entry.masked?.length ?? 0) > 0;
    const tls = entry.kind === 'tls_message';
    return html`
      ${arrow(client, lanes.includes('relay') && !madeByRelay(entry))}
      <span class="who" aria-hidden="true">${client ? 'C' : 'S'}</span>
      <span class="label"
        ><span class="vh">${client ? 'Client: ' : 'Server: '}</span>${
          entry.kind === 'content'
            ? html`<span class="prose">${label}</span>`
            : tls
              ? this.renderTlsMessage(entry)
              : shown(label)
        }${
          entry.kind === 'end_of_content'
            ? html` <span class="aside">a lone dot: the end of the message</span>`
            : nothing
        }${secret ? html`<span class="secret" title="The secret is not in the trace">${icon('lock')}<span class="vh"> (secret masked)</span></span>` : nothing}</span
      >
    `;
  }

  private renderTlsMessage(entry: TraceEntry): TemplateResult {
    const gist = tlsMessageGist(entry);
    return html`<span class="prose">${shown(tlsMessageName(entry))}</span
      >${gist ? html` <span class="aside">${shown(gist)}</span>` : nothing}${
        entry.secure
          ? html`<span class="secret" title="Encrypted on the wire">${icon('lock')}<span class="vh"> (encrypted)</span></span>`
          : nothing
      }`;
  }

  private renderNote(entry: TraceEntry): TemplateResult {
    return html`<span class="pill">${icon(iconOf(entry))}<span>${shown(labelOf(entry))}</span></span>`;
  }

  /** Lines of a reply or pieces of content, where there are several. */
  private childCount(unit: Unit): number {
    const entry = this.entries[unit.first];
    if (!entry?.dir) return 0;
    const count = entry.kind === 'content' ? unit.end - unit.first : lineCount(entry);
    return count > 1 ? count : 0;
  }

  private childrenOf(unit: Unit, entry: TraceEntry): TemplateResult[] {
    if (entry.kind === 'content') {
      return this.entries.slice(unit.first, unit.end).map((piece, i) => {
        const index = unit.first + i;
        return html`<li>
          <button
            type="button"
            aria-pressed=${this.selection?.entry === index ? 'true' : 'false'}
            @click=${() => this.choose(index)}
          >
            Piece ${i + 1}, ${formatOctets(entryBytes(piece).length)}
          </button>
        </li>`;
      });
    }
    let at = 0;
    return linesOf(entry).map((line) => {
      const begin = at;
      const end = begin + new TextEncoder().encode(line).length + 2;
      at = end;
      const chosen =
        this.selection?.entry === unit.first &&
        this.selection.range?.[0] === begin &&
        this.selection.range[1] === end;
      return html`<li>
        <button
          type="button"
          class="mono"
          aria-pressed=${chosen ? 'true' : 'false'}
          @click=${() => this.choose(unit.first, [begin, end])}
        >
          ${shown(line)}
        </button>
      </li>`;
    });
  }

  private choose(entry: number, range?: [number, number]): void {
    emit(this, 'smtp-select', range ? { entry, range } : { entry });
  }

  private toggle(first: number): void {
    const open = new Set(this.open);
    if (!open.delete(first)) open.add(first);
    this.open = open;
  }

  /** Keeps the entry in question in sight, without moving the page around it. */
  private showCurrent(): void {
    const { scroller } = this;
    if (!scroller) return;
    const wanted = this.selection ? this.selection.entry + 1 : this.cursor;
    const index = unitsDone(this.visible, wanted) - 1;
    const unit = this.visible[index];
    // A unit that grows, as content does by the piece, stays where it is; to ask where costs a layout.
    if (!unit || (unit.first === this.inSight && !this.selection)) return;
    this.inSight = unit.first;
    const item = this.renderRoot.querySelector<HTMLElement>(`li[data-entry="${unit.first}"]`);
    const top = item ? item.offsetTop : (this.tops[index] ?? 0);
    const bottom = top + (item ? item.offsetHeight : 44);
    const room = 64;
    const { scrollTop, clientHeight } = scroller;
    let to = scrollTop;
    if (bottom + room > scrollTop + clientHeight) to = bottom + room - clientHeight;
    else if (top - room < scrollTop) to = Math.max(0, top - room);
    if (to === scrollTop) return;
    const far = Math.abs(to - scrollTop) > 2 * clientHeight;
    scroller.scrollTo({ top: to, behavior: far ? 'instant' : 'auto' });
  }
}

/** A message of TLS that the relay makes goes between relay and server only. */
const madeByRelay = (entry: TraceEntry): boolean =>
  entry.kind === 'tls_message' && entry.data['where'] === 'relay';

function arrow(client: boolean, relay: boolean): TemplateResult {
  return html`<svg class="arrow" aria-hidden="true" focusable="false">
      <line x1="0" y1="5" x2="100%" y2="5" />
      <svg x=${client ? '100%' : '0'} y="5" width="1" height="1" overflow="visible">
        <path d=${client ? 'M0 0l-9-4.5v9z' : 'M0 0l9-4.5v9z'} />
      </svg>
    </svg>
    ${relay ? html`<span class="hop" aria-hidden="true"></span>` : nothing}`;
}
