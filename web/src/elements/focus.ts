import type { LitElement } from 'lit';

/** After the next rendering of `element`: moves the focus to what `selector` names in it, and that into view. */
export function focusOn(element: LitElement, selector: string): void {
  element.updateComplete.then(() => {
    const target = element.renderRoot.querySelector<HTMLElement>(selector);
    target?.focus();
    target?.scrollIntoView({ block: 'center' });
  });
}
