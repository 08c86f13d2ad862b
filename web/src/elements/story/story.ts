import { SmtpStory } from './story.component';

customElements.define('smtp-story', SmtpStory);

declare global {
  interface HTMLElementTagNameMap {
    'smtp-story': SmtpStory;
  }
}
