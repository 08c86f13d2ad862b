import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { fromBase64 } from '../../text/base64';
import { countBytes } from '../../text/format';
import { visibleText } from '../../text/visible';
import { bytesToText } from '../../trace/entry-bytes';
import { type Field, fieldAt, fieldMap, fieldPath, fieldTitle } from '../../trace/fields';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { bytesStyles } from './bytes.styles';
import { columnsFor, glyphOf, hexOf, moveBy, rowHeight, rowsInSight } from './layout';

export interface BytesRange {
  range: readonly [number, number] | undefined;
}

/**
 * @summary Octets as offset, hexadecimal and text, with the named fields they belong to. Only the rows in
 *   sight exist, so that a piece of 64 KiB costs no more than a line.
 * @event smtp-range - Octets were chosen (click, Enter) or let go; detail is BytesRange.
 * @event smtp-range-hover - Octets under the pointer; detail is BytesRange.
 */
export class SmtpBytes extends LitElement {
  static override styles = [sharedStyles, bytesStyles];

  @property({ attribute: false }) bytes: Uint8Array = new Uint8Array(0);
  @property({ attribute: false }) fields: readonly Field[] = [];
  @property({ attribute: false }) masked: readonly (readonly [number, number])[] = [];
  /** Octets that are chosen. */
  @property({ attribute: false }) range: readonly [number, number] | undefined;
  /** Octets that are pointed at elsewhere. */
  @property({ attribute: false }) hover: readonly [number, number] | undefined;
  @property() label = 'Bytes';

  @state() private columns: 8 | 16 = 16;
  @state() private active = 0;
  @state() private scrolled = 0;
  @state() private height = 320;

  @query('.grid') private readonly grid!: HTMLElement;
  /** Other octets are shown from where these had been scrolled to. */
  private rewind = false;

  private readonly resize = new ResizeObserver(() => this.measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  private measure(): void {
    this.columns = columnsFor(this.clientWidth);
    this.height = this.grid?.clientHeight || 320;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('bytes')) {
      this.active = 0;
      this.rewind ||= this.scrolled > 0;
      this.scrolled = 0;
    }
    if (changed.has('range') && this.range)
      this.active = Math.min(this.range[0], Math.max(0, this.bytes.length - 1));
  }

  override updated(changed: PropertyValues): void {
    if (!this.grid) return;
    const sheet = this.grid.querySelector<HTMLElement>('.sheet');
    const rows = this.grid.querySelector<HTMLElement>('.rows');
    if (sheet) sheet.style.height = `${this.rows() * rowHeight}px`;
    if (rows) rows.style.transform = `translateY(${this.window().first * rowHeight}px)`;
    // To set it where it is at the top already would have the browser lay everything out once more.
    if (this.rewind) this.grid.scrollTop = 0;
    this.rewind = false;
    const moved = changed.has('range') || changed.has('bytes') || changed.has('columns');
    if (moved && this.range) this.reveal(this.range[0], 2);
  }

  private rows(): number {
    return Math.ceil(this.bytes.length / this.columns);
  }

  private window(): { first: number; end: number } {
    return rowsInSight(this.scrolled, this.height, this.rows());
  }

  override render(): TemplateResult {
    if (this.bytes.length === 0)
      return html`<p class="empty">This entry has no bytes: nothing was said on the wire.</p>`;
    const { first, end } = this.window();
    const rows = Array.from({ length: Math.max(0, end - first) }, (_, i) => this.renderRow(first + i));
    return html`
      <div
        class="grid n${this.columns}"
        role="grid"
        tabindex="0"
        aria-label=${this.label}
        aria-rowcount=${this.rows()}
        aria-colcount=${this.columns + 1}
        aria-activedescendant="b${this.active}"
        @scroll=${() => {
          this.scrolled = this.grid.scrollTop;
        }}
        @keydown=${this.onKey}
        @click=${this.onClick}
        @pointermove=${this.onMove}
        @pointerleave=${() => this.tell('smtp-range-hover', undefined)}
      >
        <div class="sheet" role="presentation"><div class="rows" role="presentation">${rows}</div></div>
      </div>
      ${this.renderLegend()}
    `;
  }

  private renderRow(row: number): TemplateResult {
    const begin = row * this.columns;
    const end = Math.min(begin + this.columns, this.bytes.length);
    const map = fieldMap(this.fields, begin, end);
    const cells = Array.from({ length: end - begin }, (_, i) => this.cell(begin + i, map[i]));
    return html`<div class="row" role="row" aria-rowindex=${row + 1}>
      <span class="offset" role="rowheader">${begin.toString(16).padStart(4, '0')}</span>
      ${cells.map(
        (cell, i) => html`<span
          id="b${begin + i}"
          class="octet ${cell.classes}"
          role="gridcell"
          aria-selected=${cell.chosen ? 'true' : 'false'}
          aria-label=${cell.name}
          data-at=${begin + i}
          >${hexOf(cell.octet)}</span
        >`,
      )}
      <span class="text" aria-hidden="true">
        ${cells.map(
          (cell, i) =>
            html`<span class="char ${cell.classes} ${cell.glyph.control ? 'control' : ''}" data-at=${begin + i}>${cell.glyph.text}</span>`,
        )}
      </span>
    </div>`;
  }

  private cell(at: number, field: Field | undefined) {
    const octet = this.bytes[at] ?? 0;
    const glyph = glyphOf(octet);
    const within = (range: readonly [number, number] | undefined) =>
      range !== undefined && at >= range[0] && at < range[1];
    const chosen = within(this.range);
    const masked = this.masked.some((range) => within(range));
    const tinted = fieldPath(this.fields, field).filter((f) => f.tint >= 0);
    const inner = tinted[0];
    const outer = tinted[1];
    const classes = [
      inner ? `t${inner.tint}` : '',
      inner && at === inner.begin ? 'begin' : '',
      inner && at === inner.end - 1 ? 'end' : '',
      outer ? `outer o${outer.tint}` : '',
      chosen ? 'chosen' : '',
      within(this.hover) ? 'hover' : '',
      at === this.active ? 'active' : '',
      masked ? 'masked' : '',
    ].join(' ');
    const what = masked ? 'masked' : glyph.text === '·' ? '' : glyph.text === ' ' ? 'space' : glyph.text;
    const name = `${hexOf(octet)} ${what}${field ? `, ${fieldTitle(field.name)}` : ''}`;
    return { octet, glyph, chosen, classes, name };
  }

  private renderLegend(): TemplateResult {
    const names = new Map<string, Field>();
    for (const field of this.fields)
      if (field.tint >= 0 && !names.has(field.name)) names.set(field.name, field);
    return html`
      <div class="below">
        <p class="status" aria-live="polite">${this.renderStatus()}</p>
        ${
          names.size > 0
            ? html`<ul class="legend" aria-label="Fields">
              ${[...names.values()].map((field) => html`<li class="t${field.tint}">${fieldTitle(field.name)}</li>`)}
            </ul>`
            : nothing
        }
      </div>
    `;
  }

  private renderStatus(): TemplateResult {
    if (!this.range)
      return html`${countBytes(this.bytes.length)}. Click a byte, or use the arrow keys and Enter, to choose a field.`;
    const [begin, end] = this.range;
    const field = this.fields.find((f) => f.begin === begin && f.end === end);
    const octets = this.bytes.subarray(begin, Math.min(end, begin + 4096));
    const text = bytesToText(octets);
    const masked = this.masked.some((range) => range[0] < end && range[1] > begin);
    const decoded = !masked && text.length >= 4 && field?.tint !== -1 ? fromBase64(text.trim()) : undefined;
    const readable = decoded && !bytesToText(decoded).includes('\ufffd') ? bytesToText(decoded) : undefined;
    return html`<b>${field ? fieldTitle(field.name) : 'Selection'}</b>: ${countBytes(end - begin)} at offset
      ${begin}${masked ? ', masked' : nothing}${
        readable !== undefined && (field?.name.includes('response') || field?.name.includes('text') || !field)
          ? html`; as base64: <code>${shown(readable)}</code>`
          : nothing
      }`;
  }

  private octetOf(event: Event): number | undefined {
    const target = event.composedPath()[0];
    const at = target instanceof HTMLElement ? target.dataset['at'] : undefined;
    return at === undefined ? undefined : Number(at);
  }

  /** The field around an octet, or the octet alone where the trace names none. */
  private rangeAt(at: number): readonly [number, number] {
    const field = fieldAt(this.fields, at);
    return field ? [field.begin, field.end] : [at, at + 1];
  }

  private onClick(event: Event): void {
    const at = this.octetOf(event);
    if (at === undefined) return;
    this.active = at;
    this.tell('smtp-range', this.rangeAt(at));
  }

  private onMove(event: Event): void {
    const at = this.octetOf(event);
    this.tell('smtp-range-hover', at === undefined ? undefined : this.rangeAt(at));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      const inner = this.rangeAt(this.active);
      // A second Enter on the same field widens the choice to the field around it.
      const same = this.range && this.range[0] === inner[0] && this.range[1] === inner[1];
      const outer = fieldPath(this.fields, fieldAt(this.fields, this.active))[1];
      this.tell('smtp-range', same && outer ? [outer.begin, outer.end] : inner);
    } else {
      const page = Math.max(1, Math.floor(this.height / rowHeight) - 1);
      const to = moveBy(event.key, this.active, this.columns, this.bytes.length, page);
      if (to === undefined) return;
      this.active = to;
      this.reveal(to);
      this.tell('smtp-range-hover', this.rangeAt(to));
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Brings an octet into sight; from afar it comes with some rows above it. */
  private reveal(at: number, above = 0): void {
    const top = Math.floor(at / this.columns) * rowHeight;
    const { scrollTop, clientHeight } = this.grid;
    if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) {
      const below = above === 0 && top > scrollTop;
      this.grid.scrollTop = below ? top + rowHeight - clientHeight : top - above * rowHeight;
    }
    this.scrolled = this.grid.scrollTop;
  }

  private tell(name: 'smtp-range' | 'smtp-range-hover', range: readonly [number, number] | undefined): void {
    this.dispatchEvent(
      new CustomEvent<BytesRange>(name, { detail: { range }, bubbles: true, composed: true }),
    );
  }
}

/** The chosen octets as text, for the clipboard. */
export function rangeText(bytes: Uint8Array, range: readonly [number, number]): string {
  return visibleText(bytesToText(bytes.subarray(range[0], range[1])));
}
