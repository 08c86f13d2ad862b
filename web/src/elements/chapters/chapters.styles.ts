import { css } from 'lit';

export const chaptersStyles = css`
  :host {
    container-type: inline-size;
  }
  ol {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  button {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    min-height: 1.75rem;
    padding: 0.1rem 0.7rem;
    border: 0;
    border-radius: 99px;
    background: none;
    font-size: 0.86rem;
    color: var(--smtp-dim);
  }
  button:hover {
    background: var(--smtp-hover);
  }
  .done .icon {
    color: var(--smtp-good);
  }
  .done.failed button,
  .done.failed .icon {
    color: var(--smtp-bad);
  }
  .now button {
    background: var(--smtp-ink);
    color: var(--smtp-paper);
    font-weight: 600;
  }
  @container (max-width: 440px) {
    ol {
      gap: 0;
    }
    button {
      padding-inline: 0.4rem;
      font-size: 0.8rem;
    }
    .done:not(.failed) .icon {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .now button {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
