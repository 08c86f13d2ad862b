import { SmtpTransport } from './transport.component';

customElements.define('smtp-transport', SmtpTransport);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-transport': SmtpTransport;
  }
}
