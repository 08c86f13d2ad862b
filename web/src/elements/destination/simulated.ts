import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type Breakage, hangUpPoints } from '../../page/send-request';
import { breakages } from './labels';

/** What goes wrong on purpose, and where the server hangs up if it is that; `set` hears of each choice. */
export function breakageChoice(
  breakage: Breakage,
  hangUpAfter: string,
  set: { breakage: (chosen: Breakage) => void; hangUpAfter: (verb: string) => void },
): TemplateResult {
  return html`<fieldset class="break">
    <legend>Break something</legend>
    ${breakages.map(
      ([name, title, note]) => html`<label>
        <input
          type="radio"
          name="breakage"
          value=${name}
          .checked=${live(breakage === name)}
          @change=${() => set.breakage(name)}
        />
        <span><b>${title}</b> <small>${note}</small></span>
      </label>`,
    )}
    ${
      breakage === 'hang-up'
        ? html`<div class="field">
          <label for="hang-up-after">It hangs up</label>
          <select
            id="hang-up-after"
            @change=${(event: Event) => set.hangUpAfter((event.target as HTMLSelectElement).value)}
          >
            ${hangUpPoints.map(
              ([verb, title]) =>
                html`<option value=${verb} ?selected=${verb === hangUpAfter}>${title}</option>`,
            )}
          </select>
        </div>`
        : nothing
    }
  </fieldset>`;
}

/** How far away the simulated server is; `set` hears of whole milliseconds from 0 to 60 000. */
export function latencyField(latencyMs: number, set: (ms: number) => void): TemplateResult {
  return html`<div class="field">
    <label for="latency">Distance: milliseconds one way</label>
    <input
      id="latency"
      type="number"
      min="0"
      max="60000"
      .value=${live(String(latencyMs))}
      @change=${(event: Event) => {
        const ms = Math.round(Number((event.target as HTMLInputElement).value));
        set(Math.min(60_000, Math.max(0, Number.isFinite(ms) ? ms : 40)));
      }}
    />
  </div>`;
}
