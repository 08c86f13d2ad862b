import { html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { ChapterMark } from '../../trace/chapters';
import { emit } from '../events';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { chaptersStyles } from './chapters.styles';

/**
 * @summary The parts of the session, each a button that leads there.
 * @event smtp-player - Detail is a PlayerAction (`seek-entry`).
 */
export class SmtpChapters extends LitElement {
  static override styles = [sharedStyles, chaptersStyles];

  @property({ attribute: false }) chapters: readonly ChapterMark[] = [];
  @property({ type: Number }) cursor = 0;
  @property({ type: Number }) reached = 0;
  /** The chapter of the entry at the cursor. */
  @property() current = '';

  override render(): TemplateResult {
    const at = this.chapters.findIndex((mark) => mark.chapter === this.current);
    return html`<nav aria-label="Chapters">
      <ol>
        ${this.chapters
          .filter((mark) => mark.first < this.reached)
          .map((mark, i) => {
            const done = i < at;
            const now = mark.chapter === this.current;
            return html`<li class="${now ? 'now' : done ? 'done' : ''} ${mark.failed ? 'failed' : ''}">
              <button
                type="button"
                aria-current=${now ? 'step' : 'false'}
                @click=${() => emit(this, 'smtp-player', { do: 'seek-entry', entry: mark.first })}
              >
                ${done ? icon(mark.failed ? 'close' : 'check') : ''}${mark.name}${done && mark.failed ? html`<span class="vh"> (failed)</span>` : ''}
              </button>
            </li>`;
          })}
      </ol>
    </nav>`;
  }
}
