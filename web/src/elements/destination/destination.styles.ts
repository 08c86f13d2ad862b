import { css } from 'lit';

export const destinationStyles = css`
  :host {
    container-type: inline-size;
  }
  .presets {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
    gap: 0.5rem;
  }
  .preset {
    position: relative;
    display: flex;
    align-items: center;
    gap: 0.65rem;
    margin: 0;
    padding: 0.55rem 0.75rem;
    border: 1px solid var(--smtp-edge);
    border-radius: 9px;
    cursor: pointer;
    font-weight: 400;
  }
  .preset:hover {
    background: var(--smtp-hover);
  }
  .preset.on {
    border-color: var(--smtp-ink);
    box-shadow: inset 0 0 0 1px var(--smtp-ink);
  }
  .preset:has(:focus-visible) {
    outline: 2px solid var(--smtp-focus);
    outline-offset: 2px;
  }
  .preset input {
    flex: none;
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--smtp-ink);
  }
  .preset input:focus-visible {
    outline: none;
  }
  .preset > .icon {
    order: 3;
    margin-left: auto;
    color: var(--smtp-dim);
  }
  .preset b,
  .preset small {
    display: block;
    line-height: 1.35;
  }
  .preset small,
  .break small {
    color: var(--smtp-dim);
    font-size: 0.8rem;
  }
  .mode-line {
    display: flex;
    align-items: center;
    gap: 0.3rem 0.7rem;
    margin: 1rem 0 0.3rem;
    font-size: 0.88rem;
    color: var(--smtp-dim);
  }
  .mode-line smtp-mode {
    flex: none;
  }
  .break,
  .choice {
    margin-top: 0.9rem;
  }
  .break label,
  .choice label,
  .check {
    display: flex;
    align-items: baseline;
    gap: 0.55rem;
    min-height: 1.75rem;
    margin: 0.15rem 0 0;
    cursor: pointer;
    font-weight: 400;
  }
  .break .field label {
    font-weight: 600;
  }
  .break input,
  .choice input,
  .check input {
    flex: none;
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--smtp-ink);
    transform: translateY(3px);
  }
  details {
    margin-top: 0.9rem;
  }
  summary {
    min-height: 1.75rem;
    cursor: pointer;
    font-size: 0.9rem;
    font-weight: 600;
  }
  .server {
    margin: 0.7rem 0 0;
  }
  .pair {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 7rem;
    gap: 0 0.7rem;
  }
  .pair.even {
    grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
  }
  .secret {
    display: flex;
    gap: 0.2rem;
  }
  .secret input {
    flex: 1;
    min-width: 0;
  }
  .secret .button {
    min-height: 2.4rem;
  }
  @container (max-width: 400px) {
    .mode-line {
      flex-wrap: wrap;
    }
  }
  @media (forced-colors: active) {
    .preset.on {
      outline: 2px solid Highlight;
    }
  }
`;
