import { css } from 'lit';

export const composerStyles = css`
  :host {
    container-type: inline-size;
  }
  .composer {
    display: grid;
    grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
    align-items: start;
    gap: 1rem;
    max-width: 74rem;
    margin: 0 auto;
    padding: 1rem;
  }
  .card {
    padding: 1.1rem 1.3rem 1.3rem;
    border: 1px solid var(--smtp-line);
    border-radius: var(--smtp-radius);
    background: var(--smtp-card);
    box-shadow: var(--smtp-shadow);
  }
  .dropping .card:first-child {
    outline: 3px dashed var(--smtp-client);
    outline-offset: -6px;
  }
  h2 {
    margin: 0 0 0.8rem;
    font-size: 1.15rem;
    letter-spacing: -0.012em;
  }
  .field {
    margin-top: 0.7rem;
  }
  label,
  .label {
    display: block;
    margin: 0 0 0.2rem;
    font-size: 0.88rem;
    font-weight: 600;
  }
  input[type="text"],
  input[type="password"],
  input[type="number"],
  textarea,
  select {
    width: 100%;
    min-height: 2.4rem;
    padding: 0.35rem 0.65rem;
    border: 1px solid var(--smtp-field-edge);
    border-radius: 8px;
    background: var(--smtp-card);
  }
  textarea {
    display: block;
    resize: vertical;
    line-height: 1.5;
  }
  input:focus-visible,
  textarea:focus-visible,
  select:focus-visible {
    outline-offset: 0;
  }
  .wrong input {
    border-color: var(--smtp-bad);
    box-shadow: 0 0 0 1px var(--smtp-bad);
  }
  .note {
    margin: 0.2rem 0 0;
    font-size: 0.82rem;
    color: var(--smtp-dim);
  }
  .note:empty {
    display: none;
  }
  .wrong .note {
    display: flex;
    gap: 0.35rem;
    color: var(--smtp-bad);
  }
  .wrong .note .icon {
    margin-top: 0.2em;
  }
  .more {
    margin: 0.35rem 0 -0.3rem -0.5rem;
  }
  .files ul {
    margin: 0 0 0.5rem;
    padding: 0;
    list-style: none;
  }
  .files li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 0.6rem;
    padding: 0.4rem 0;
    border-top: 1px solid var(--smtp-line);
  }
  .files img,
  .paper {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    object-fit: cover;
    border-radius: 6px;
    background: var(--smtp-sunk);
    color: var(--smtp-dim);
  }
  .about {
    display: flex;
    flex: 1 1 8rem;
    flex-direction: column;
    min-width: 0;
    font-size: 0.9rem;
  }
  .file-name {
    overflow-wrap: anywhere;
    font-weight: 600;
  }
  .size {
    font-size: 0.8rem;
    color: var(--smtp-dim);
  }
  .inline {
    margin: 0;
    font-weight: 400;
  }
  .inline select {
    width: auto;
    min-height: 2rem;
    padding: 0.1rem 0.4rem;
    font-size: 0.85rem;
  }
  .pick {
    position: relative;
    width: fit-content;
    margin: 0;
    cursor: pointer;
    font-weight: 400;
  }
  .pick:focus-within {
    outline: 2px solid var(--smtp-focus);
    outline-offset: 2px;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    font-size: 0.88rem;
    font-weight: 600;
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
  .check {
    margin-top: 0.6rem;
  }
  .check.warn {
    color: var(--smtp-bad);
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
  .send {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem 0.9rem;
    margin-top: 1.2rem;
    padding-top: 1rem;
    border-top: 1px solid var(--smtp-line);
  }
  .send .button {
    min-height: 2.75rem;
    padding-inline: 1.6rem;
    font-size: 1.02rem;
  }
  .trouble {
    display: flex;
    flex: 1 0 100%;
    gap: 0.5rem;
    margin: 0;
    color: var(--smtp-bad);
  }
  .trouble .icon {
    margin-top: 0.25em;
  }
  .confirm {
    margin-top: 1.2rem;
    padding: 0.9rem 1.1rem 1.1rem;
    border: 2px solid var(--smtp-good);
    border-radius: 10px;
    background: var(--smtp-good-bg);
  }
  .confirm:focus {
    outline: none;
  }
  .confirm h3 {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    margin: 0;
    font-size: 1.02rem;
  }
  .confirm p {
    margin: 0.4rem 0 0;
    overflow-wrap: anywhere;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.9rem;
  }
  @container (max-width: 800px) {
    .composer {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @container (max-width: 440px) {
    .composer {
      gap: 0.6rem;
      padding: 0.6rem;
    }
    .card {
      padding: 0.9rem 0.85rem 1rem;
    }
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
