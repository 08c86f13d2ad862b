import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { MessageTree, TraceEntry } from '../../core/types';
import { countBytes, formatOctets } from '../../text/format';
import { visibleText } from '../../text/visible';
import { messageOnWire, placeOnWire, sameBytes } from '../../trace/content';
import { bytesToText } from '../../trace/entry-bytes';
import { emit } from '../events';
import { icon } from '../icon';
import { saveFile } from '../save';
import type { SessionServices } from '../session/session.component';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { messageStyles } from './message.styles';

const previewTypes = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);
const longestText = 20_000;

type Part = MessageTree['parts'][number];

/**
 * @summary The message: its tree of parts, header fields, text and pictures, and where each part lies in the bytes.
 * @event smtp-select - Where a part went over the wire; detail is a Selection.
 * @event smtp-show-bytes - The bytes of the selection are to be shown.
 * @slot - What stands after it: the message as the mailbox has it.
 */
export class SmtpMessage extends LitElement {
  static override styles = [sharedStyles, messageStyles];

  @property({ attribute: false }) entries: readonly TraceEntry[] = [];
  /** Entries that count. */
  @property({ type: Number }) count = 0;
  /** The message as it was composed here, if it was. */
  @property({ attribute: false }) composed: Uint8Array | undefined;
  @property({ attribute: false }) services: SessionServices | undefined;

  @state() private chosen = 0;
  @state() private source = false;

  private message: Uint8Array | undefined;
  private wire: Uint8Array | undefined;
  private equal = false;
  private tree: MessageTree | undefined;
  private picture: { part: number; address: string } | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forgetPicture();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('entries') || changed.has('count')) {
      const size = this.entries.slice(0, this.count).filter((entry) => entry.kind === 'content').length;
      if (size !== this.wirePieces || changed.has('entries')) {
        this.wirePieces = size;
        this.wire = messageOnWire(this.entries, this.count);
      }
    }
    const message = this.composed ?? this.wire;
    if (message !== this.message || (message && !this.tree && this.services)) {
      this.message = message;
      this.tree = message ? this.services?.messageTree(message) : undefined;
      this.forgetPicture();
      if (this.chosen >= (this.tree?.parts.length ?? 0)) this.chosen = 0;
    }
    this.equal = this.compare();
    this.preparePicture();
  }

  private compared: readonly (Uint8Array | undefined)[] = [];

  /** Comparing megabytes is worth doing once only. */
  private compare(): boolean {
    if (this.compared[0] === this.wire && this.compared[1] === this.composed) return this.equal;
    this.compared = [this.wire, this.composed];
    return this.wire !== undefined && this.composed !== undefined && sameBytes(this.wire, this.composed);
  }

  private wirePieces = -1;

  private forgetPicture(): void {
    if (this.picture) URL.revokeObjectURL(this.picture.address);
    this.picture = undefined;
  }

  private preparePicture(): void {
    if (this.picture?.part === this.chosen) return;
    this.forgetPicture();
    const part = this.tree?.parts[this.chosen];
    if (!part || !this.message || !previewTypes.has(part.mediaType)) return;
    const octets = this.services?.messagePart(this.message, this.chosen);
    if (octets)
      this.picture = {
        part: this.chosen,
        address: URL.createObjectURL(new Blob([octets as BlobPart], { type: part.mediaType })),
      };
  }

  override render(): TemplateResult {
    const { message, tree } = this;
    if (!message)
      return html`<p class="empty">${
        this.entries.length > 0
          ? 'No part of the message has been sent yet. It follows DATA.'
          : 'There is no message yet.'
      }</p>`;
    return html`
      <div class="top">
        <p class="what">${this.renderStanding(message)}</p>
        <button type="button" class="button small" @click=${() => saveFile(message, 'message.eml', 'message/rfc822')}>
          ${icon('download')}Save .eml
        </button>
      </div>
      ${tree ? this.renderTree(tree, message) : html`<pre class="source">${shown(bytesToText(message.subarray(0, longestText)))}</pre>`}
      <slot></slot>
    `;
  }

  private renderStanding(message: Uint8Array): TemplateResult {
    const size = countBytes(message.length);
    if (!this.composed)
      return html`${size}, put together from what went over the wire; doubled dots removed.`;
    if (!this.wire) return html`${size}, as composed. Nothing of it has been sent at this point.`;
    if (this.equal)
      return html`<span class="same">${icon('check')}What went over the wire, doubled dots removed, equals this message byte for byte (${size}).</span>`;
    return html`${countBytes(this.wire.length)} of ${size} had gone over the wire at this point.`;
  }

  private renderTree(tree: MessageTree, message: Uint8Array): TemplateResult {
    const part = tree.parts[this.chosen] ?? tree.parts[0];
    return html`
      <div class="parts">
        ${
          tree.parts.length > 1
            ? html`<nav aria-label="Parts of the message">
              <ul>
                ${this.renderBranch(tree, -1)}
              </ul>
            </nav>`
            : nothing
        }
        ${part ? html`<div class="part">${this.renderPart(part, message, tree)}</div>` : nothing}
      </div>
    `;
  }

  private renderBranch(tree: MessageTree, parent: number): TemplateResult[] {
    return tree.parts.flatMap((part, index) => {
      if (part.parent !== parent) return [];
      const children = this.renderBranch(tree, index);
      return [
        html`<li>
          <button
            type="button"
            aria-current=${index === this.chosen ? 'true' : 'false'}
            @click=${() => {
              this.chosen = index;
            }}
          >
            ${icon(part.mediaType.startsWith('multipart/') ? 'folder' : part.mediaType.startsWith('image/') ? 'image' : part.fileName ? 'paperclip' : 'mail')}
            <span class="name">${part.fileName ? shown(part.fileName) : shown(part.mediaType)}</span>
            <span class="size">${formatOctets(part.end - part.begin)}</span>
          </button>
          ${children.length > 0 ? html`<ul>${children}</ul>` : nothing}
        </li>`,
      ];
    });
  }

  private renderPart(part: Part, message: Uint8Array, tree: MessageTree): TemplateResult {
    return html`
      <dl>
        ${part.headers.map((field) => html`<div><dt>${shown(field.name)}</dt><dd>${shown(field.value)}</dd></div>`)}
      </dl>
      ${this.renderBody(part, message, tree)}
      <p class="place">
        Octets ${part.begin.toLocaleString('en')} to ${part.end.toLocaleString('en')} of the message; body from
        ${part.bodyBegin.toLocaleString('en')}${part.encoding ? html`, encoded as ${part.encoding}` : nothing}.
        <button type="button" class="button small quiet" ?disabled=${!this.wire} @click=${() => this.showOnWire(part)}>
          Show on the wire
        </button>
        <button
          type="button"
          class="button small quiet"
          aria-expanded=${this.source ? 'true' : 'false'}
          @click=${() => {
            this.source = !this.source;
          }}
        >
          ${this.source ? 'Hide bytes' : 'Show bytes'}
        </button>
      </p>
      ${
        this.source
          ? html`<smtp-bytes label="Bytes of this part" .bytes=${message.subarray(part.begin, part.end)}></smtp-bytes>`
          : nothing
      }
    `;
  }

  private showOnWire(part: Part): void {
    const place = placeOnWire(this.entries.slice(0, this.count), part.begin, part.end);
    if (place) emit(this, 'smtp-select', place);
    this.dispatchEvent(new CustomEvent('smtp-show-bytes', { bubbles: true, composed: true }));
  }

  private renderBody(part: Part, message: Uint8Array, tree: MessageTree): TemplateResult | typeof nothing {
    const index = tree.parts.indexOf(part);
    if (part.mediaType.startsWith('multipart/')) {
      const children = tree.parts.filter((other) => other.parent === index).length;
      return html`<p class="text quiet">A container with ${children} part${children === 1 ? '' : 's'}.</p>`;
    }
    if (this.picture?.part === index)
      return html`<img src=${this.picture.address} alt="Preview of ${part.fileName ? visibleText(part.fileName) : 'the picture'}" />`;
    if (part.mediaType.startsWith('text/')) {
      const octets = this.services?.messagePart(message, index) ?? new Uint8Array(0);
      const text = bytesToText(octets.subarray(0, longestText));
      return html`<div class="text" dir="auto">${text.split(/\r?\n/).map((line) => html`<p>${line ? shown(line) : html`<br />`}</p>`)}</div>
        ${octets.length > longestText ? html`<p class="quiet">… ${countBytes(octets.length)} in all</p>` : nothing}`;
    }
    return html`<p class="text quiet">${countBytes(part.end - part.bodyBegin)} encoded. No preview of ${part.mediaType}.</p>`;
  }
}
