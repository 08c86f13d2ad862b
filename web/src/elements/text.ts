import { html, type TemplateResult } from 'lit';
import { visiblePieces } from '../text/visible';

/** Text from anywhere, safe to read: control and direction characters appear as small boxed names. */
export function shown(text: string): TemplateResult {
  return html`${visiblePieces(text).map((piece) =>
    piece.name ? html`<span class="standin" title=${piece.name}>${piece.text}</span>` : piece.text,
  )}`;
}
