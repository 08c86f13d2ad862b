import { css } from 'lit';

export const securityStyles = css`
  :host {
    padding: 0.8rem 1.1rem 1rem;
  }
  .quiet {
    margin: 0;
    color: var(--smtp-dim);
  }
  .state {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.2rem 0.5rem;
    margin: 0 0 0.6rem;
  }
  .state.closed {
    color: var(--smtp-tls);
  }
  .state.open {
    color: var(--smtp-warn);
  }
  h3 {
    margin: 0.9rem 0 0.3rem;
    font-size: 0.9rem;
  }
  dl {
    margin: 0;
    font-size: 0.9rem;
  }
  dl div {
    display: grid;
    grid-template-columns: 8rem minmax(0, 1fr);
    padding: 0.1rem 0;
  }
  dt {
    color: var(--smtp-dim);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  ul,
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.9rem;
  }
  .readers li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 0.8rem;
    padding: 0.45rem 0;
    border-top: 1px solid var(--smtp-line);
  }
  .reads {
    display: inline-flex;
    align-items: center;
    gap: 0.35rem;
    font-weight: 600;
    font-size: 0.85rem;
  }
  .yes .reads {
    color: var(--smtp-warn);
  }
  .no .reads {
    color: var(--smtp-tls);
  }
  .why {
    grid-column: 1 / -1;
    color: var(--smtp-dim);
    max-width: 60ch;
  }
  .chain li {
    display: flex;
    flex-direction: column;
    padding: 0.4rem 0 0.4rem 0.8rem;
    border-left: 3px solid var(--smtp-tls);
    overflow-wrap: anywhere;
  }
  .chain li + li {
    margin-top: 0.3rem;
    border-left-color: var(--smtp-line);
  }
  .chain span {
    color: var(--smtp-dim);
  }
`;
