import { SmtpMessage } from './message.component';

customElements.define('smtp-message', SmtpMessage);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-message': SmtpMessage;
  }
}
