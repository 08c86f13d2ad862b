import { css } from 'lit';

/** What every element of the page shares: box model, buttons, focus, icons, text for assistive technology. */
export const sharedStyles = css`
  :host {
    display: block;
    color: var(--smtp-ink);
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  .icon {
    flex: none;
    width: 1.15em;
    height: 1.15em;
    vertical-align: -0.18em;
  }
  .vh {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    cursor: pointer;
  }
  button:disabled,
  button[aria-disabled="true"] {
    cursor: default;
    opacity: 0.5;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.45rem;
    min-height: 2.25rem;
    padding: 0.3rem 0.8rem;
    border: 1px solid var(--smtp-edge);
    border-radius: 8px;
    background: var(--smtp-card);
    text-decoration: none;
    color: inherit;
    white-space: nowrap;
  }
  .button:hover:not(:disabled, [aria-disabled="true"]) {
    background: var(--smtp-hover);
  }
  .button.primary {
    background: var(--smtp-ink);
    border-color: var(--smtp-ink);
    color: var(--smtp-paper);
    font-weight: 600;
  }
  .button.primary:hover:not(:disabled, [aria-disabled="true"]) {
    background: color-mix(in srgb, var(--smtp-ink) 86%, var(--smtp-paper));
  }
  .button.square {
    width: 2.25rem;
    padding: 0;
  }
  .button.small {
    min-height: 1.75rem;
    padding: 0.1rem 0.55rem;
    font-size: 0.85rem;
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
  }
  .button.quiet:hover:not(:disabled, [aria-disabled="true"]) {
    background: var(--smtp-hover);
  }
  :focus-visible {
    outline: 2px solid var(--smtp-focus);
    outline-offset: 2px;
  }
  a {
    color: var(--smtp-link);
    text-underline-offset: 0.2em;
  }
  code,
  .mono {
    font-family: var(--smtp-mono);
    font-size: 0.93em;
  }
  .standin {
    display: inline-block;
    border: 1px solid currentColor;
    border-radius: 3px;
    padding: 0 0.18em;
    margin: 0 0.08em;
    font: 600 0.68em/1.35 var(--smtp-mono);
    vertical-align: 0.12em;
    letter-spacing: 0;
  }
  @media (forced-colors: active) {
    .button {
      border-color: ButtonText;
    }
    .button.primary {
      forced-color-adjust: none;
      background: ButtonText;
      color: ButtonFace;
    }
  }
`;
