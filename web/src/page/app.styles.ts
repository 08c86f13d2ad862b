import { css } from 'lit';

export const appStyles = css`
  :host {
    container-type: inline-size;
  }
  .app {
    position: relative;
  }
  .dropping::after {
    content: "Drop a trace file to open it";
    position: fixed;
    inset: 0.75rem;
    z-index: 20;
    display: grid;
    place-items: center;
    border: 3px dashed var(--smtp-client);
    border-radius: 16px;
    background: color-mix(in srgb, var(--smtp-paper) 88%, transparent);
    font-size: 1.2rem;
    font-weight: 600;
    pointer-events: none;
  }
  .notice {
    display: flex;
    align-items: start;
    gap: 0.6rem;
    max-width: 74rem;
    margin: 0.8rem auto 0;
    padding: 0.5rem 0.6rem 0.5rem 1rem;
    border: 1px solid var(--smtp-bad);
    border-radius: 8px;
    background: var(--smtp-bad-bg);
  }
  .notice > .icon {
    margin-top: 0.45em;
    color: var(--smtp-bad);
  }
  .notice span {
    flex: 1;
    align-self: center;
    overflow-wrap: anywhere;
  }
  .crumbs {
    max-width: 74rem;
    margin: 0 auto;
    padding: 1rem 1rem 0;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
  }
  .stop {
    border-color: var(--smtp-bad);
    color: var(--smtp-bad);
    font-weight: 600;
  }
  @container (max-width: 440px) {
    .actions .button {
      width: 2.25rem;
      padding: 0;
    }
    .actions span {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
`;
