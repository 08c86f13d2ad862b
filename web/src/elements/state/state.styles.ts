import { css } from 'lit';

export const stateStyles = css`
  :host {
    container-type: inline-size;
    padding: 0.8rem 1.1rem 1rem;
  }
  .empty,
  .quiet {
    margin: 0.4rem 0;
    color: var(--smtp-dim);
  }
  .machines {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
    gap: 1rem 1.5rem;
  }
  section {
    min-width: 0;
  }
  h3 {
    margin: 0;
    font-size: 0.85rem;
    color: var(--smtp-dim);
  }
  h3.client {
    color: var(--smtp-client);
  }
  h3.server {
    color: var(--smtp-server);
  }
  .now {
    display: flex;
    flex-direction: column;
    margin: 0.3rem 0 0.6rem;
    padding: 0.45rem 0.7rem;
    border-radius: 8px;
    background: var(--smtp-mark);
    font-size: 0.9rem;
    overflow-wrap: anywhere;
  }
  .now code {
    font-weight: 700;
    font-size: 1rem;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.86rem;
  }
  caption {
    padding: 0 0 0.25rem;
    text-align: left;
    color: var(--smtp-dim);
  }
  thead {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  th,
  td {
    padding: 0.22rem 0;
    border-top: 1px solid var(--smtp-line);
    vertical-align: baseline;
    text-align: left;
    font-weight: 400;
    overflow-wrap: anywhere;
  }
  tbody th {
    width: 6.2rem;
    padding-right: 0.6rem;
  }
  .yes th code {
    color: var(--smtp-good);
    font-weight: 700;
  }
  .no td,
  .no th {
    color: var(--smtp-dim);
  }
  .rfc {
    font-size: 0.8em;
    color: var(--smtp-dim);
    white-space: nowrap;
  }
  .known {
    margin-top: 1rem;
    padding-top: 0.7rem;
    border-top: 1px solid var(--smtp-line);
  }
  dl {
    margin: 0.3rem 0 0;
    font-size: 0.9rem;
  }
  dl div {
    display: grid;
    grid-template-columns: 7rem minmax(0, 1fr);
    padding: 0.12rem 0;
  }
  dt {
    color: var(--smtp-dim);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .tags code {
    padding: 0 0.4rem;
    border: 1px solid var(--smtp-line);
    border-radius: 5px;
  }
`;
