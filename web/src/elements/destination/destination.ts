import '../mode/mode';
import '../tls-place/tls-place';
import { SmtpDestination } from './destination.component';

customElements.define('smtp-destination', SmtpDestination);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-destination': SmtpDestination;
  }
}
