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
  .more {
    margin: 0.35rem 0 -0.3rem -0.5rem;
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
  .confirm:focus:not(:focus-visible) {
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
  .confirm .warn {
    color: var(--smtp-bad);
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
  }
`;
