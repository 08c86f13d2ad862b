import { SmtpNow } from './now.component';

customElements.define('smtp-now', SmtpNow);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-now': SmtpNow;
  }
}
