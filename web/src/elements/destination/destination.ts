import '../mode/mode';
import { SmtpDestination } from './destination.component';

customElements.define('smtp-destination', SmtpDestination);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-destination': SmtpDestination;
  }
}
