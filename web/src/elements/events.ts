import type { PlayerAction } from '../player/player';
import type { Selection } from '../trace/selection';

/** Events of the page's elements and what each carries in `detail`. All bubble and cross shadow roots. */
export interface SmtpEvents {
  'smtp-select': Selection | undefined;
  'smtp-hover': Selection | undefined;
  'smtp-player': PlayerAction;
}

/** Sends one of the page's events from an element. */
export function emit<K extends keyof SmtpEvents>(from: HTMLElement, name: K, detail: SmtpEvents[K]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
