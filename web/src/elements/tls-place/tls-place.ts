import { SmtpTlsPlace } from './tls-place.component';

customElements.define('smtp-tls-place', SmtpTlsPlace);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-tls-place': SmtpTlsPlace;
  }
}
