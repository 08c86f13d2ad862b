import { css, html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';

export type Mode = 'simulated' | 'live';

/** @summary Whether a session is LIVE or SIMULATED: a word, a colour and an icon. */
export class SmtpMode extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: inline-block;
      }
      span {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        padding: 0.1rem 0.7rem;
        border: 1.5px solid currentColor;
        border-radius: 99px;
        font-size: 0.8rem;
        font-weight: 700;
        letter-spacing: 0.04em;
        white-space: nowrap;
      }
      .live {
        color: var(--smtp-good);
        background: var(--smtp-good-bg);
      }
      .simulated {
        color: var(--smtp-client);
        border-style: dashed;
      }
    `,
  ];

  @property() mode: Mode = 'simulated';
  /** The session is over and comes from a file. */
  @property({ type: Boolean }) recorded = false;

  override render(): TemplateResult {
    const live = this.mode === 'live';
    const title = !live
      ? 'Both sides run in this page; nothing leaves it'
      : this.recorded
        ? 'A recording of a real session over a network'
        : 'A real session over a network';
    return html`<span class=${this.mode} title=${title}
      >${icon(live ? (this.recorded ? 'replay' : 'radio') : 'flask')}${live ? (this.recorded ? 'LIVE, RECORDED' : 'LIVE') : 'SIMULATED'}</span
    >`;
  }
}
