import { css } from 'lit';

export const transportStyles = css`
  :host {
    container-type: inline-size;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.8rem;
    padding: 0.5rem 1rem;
  }
  .group {
    display: flex;
    gap: 0.3rem;
  }
  .step {
    padding-left: 1rem;
  }
  .play .button {
    min-width: 5.6rem;
  }
  .speed select {
    min-height: 2.25rem;
    padding: 0 0.3rem;
    border: 1px solid var(--smtp-edge);
    border-radius: 8px;
    background: var(--smtp-card);
  }
  .scrub {
    flex: 1 1 10rem;
    display: flex;
    min-width: 6rem;
  }
  .scrub input {
    flex: 1;
    min-width: 0;
    height: 28px;
    margin: 0;
    accent-color: var(--smtp-ink);
  }
  .position {
    flex: 0 1 20rem;
    margin: 0;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font: 0.82rem var(--smtp-mono);
    color: var(--smtp-dim);
  }
  .position b {
    color: var(--smtp-ink);
  }
  .live {
    border-color: var(--smtp-good);
    color: var(--smtp-good);
    font-weight: 600;
  }
  @container (max-width: 700px) {
    .bar {
      gap: 0.3rem 0.5rem;
      padding: 0.4rem 0.6rem 0.5rem;
    }
    .scrub {
      order: -1;
      flex-basis: 100%;
    }
    .position {
      flex: 1 1 6rem;
      order: 3;
    }
  }
  @container (max-width: 440px) {
    .bar {
      gap: 0.15rem 0.2rem;
    }
    .group {
      gap: 0.2rem;
    }
    .button.square,
    .play .button {
      width: 2.1rem;
      min-width: 0;
      padding: 0;
    }
    .play .button span {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .step {
      padding: 0.3rem 0.5rem;
    }
    .speed select {
      width: 3.6rem;
    }
    .position {
      flex-basis: 100%;
    }
  }
`;
