import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { FinishedResult, TraceEntry, TraceHeader } from '../../core/types';
import { formatClock, formatDuration, formatOctets } from '../../text/format';
import { entryBytes } from '../../trace/entry-bytes';
import { labelOf, linesOf, speakerOf } from '../../trace/labels';
import { type Lane, lanesOf, type Tube, tubesOf } from '../../trace/lanes';
import type { Selection } from '../../trace/selection';
import { type Unit, unitsDone } from '../../trace/units';
import { emit } from '../events';
import { type IconName, icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { storyStyles } from './story.styles';

/** Silence worth drawing, in microseconds. */
const silence = 400_000;

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
  static override styles = [sharedStyles, storyStyles];

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

  private tubes: (Tube | undefined)[] = [];

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('header')) this.open = new Set();
    if (this.header && (changed.has('entries') || changed.has('header')))
      this.tubes = tubesOf(this.entries, this.header);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('cursor') || changed.has('selection')) this.showCurrent();
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.header) return nothing;
    const lanes = lanesOf(this.header);
    const visible = this.units.slice(0, unitsDone(this.units, this.reached));
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
      <div class="scroll">
        <ol class="n${lanes.length}" aria-label="What happened, in order">
          ${lanes.includes('relay') ? html`<li class="relay-lane" role="presentation" aria-hidden="true"></li>` : nothing}
          ${repeat(
            visible,
            (unit) => unit.first,
            (unit) => this.renderUnit(unit, lanes),
          )}
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

  private renderUnit(unit: Unit, lanes: readonly Lane[]): TemplateResult | typeof nothing {
    const entry = this.entries[unit.first];
    if (!entry) return nothing;
    const before = this.entries[unit.first - 1];
    const gap = before ? entry.us - before.us : 0;
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
      tube?.first ? 'tube-first' : '',
      tubeEnd?.last ? 'tube-last' : '',
      selected ? 'selected' : '',
      current ? 'current' : '',
      unit.first >= this.cursor ? 'later' : '',
    ].join(' ');
    const children = this.childrenOf(unit, entry);
    const open = this.open.has(unit.first);
    return html`
      <li class=${classes} data-entry=${unit.first}>
        ${gap >= silence ? html`<p class="gap">${formatDuration(gap)} of silence</p>` : nothing}
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
            children.length > 0
              ? html`<button
                type="button"
                class="toggle"
                aria-expanded=${open ? 'true' : 'false'}
                aria-label="${open ? 'Hide' : 'Show'} all ${children.length} ${entry.kind === 'content' ? 'pieces' : 'lines'}"
                @click=${() => this.toggle(unit.first)}
              >
                <span aria-hidden="true">${children.length}</span>${icon('chevron-down')}
              </button>`
              : nothing
          }
        </div>
        ${open && children.length > 0 ? html`<ul class="children">${children}</ul>` : nothing}
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
    return html`
      ${arrow(client, lanes.includes('relay'))}
      <span class="who" aria-hidden="true">${client ? 'C' : 'S'}</span>
      <span class="label"
        ><span class="vh">${client ? 'Client: ' : 'Server: '}</span>${
          entry.kind === 'content' ? html`<span class="prose">${label}</span>` : shown(label)
        }${
          entry.kind === 'end_of_content'
            ? html`<span class="aside">a lone dot: the end of the message</span>`
            : nothing
        }${secret ? html`<span class="secret" title="The secret is not in the trace">${icon('lock')}<span class="vh"> (secret masked)</span></span>` : nothing}</span
      >
    `;
  }

  private renderNote(entry: TraceEntry): TemplateResult {
    return html`<span class="pill">${icon(iconOf(entry))}<span>${shown(labelOf(entry))}</span></span>`;
  }

  private childrenOf(unit: Unit, entry: TraceEntry): TemplateResult[] {
    if (entry.kind === 'content' && unit.end - unit.first > 1) {
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
    if (!entry.dir || entry.kind === 'content') return [];
    const lines = linesOf(entry);
    if (lines.length < 2) return [];
    let at = 0;
    return lines.map((line) => {
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
    const scroll = this.renderRoot.querySelector<HTMLElement>('.scroll');
    const item =
      this.renderRoot.querySelector<HTMLElement>('li.selected') ??
      this.renderRoot.querySelector<HTMLElement>('li.current');
    if (!scroll || !item) return;
    const top = item.offsetTop - scroll.offsetTop;
    const bottom = top + item.offsetHeight;
    const room = 64;
    if (bottom + room > scroll.scrollTop + scroll.clientHeight)
      scroll.scrollTop = bottom + room - scroll.clientHeight;
    else if (top - room < scroll.scrollTop) scroll.scrollTop = Math.max(0, top - room);
  }
}

function arrow(client: boolean, relay: boolean): TemplateResult {
  return html`<svg class="arrow" aria-hidden="true" focusable="false">
      <line x1="0" y1="5" x2="100%" y2="5" />
      <svg x=${client ? '100%' : '0'} y="5" width="1" height="1" overflow="visible">
        <path d=${client ? 'M0 0l-9-4.5v9z' : 'M0 0l9-4.5v9z'} />
      </svg>
    </svg>
    ${relay ? html`<span class="hop" aria-hidden="true"></span>` : nothing}`;
}
