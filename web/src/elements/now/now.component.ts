import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { Diagnosis, FinishedResult, TraceEntry, TraceHeader } from '../../core/types';
import { countBytes, formatClock } from '../../text/format';
import { visibleText } from '../../text/visible';
import { bytesToText, entryBytes } from '../../trace/entry-bytes';
import { type Field, fieldAt, fieldsOf, fieldTitle } from '../../trace/fields';
import { detailOf, labelOf, outcomeName, speakerOf, spokenLabel } from '../../trace/labels';
import type { Selection } from '../../trace/selection';
import { hexText, tlsMessageFacts } from '../../trace/tls-messages';
import { emit } from '../events';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { nowStyles } from './now.styles';

/** Octets of an entry that are shown large; the rest is for the byte view. */
const largeOctets = 1200;
/** The same of a message that is no text. */
const largeBinary = 64;

const retryWords: Record<Diagnosis['retry'], string> = {
  no: 'Sending again cannot help.',
  later: 'Trying again later may help.',
  after_change: 'Trying again unchanged cannot help.',
};

/** The parts of a SASL message, as the core has taken them apart. */
function decodedOf(entry: TraceEntry): { name: string; value: string }[] {
  const { decoded } = entry.data;
  if (typeof decoded === 'string') return [{ name: 'decoded', value: decoded }];
  if (!Array.isArray(decoded)) return [];
  return decoded.flatMap((part: unknown) => {
    const { name, value } = (part ?? {}) as { name?: unknown; value?: unknown };
    return typeof name === 'string' && typeof value === 'string' ? [{ name: fieldTitle(name), value }] : [];
  });
}

function titleOf(entry: TraceEntry): string {
  if (entry.kind === 'diagnosis') return (entry.data as unknown as Diagnosis).title;
  return entry.explain?.title || labelOf(entry);
}

/** Where an RFC's section can be read. */
function rfcAddress(rfc: string): string | undefined {
  const match = /^RFC (\d+)(?: §([\d.]+))?/.exec(rfc);
  if (!match) return undefined;
  return `https://www.rfc-editor.org/rfc/rfc${match[1]}${match[2] ? `#section-${match[2]}` : ''}`;
}

/**
 * @summary What happened at one entry, the line itself with its parts, and after a failure why and what to do.
 * @slot - What stands below, such as a way to the mailbox.
 * @event smtp-select - A field or an evidence line was chosen; detail is a Selection.
 * @event smtp-hover - The pointer is over a field or has left it.
 */
export class SmtpNow extends LitElement {
  static override styles = [sharedStyles, nowStyles];

  @property({ attribute: false }) entries: readonly TraceEntry[] = [];
  @property({ attribute: false }) header: TraceHeader | undefined;
  /** Index of the entry to tell about; -1 for none. */
  @property({ type: Number }) entry = -1;
  @property({ attribute: false }) selection: Selection | undefined;
  @property({ attribute: false }) hover: Selection | undefined;

  override render(): TemplateResult {
    const entry = this.entries[this.entry];
    return html`<section aria-label="Now">
      <p class="vh" role="status">${entry ? visibleText(titleOf(entry)) : ''}</p>
      ${
        !entry
          ? html`<p class="empty">Nothing has happened yet.</p>`
          : entry.kind === 'diagnosis'
            ? this.renderDiagnosis(entry)
            : this.renderEntry(entry)
      }
      <slot></slot>
    </section>`;
  }

  private renderHeading(entry: TraceEntry, title: string, tone = ''): TemplateResult {
    const speaker = speakerOf(entry);
    const says =
      speaker === 'client' ? 'The client says' : speaker === 'server' ? 'The server says' : 'What happened';
    return html`
      <p class="kicker ${speaker}">
        ${speaker === 'none' ? nothing : html`<span class="who" aria-hidden="true">${speaker === 'client' ? 'C' : 'S'}</span>`}
        <span>${says}</span>
        <span class="at">at ${formatClock(entry.us)}</span>
        ${
          entry.secure && entry.dir
            ? html`<span class="tls">${icon('lock')}${entry.kind === 'tls_message' ? 'encrypted' : 'inside TLS'}</span>`
            : nothing
        }
      </p>
      <h2 class=${tone}>${shown(title)}</h2>
    `;
  }

  private renderEntry(entry: TraceEntry): TemplateResult {
    const { explain } = entry;
    const bytes = entryBytes(entry);
    return html`
      ${this.renderHeading(entry, titleOf(entry))}
      ${bytes.length > 0 ? this.renderWire(entry, bytes) : nothing}
      ${explain?.text ? html`<p class="text">${shown(explain.text)}</p>` : nothing}
      ${detailOf(entry) ? html`<p class="detail">${shown(detailOf(entry))}</p>` : nothing}
      ${entry.kind === 'tls_message' ? this.renderFacts(entry) : nothing}
      ${this.renderDecoded(entry)} ${entry.kind === 'result' ? this.renderResult(entry) : nothing}
      ${
        (entry.masked?.length ?? 0) > 0
          ? html`<p class="hint">${icon('lock')}<span>The asterisks stand for a secret. It went over the wire, but it is not kept in this trace.</span></p>`
          : nothing
      }
      ${this.renderOutcomeLink(entry)} ${this.renderRfc(explain?.rfc ?? '')}
    `;
  }

  private renderWire(entry: TraceEntry, bytes: Uint8Array): TemplateResult {
    const fields = fieldsOf(entry);
    const named = fields.filter((field) => field.tint >= 0 && field.begin < largeOctets);
    const binary = entry.kind === 'tls_message';
    const large = bytes.subarray(0, binary ? largeBinary : largeOctets);
    const cut = bytes.length > large.length;
    return html`
      <div class="wire ${binary ? 'hex' : ''}" dir="ltr">${this.renderRuns(large, fields, binary)}${
        cut ? html`<span class="more">… ${countBytes(bytes.length)} in all</span>` : nothing
      }</div>
      ${
        named.length > 0
          ? html`<ul class="fields" aria-label=${binary ? 'Parts of the message' : 'Parts of the line'}>
            ${named.slice(0, binary ? 64 : 24).map((field) => this.renderField(field, bytes, binary))}
          </ul>`
          : nothing
      }
    `;
  }

  /** The bytes as text, cut where the innermost field changes, so that each part carries its underline. */
  private renderRuns(bytes: Uint8Array, fields: readonly Field[], binary: boolean): TemplateResult[] {
    const edges = new Set([0, bytes.length]);
    for (const field of fields) {
      if (field.begin < bytes.length) edges.add(field.begin);
      if (field.end < bytes.length) edges.add(field.end);
    }
    const cuts = [...edges].sort((a, b) => a - b);
    const lit = this.litRange();
    return cuts.slice(0, -1).map((begin, i) => {
      const end = cuts[i + 1] ?? begin;
      const field = fieldAt(fields, begin);
      const on = lit && begin < lit[1] && end > lit[0] ? 'lit' : '';
      const named = field && field.tint >= 0;
      const tint = named ? `part t${field.tint}` : '';
      const range = named ? ([field.begin, field.end] as const) : undefined;
      // Pointing is a convenience; the buttons below the line do the same for everyone.
      return html`<span
        class="${tint} ${on} ${field?.name === 'crlf' ? 'eol' : ''}"
        @click=${() => range && emit(this, 'smtp-select', { entry: this.entry, range })}
        @pointerenter=${() => range && emit(this, 'smtp-hover', { entry: this.entry, range })}
        @pointerleave=${() => range && emit(this, 'smtp-hover', undefined)}
        >${
          binary
            ? `${hexText(bytes.subarray(begin, end), largeBinary)} `
            : withBreaks(bytesToText(bytes.subarray(begin, end)), end === bytes.length)
        }</span
      >`;
    });
  }

  private litRange(): readonly [number, number] | undefined {
    if (this.hover?.entry === this.entry && this.hover.range) return this.hover.range;
    return this.selection?.entry === this.entry ? this.selection.range : undefined;
  }

  private renderField(field: Field, bytes: Uint8Array, binary: boolean): TemplateResult {
    const value = binary
      ? binaryValue(bytes.subarray(field.begin, field.end))
      : firstLine(bytesToText(bytes.subarray(field.begin, Math.min(field.end, field.begin + 80))));
    const range = [field.begin, field.end] as const;
    const pinned = this.selection?.range?.[0] === field.begin && this.selection.range[1] === field.end;
    return html`<li>
      <button
        type="button"
        class="field t${field.tint}"
        aria-pressed=${pinned ? 'true' : 'false'}
        @click=${() => emit(this, 'smtp-select', { entry: this.entry, range })}
        @pointerenter=${() => emit(this, 'smtp-hover', { entry: this.entry, range })}
        @pointerleave=${() => emit(this, 'smtp-hover', undefined)}
      >
        <span class="name">${fieldTitle(field.name)}</span> <code>${shown(value)}</code>
      </button>
    </li>`;
  }

  /** What base64 in a login hides, where the trace may tell. */
  private renderDecoded(entry: TraceEntry): TemplateResult | typeof nothing {
    const decoded = decodedOf(entry);
    if (decoded.length === 0) return nothing;
    return html`<dl class="decoded" aria-label="Base64 decoded">
      ${decoded.map(({ name, value }) => html`<div><dt>${shown(name)}</dt><dd>${value ? html`<code>${shown(value)}</code>` : 'empty'}</dd></div>`)}
    </dl>`;
  }

  /** What a message of TLS says, in words. */
  private renderFacts(entry: TraceEntry): TemplateResult | typeof nothing {
    const facts = tlsMessageFacts(entry);
    if (facts.length === 0) return nothing;
    return html`<dl class="decoded" aria-label="What it says">
      ${facts.map(
        ({ name, value, brief }) => html`<div>
          <dt>${shown(name)}</dt>
          <dd>${brief ? html`<details><summary>${shown(brief)}</summary>${shown(value)}</details>` : shown(value)}</dd>
        </div>`,
      )}
    </dl>`;
  }

  private renderResult(entry: TraceEntry): TemplateResult {
    const result = entry.data as unknown as FinishedResult;
    return html`
      <p class="outcome ${result.outcome === 'delivered' ? 'good' : 'bad'}">
        ${icon(result.outcome === 'delivered' ? 'check-circle' : 'alert')}<b>${outcomeName(result.outcome)}</b>
      </p>
      ${
        result.recipients?.length
          ? html`<ul class="recipients">
            ${result.recipients.map(
              (recipient) => html`<li>
                ${icon(recipient.accepted ? 'check' : 'close')}
                <code>${shown(recipient.path)}</code>
                <span>${recipient.accepted ? 'accepted' : 'not accepted'}${recipient.code ? ` (${recipient.code})` : ''}</span>
              </li>`,
            )}
          </ul>`
          : nothing
      }
    `;
  }

  /** From anywhere in a failed session the reader finds the way to its reason. */
  private renderOutcomeLink(entry: TraceEntry): TemplateResult | typeof nothing {
    const index = this.entries.findIndex((other) => other.kind === 'diagnosis');
    if (index < 0 || index >= this.entry) return nothing;
    const diagnosis = this.entries[index]?.data as unknown as Diagnosis;
    return html`<button type="button" class="button reason" @click=${() => emit(this, 'smtp-select', { entry: index })}>
      ${icon(entry.kind === 'result' ? 'alert' : 'back')}<span>Why it failed: ${shown(diagnosis.title)}</span>
    </button>`;
  }

  private renderDiagnosis(entry: TraceEntry): TemplateResult {
    const diagnosis = entry.data as unknown as Diagnosis;
    return html`
      ${this.renderHeading(entry, diagnosis.title, 'bad')}
      ${
        diagnosis.evidence.length > 0
          ? html`<div class="evidence">
            <h3>The evidence</h3>
            <ul>
              ${diagnosis.evidence.map((seq) => this.renderEvidence(seq))}
            </ul>
          </div>`
          : nothing
      }
      <div class="why"><h3>Why</h3><p>${shown(diagnosis.cause)}</p></div>
      ${
        diagnosis.fix.length > 0
          ? html`<div class="fix">
            <h3>What to do</h3>
            <ol>
              ${diagnosis.fix.map((step) => html`<li>${shown(step)}</li>`)}
            </ol>
          </div>`
          : nothing
      }
      <p class="hint">${icon('info')}<span>${retryWords[diagnosis.retry] ?? ''}</span></p>
      ${this.renderRfc(entry.explain?.rfc ?? '')}
    `;
  }

  private renderEvidence(seq: number): TemplateResult | typeof nothing {
    const index = this.entries.findIndex((other) => other.seq === seq);
    const entry = this.entries[index];
    if (!entry) return nothing;
    return html`<li>
      <button type="button" class="proof ${speakerOf(entry)}" @click=${() => emit(this, 'smtp-select', { entry: index })}>
        <span class="vh">Show </span><code>${shown(detailOf(entry) || spokenLabel(entry))}</code>
      </button>
    </li>`;
  }

  private renderRfc(rfc: string): TemplateResult | typeof nothing {
    if (!rfc) return nothing;
    const address = rfcAddress(rfc);
    return html`<p class="rfc">
      ${
        address
          ? html`<a href=${address} target="_blank" rel="noreferrer noopener">${rfc}${icon('external')}<span class="vh"> (opens in a new tab)</span></a>`
          : rfc
      }
    </p>`;
  }
}

/** Octets as text where they are some, else in hexadecimal. */
function binaryValue(octets: Uint8Array): string {
  const readable = octets.length > 2 && octets.every((octet) => octet > 0x20 && octet < 0x7f);
  return readable ? bytesToText(octets.subarray(0, 80)) : hexText(octets, 8);
}

/** The first of several lines. */
function firstLine(text: string): string {
  const end = text.indexOf('\r\n');
  return end > 0 && end < text.length - 2 ? `${text.slice(0, end)} …` : text;
}

/** Text with a line break after every visible line feed but the very last. */
function withBreaks(text: string, last: boolean): (TemplateResult | typeof nothing)[] {
  const lines = text.split(/(?<=\n)/);
  return lines.map((line, i) => {
    const breaks = line.endsWith('\n') && !(last && i === lines.length - 1);
    return html`${shown(line)}${breaks ? html`<br />` : nothing}`;
  });
}
