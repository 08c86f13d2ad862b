import '../attachments/attachments';
import '../destination/destination';
import { SmtpComposer } from './composer.component';

customElements.define('smtp-composer', SmtpComposer);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-composer': SmtpComposer;
  }
}
