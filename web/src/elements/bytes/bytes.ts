import { SmtpBytes } from './bytes.component';

customElements.define('smtp-bytes', SmtpBytes);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-bytes': SmtpBytes;
  }
}
