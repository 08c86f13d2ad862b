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

interface Read {
  /** Entries of which it went over the wire. */
  pieces: readonly TraceEntry[];
  wire: Uint8Array | undefined;
  /** As composed, or else from the wire. */
  message: Uint8Array | undefined;
  /** What went over the wire is the message as composed. */
  equal: boolean;
  tree: MessageTree | undefined;
}

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

  /** What is known of the message; the octets of a part come later. */
  @state() private read: Read | undefined;
  @state() private open: { index: number; octets: Uint8Array; picture: string | undefined } | undefined;

  private reading = false;
  private changedMeanwhile = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forgetPart();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('entries') || changed.has('count') || changed.has('composed') || changed.has('services'))
      void this.readMessage();
    if (changed.has('chosen' as keyof SmtpMessage)) void this.readPart();
  }

  /** A message may have megabytes and change with every entry: it is read once at a time. */
  private async readMessage(): Promise<void> {
    this.changedMeanwhile = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.changedMeanwhile && this.isConnected) {
        this.changedMeanwhile = false;
        await this.readOnce();
      }
    } finally {
      this.reading = false;
    }
  }

  private async readOnce(): Promise<void> {
    const { composed, services, read } = this;
    const pieces = this.entries.slice(0, this.count).filter((entry) => entry.kind === 'content');
    const samePieces =
      read?.pieces.length === pieces.length && read.pieces.every((piece, i) => piece === pieces[i]);
    const wire = samePieces ? read.wire : await messageOnWire(pieces);
    const message = composed ?? wire;
    if (!message) {
      this.read = { pieces, wire, message, equal: false, tree: undefined };
      return;
    }
    const sameMessage = read?.message === message;
    const equal =
      samePieces && sameMessage
        ? read.equal
        : wire !== undefined && composed !== undefined && (await sameBytes(wire, composed));
    const tree =
      sameMessage && read.tree ? read.tree : await services?.messageTree(message).catch(() => undefined);
    this.read = { pieces, wire, message, equal, tree };
    if (sameMessage && this.open) return;
    if (this.chosen >= (tree?.parts.length ?? 0)) this.chosen = 0;
    await this.readPart();
  }

  private async readPart(): Promise<void> {
    const { chosen, services } = this;
    this.forgetPart();
    const { message, tree } = this.read ?? {};
    const part = tree?.parts[chosen];
    if (!message || !part) return;
    const isPicture = previewTypes.has(part.mediaType);
    if (!isPicture && !part.mediaType.startsWith('text/')) return;
    const octets = await services?.messagePart(message, chosen).catch(() => undefined);
    if (!octets || this.read?.message !== message || this.chosen !== chosen) return;
    this.forgetPart();
    const picture = isPicture
      ? URL.createObjectURL(new Blob([octets as BlobPart], { type: part.mediaType }))
      : undefined;
    this.open = { index: chosen, octets, picture };
  }

  private forgetPart(): void {
    if (this.open?.picture) URL.revokeObjectURL(this.open.picture);
    this.open = undefined;
  }

  override render(): TemplateResult {
    const { message, tree } = this.read ?? {};
    if (this.read === undefined && this.entries.length > 0)
      return html`<p class="empty" role="status">Reading the message …</p>`;
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
    const { wire, equal } = this.read ?? {};
    if (!wire) return html`${size}, as composed. Nothing of it has been sent at this point.`;
    if (equal)
      return html`<span class="same">${icon('check')}What went over the wire, doubled dots removed, equals this message byte for byte (${size}).</span>`;
    return html`${countBytes(wire.length)} of ${size} had gone over the wire at this point.`;
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
      ${this.renderBody(part, tree)}
      <p class="place">
        Octets ${part.begin.toLocaleString('en')} to ${part.end.toLocaleString('en')} of the message; body from
        ${part.bodyBegin.toLocaleString('en')}${part.encoding ? html`, encoded as ${part.encoding}` : nothing}.
        <button type="button" class="button small quiet" ?disabled=${!this.read?.wire} @click=${() => this.showOnWire(part)}>
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

  private renderBody(part: Part, tree: MessageTree): TemplateResult | typeof nothing {
    const index = tree.parts.indexOf(part);
    if (part.mediaType.startsWith('multipart/')) {
      const children = tree.parts.filter((other) => other.parent === index).length;
      return html`<p class="text quiet">A container with ${children} part${children === 1 ? '' : 's'}.</p>`;
    }
    const octets = this.open?.index === index ? this.open.octets : undefined;
    const picture = octets && this.open?.picture;
    if (picture)
      return html`<img src=${picture} alt="Preview of ${part.fileName ? visibleText(part.fileName) : 'the picture'}" />`;
    if (part.mediaType.startsWith('text/')) {
      if (!octets) return html`<p class="text quiet">Reading …</p>`;
      const text = bytesToText(octets.subarray(0, longestText));
      return html`<div class="text" dir="auto">${text.split(/\r?\n/).map((line) => html`<p>${line ? shown(line) : html`<br />`}</p>`)}</div>
        ${octets.length > longestText ? html`<p class="quiet">… ${countBytes(octets.length)} in all</p>` : nothing}`;
    }
    return html`<p class="text quiet">${countBytes(part.end - part.bodyBegin)} encoded. No preview of ${part.mediaType}.</p>`;
  }
}
