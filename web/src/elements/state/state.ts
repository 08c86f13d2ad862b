import { SmtpState } from './state.component';

customElements.define('smtp-state', SmtpState);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-state': SmtpState;
  }
}
