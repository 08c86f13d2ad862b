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
    align-items: baseline;
    gap: 0.5rem;
    margin: 0 0 0.6rem;
  }
  .state .icon {
    align-self: start;
    margin-top: 0.15em;
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
    padding: 0.4rem 0 0.4rem 0.8rem;
    border-left: 3px solid var(--smtp-tls);
    overflow-wrap: anywhere;
  }
  .chain li + li {
    margin-top: 0.5rem;
    border-left-color: var(--smtp-line);
  }
  .chain.unverified li {
    border-left-color: var(--smtp-warn);
  }
  .chain li.refused {
    border-left-color: var(--smtp-bad);
  }
  .chain dl {
    margin-top: 0.2rem;
    font-size: 0.85rem;
  }
  .chain .faulty dd {
    color: var(--smtp-bad);
    font-weight: 600;
  }
  .at {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    margin-left: 0.5rem;
    color: var(--smtp-bad);
    font-weight: 600;
    font-size: 0.85rem;
  }
  .fits {
    font-weight: 600;
    color: var(--smtp-tls);
  }
  .anchor {
    display: flex;
    gap: 0.45rem;
    margin: 0.5rem 0 0;
    font-size: 0.9rem;
    color: var(--smtp-dim);
  }
  .anchor .icon {
    margin-top: 0.2em;
  }
  .handshake {
    max-width: 46rem;
  }
  .handshake .from {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    margin: 0.2rem 0;
    padding: 0.15rem 0.5rem;
    border-top: 2px solid var(--smtp-tls);
    color: var(--smtp-tls);
    font-size: 0.8rem;
    font-weight: 600;
  }
  .handshake button {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 0.55rem;
    width: 100%;
    min-height: 2rem;
    padding: 0.15rem 0.5rem;
    border: 0;
    border-radius: 6px;
    background: none;
    text-align: left;
  }
  .handshake button:hover {
    background: var(--smtp-hover);
  }
  .handshake button[aria-pressed="true"] {
    background: var(--smtp-mark);
  }
  .handshake .who {
    display: grid;
    place-items: center;
    width: 20px;
    height: 20px;
    border-radius: 6px;
    color: var(--smtp-card);
    font: 700 0.7rem/1 var(--smtp-mono);
  }
  .handshake .client .who {
    background: var(--smtp-client);
  }
  .handshake .server .who {
    background: var(--smtp-server);
  }
  .handshake .what {
    overflow-wrap: anywhere;
  }
  .handshake small,
  .handshake .size {
    color: var(--smtp-dim);
    font-size: 0.82rem;
  }
  .handshake [aria-pressed="true"] small,
  .handshake [aria-pressed="true"] .size {
    color: inherit;
  }
  .handshake .size {
    white-space: nowrap;
  }
  @media (max-width: 420px) {
    dl div {
      grid-template-columns: 6.5rem minmax(0, 1fr);
    }
  }
`;
