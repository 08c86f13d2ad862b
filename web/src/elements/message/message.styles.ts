import { css } from 'lit';

export const messageStyles = css`
  :host {
    container-type: inline-size;
    padding: 0.8rem 1.1rem 1rem;
  }
  .empty,
  .quiet {
    margin: 0;
    color: var(--smtp-dim);
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    justify-content: space-between;
    gap: 0.5rem 1rem;
    margin-bottom: 0.7rem;
  }
  .what {
    flex: 1 1 14rem;
    margin: 0;
    font-size: 0.88rem;
    color: var(--smtp-dim);
  }
  .same {
    color: var(--smtp-good);
  }
  .parts {
    display: grid;
    gap: 1rem;
  }
  nav ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  nav ul ul {
    margin-left: 0.75rem;
    padding-left: 0.4rem;
    border-left: 1px solid var(--smtp-line);
  }
  nav button {
    display: flex;
    align-items: center;
    gap: 0.45rem;
    width: 100%;
    min-height: 1.85rem;
    padding: 0.1rem 0.5rem;
    border: 0;
    border-radius: 6px;
    background: none;
    font-size: 0.86rem;
    text-align: left;
  }
  nav button:hover {
    background: var(--smtp-hover);
  }
  nav button[aria-current="true"] {
    background: var(--smtp-mark);
    font-weight: 600;
  }
  .name {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .size {
    margin-left: auto;
    padding-left: 0.5rem;
    color: var(--smtp-dim);
    font-weight: 400;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  nav button[aria-current="true"] .size {
    color: inherit;
  }
  .part {
    min-width: 0;
    padding-top: 0.7rem;
    border-top: 1px solid var(--smtp-line);
  }
  dl {
    margin: 0 0 0.7rem;
    font-size: 0.86rem;
  }
  dl div {
    display: grid;
    grid-template-columns: 8.5rem minmax(0, 1fr);
    gap: 0 0.7rem;
    padding: 0.08rem 0;
  }
  dt {
    color: var(--smtp-dim);
    overflow-wrap: anywhere;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .text {
    padding: 0.7rem 0.9rem;
    border-radius: 8px;
    background: var(--smtp-sunk);
    overflow-wrap: anywhere;
  }
  .text p {
    margin: 0;
    min-height: 1em;
  }
  .source {
    max-height: 24rem;
    margin: 0;
    padding: 0.7rem 0.9rem;
    overflow: auto;
    border-radius: 8px;
    background: var(--smtp-sunk);
    font: 0.85rem/1.5 var(--smtp-mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  img {
    display: block;
    max-width: 100%;
    max-height: 22rem;
    border: 1px solid var(--smtp-line);
    border-radius: 8px;
    background: repeating-conic-gradient(var(--smtp-sunk) 0 25%, var(--smtp-card) 0 50%) 0 0 / 16px 16px;
  }
  .place {
    margin: 0.6rem 0 0;
    font-size: 0.82rem;
    color: var(--smtp-dim);
  }
  smtp-bytes {
    margin: 0.4rem -1.1rem -1rem;
    border-top: 1px solid var(--smtp-line);
  }
  @container (max-width: 420px) {
    dl div {
      grid-template-columns: minmax(0, 1fr);
      padding: 0.2rem 0;
    }
  }
  @container (min-width: 620px) {
    .parts:has(nav) {
      grid-template-columns: minmax(12rem, 16rem) minmax(0, 1fr);
    }
    .parts:has(nav) .part {
      padding: 0 0 0 1rem;
      border-top: 0;
      border-left: 1px solid var(--smtp-line);
    }
  }
`;
