import '../bytes/bytes';
import '../chapters/chapters';
import '../message/message';
import '../mode/mode';
import '../now/now';
import '../security/security';
import '../state/state';
import '../story/story';
import '../transport/transport';
import { SmtpSession } from './session.component';

customElements.define('smtp-session', SmtpSession);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-session': SmtpSession;
  }
}
