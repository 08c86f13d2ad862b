import { SmtpChapters } from './chapters.component';

customElements.define('smtp-chapters', SmtpChapters);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-chapters': SmtpChapters;
  }
}
