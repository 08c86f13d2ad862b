import { SmtpMailbox } from './mailbox.component';

customElements.define('smtp-mailbox', SmtpMailbox);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-mailbox': SmtpMailbox;
  }
}
