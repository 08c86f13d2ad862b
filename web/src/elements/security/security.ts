import { SmtpSecurity } from './security.component';

customElements.define('smtp-security', SmtpSecurity);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-security': SmtpSecurity;
  }
}
