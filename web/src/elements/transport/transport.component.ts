import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { PlayerAction } from '../../player/player';
import { type PlayerState, type Speed, speeds } from '../../player/player';
import { emit } from '../events';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { transportStyles } from './transport.styles';

/**
 * @summary Moves the cursor: first, back, step, last, play and a scrubber.
 * @event smtp-player - What the reader wants; detail is a PlayerAction.
 */
export class SmtpTransport extends LitElement {
  static override styles = [sharedStyles, transportStyles];

  @property({ attribute: false }) player!: PlayerState;
  /** Units of the trace, and how many have happened. */
  @property({ type: Number }) total = 0;
  @property({ type: Number }) done = 0;
  /** What happens at the cursor, in a few words. */
  @property() now = '';

  override render(): TemplateResult {
    const { player, done, total } = this;
    const atStart = done <= 1;
    const atEnd = done >= total;
    return html`
      <div class="bar" role="toolbar" aria-label="Move through the session">
        <div class="group">
          ${this.button('First', 'first', { do: 'first' }, atStart)} ${this.button('Back', 'back', { do: 'back' }, atStart)}
          <button
            type="button"
            class="button primary step"
            title="Step (right arrow)"
            aria-disabled=${atEnd ? 'true' : 'false'}
            @click=${() => this.askUnless(atEnd, { do: 'step' })}
          >
            Step${icon('step')}
          </button>
          ${this.button('Last', 'last', { do: 'last' }, atEnd)}
        </div>
        <div class="group play">
          <button
            type="button"
            class="button"
            title="${player.playing ? 'Pause' : 'Play'} (space)"
            @click=${() => this.ask({ do: player.playing ? 'pause' : 'play' })}
          >
            ${icon(player.playing ? 'pause' : 'play')}<span>${player.playing ? 'Pause' : 'Play'}</span>
          </button>
          <label class="speed"
            ><span class="vh">Speed</span>
            <select @change=${this.onSpeed}>
              ${speeds.map((speed) => html`<option value=${speed} ?selected=${speed === player.speed}>${speed}×</option>`)}
            </select>
          </label>
        </div>
        <label class="scrub"
          ><span class="vh">Position</span>
          <input
            type="range"
            min="1"
            max=${Math.max(1, total)}
            .value=${String(Math.max(1, done))}
            aria-valuetext="${done} of ${total}, ${this.now}"
            ?disabled=${total < 2}
            @input=${this.onScrub}
          />
        </label>
        <p class="position"><b>${done}/${total}</b> <span>${this.now}</span></p>
        ${
          player.live && !player.following
            ? html`<button type="button" class="button live" @click=${this.onFollow}>
              ${icon('radio')}<span>Live</span>
            </button>`
            : nothing
        }
      </div>
    `;
  }

  private button(
    name: string,
    shape: 'first' | 'back' | 'last',
    action: PlayerAction,
    disabled: boolean,
  ): TemplateResult {
    return html`<button type="button" class="button square" aria-label=${name} title=${name} aria-disabled=${disabled ? 'true' : 'false'} @click=${() => this.askUnless(disabled, action)}>
      ${icon(shape)}
    </button>`;
  }

  private ask(action: PlayerAction): void {
    emit(this, 'smtp-player', action);
  }

  /** A button at its end stays where focus can be: a disabled one would drop it, and the keys with it. */
  private askUnless(atEnd: boolean, action: PlayerAction): void {
    if (!atEnd) this.ask(action);
  }

  private onFollow(): void {
    this.ask({ do: 'follow' });
    this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.step')?.focus());
  }

  private onScrub(event: Event): void {
    this.ask({ do: 'seek', unit: Number((event.target as HTMLInputElement).value) });
  }

  private onSpeed(event: Event): void {
    this.ask({ do: 'speed', speed: Number((event.target as HTMLSelectElement).value) as Speed });
  }
}
