import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { icon } from '../icon';

/** A labelled check box; `set` hears of each change, `tone` is a further class. */
export function checkBox(
  label: string,
  checked: boolean,
  set: (on: boolean) => void,
  tone = '',
): TemplateResult {
  return html`<label class="check ${tone}">
    <input
      type="checkbox"
      .checked=${live(checked)}
      @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
    />
    ${label}
  </label>`;
}

/** What stands below a field: its problem, else a hint. */
export function fieldNote(field: string, problem: string | undefined, hint = ''): TemplateResult {
  return html`<p id="${field}-note" class="note">${problem ? html`${icon('alert')}${problem}` : hint}</p>`;
}

/** A labelled secret that can be shown. Never stored: no form around it, no name, no autofill. */
export function secretField(
  field: string,
  label: string,
  value: string,
  note: { problem: string | undefined; hint: string },
  shown: boolean,
  on: { input: (event: Event) => void; show: (shown: boolean) => void },
): TemplateResult {
  return html`<div class="field ${note.problem ? 'wrong' : ''}">
    <label for=${field}>${label}</label>
    <span class="secret">
      <input
        id=${field}
        type=${shown ? 'text' : 'password'}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        data-1p-ignore
        data-lpignore="true"
        aria-invalid=${note.problem ? 'true' : 'false'}
        aria-describedby="${field}-note"
        .value=${live(value)}
        @input=${on.input}
      />
      <button
        type="button"
        class="button square quiet"
        aria-pressed=${shown ? 'true' : 'false'}
        aria-label="Show ${label.toLowerCase()}"
        @click=${() => on.show(!shown)}
      >
        ${icon(shown ? 'eye-off' : 'eye')}
      </button>
    </span>
    ${fieldNote(field, note.problem, note.hint)}
  </div>`;
}

/** A labelled line of text with its note. */
export function textField(
  field: string,
  label: string,
  value: string,
  problem: string | undefined,
  on: { input: (event: Event) => void; change: () => void },
): TemplateResult {
  return html`<div class="field ${problem ? 'wrong' : ''}">
    <label for=${field}>${label}</label>
    <input
      id=${field}
      type="text"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      aria-invalid=${problem ? 'true' : 'false'}
      aria-describedby="${field}-note"
      .value=${live(value)}
      @input=${on.input}
      @change=${on.change}
    />
    ${fieldNote(field, problem)}
  </div>`;
}
