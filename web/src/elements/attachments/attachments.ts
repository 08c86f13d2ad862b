import { SmtpAttachments } from './attachments.component';

customElements.define('smtp-attachments', SmtpAttachments);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-attachments': SmtpAttachments;
  }
}
