import '../elements/composer/composer';
import '../elements/mailbox/mailbox';
import '../elements/session/session';
import { SmtpApp } from './app.component';

customElements.define('smtp-app', SmtpApp);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-app': SmtpApp;
  }
}
