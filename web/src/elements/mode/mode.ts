import { SmtpMode } from './mode.component';

customElements.define('smtp-mode', SmtpMode);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-mode': SmtpMode;
  }
}
