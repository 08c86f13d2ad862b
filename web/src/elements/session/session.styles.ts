import { css } from 'lit';

export const sessionStyles = css`
  :host {
    container-type: inline-size;
  }
  .viewer {
    display: flex;
    flex-direction: column;
    min-height: calc(100dvh - 3.1rem);
  }
  .viewer:focus-visible {
    outline-offset: -2px;
  }
  .head {
    max-width: 1500px;
    width: 100%;
    margin: 0 auto;
    padding: 0.7rem 1rem 0.1rem;
  }
  .title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 0.7rem;
  }
  h1 {
    margin: 0;
    min-width: 0;
    font-size: 1.15rem;
    letter-spacing: -0.012em;
    overflow-wrap: anywhere;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    margin-left: auto;
  }
  smtp-chapters {
    margin: 0.45rem 0 0 -0.35rem;
  }
  .panels {
    display: grid;
    grid-template-columns: minmax(0, 1.02fr) minmax(0, 1fr);
    flex: 1;
    gap: 1rem;
    width: 100%;
    max-width: 1500px;
    margin: 0 auto;
    padding: 0.6rem 1rem 1rem;
  }
  .card {
    background: var(--smtp-card);
    border: 1px solid var(--smtp-line);
    border-radius: var(--smtp-radius);
    box-shadow: var(--smtp-shadow);
    overflow: hidden;
    min-width: 0;
  }
  .story {
    position: sticky;
    top: 0.6rem;
    min-height: 26rem;
    max-height: calc(100dvh - 5.5rem);
  }
  .story smtp-story {
    position: absolute;
    inset: 0;
  }
  .side {
    display: grid;
    gap: 1rem;
    align-content: start;
    min-width: 0;
  }
  .see {
    margin-top: 0.8rem;
  }
  .tabs {
    display: flex;
    gap: 0.1rem;
    padding: 0 0.6rem;
    border-bottom: 1px solid var(--smtp-line);
  }
  .tabs button {
    min-height: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 0;
    border-bottom: 2.5px solid transparent;
    background: none;
    color: var(--smtp-dim);
    font-size: 0.9rem;
  }
  .tabs button:hover {
    color: var(--smtp-ink);
  }
  .tabs button[aria-selected="true"] {
    border-color: var(--smtp-ink);
    color: var(--smtp-ink);
    font-weight: 600;
  }
  .tabs button:focus-visible {
    outline-offset: -3px;
  }
  .panel {
    scroll-margin-bottom: 5rem;
  }
  @media (forced-colors: active) {
    .tabs button {
      border-bottom-color: Canvas;
    }
    .tabs button[aria-selected="true"] {
      border-bottom-color: Highlight;
    }
  }
  smtp-transport {
    position: sticky;
    bottom: 0;
    z-index: 5;
    background: var(--smtp-card);
    border-top: 1px solid var(--smtp-line);
  }
  dialog {
    max-width: 26rem;
    padding: 1.2rem 1.4rem;
    border: 1px solid var(--smtp-edge);
    border-radius: var(--smtp-radius);
    background: var(--smtp-card);
    color: var(--smtp-ink);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  dialog h2 {
    margin: 0;
    font-size: 1.1rem;
  }
  dialog p {
    margin: 0.2rem 0 0.8rem;
    color: var(--smtp-dim);
  }
  dl {
    margin: 0 0 1rem;
  }
  dl div {
    display: grid;
    grid-template-columns: 8rem 1fr;
    padding: 0.2rem 0;
  }
  dd {
    margin: 0;
  }
  kbd {
    padding: 0.05rem 0.4rem;
    border: 1px solid var(--smtp-edge);
    border-radius: 5px;
    font: 0.85rem var(--smtp-mono);
  }
  @container (max-width: 860px) {
    .panels {
      grid-template-columns: minmax(0, 1fr);
      gap: 0.6rem;
      padding: 0.5rem 0.6rem 0.8rem;
    }
    .head {
      padding: 0.6rem 0.6rem 0;
    }
    .panels {
      align-content: start;
    }
    .story {
      position: static;
      min-height: 0;
      max-height: none;
    }
    .story smtp-story {
      position: static;
      height: auto;
      max-height: 44dvh;
    }
    .actions {
      margin-left: 0;
    }
  }
  @container (max-width: 440px) {
    .tabs {
      padding: 0 0.2rem;
    }
    .tabs button {
      padding: 0.4rem 0.5rem;
    }
    h1 {
      font-size: 1.05rem;
    }
  }
`;
