import { css } from 'lit';

export const storyStyles = css`
  :host {
    --page-x: 17px;
    --relay-x: 106px;
    --server-x: 17px;
    --text-x: 38px;
    --time: 3.6rem;
    display: flex;
    flex-direction: column;
    min-height: 0;
    height: 100%;
    container-type: inline-size;
  }
  .n3 {
    --text-x: 120px;
  }
  .lanes {
    flex: none;
    padding: 0.55rem 0.6rem 0.45rem calc(0.4rem + var(--time));
    border-bottom: 1px solid var(--smtp-line);
    font-size: 0.8rem;
    font-weight: 600;
    color: var(--smtp-dim);
  }
  .heads {
    position: relative;
    display: block;
    height: 1.3rem;
  }
  .heads span {
    position: absolute;
    white-space: nowrap;
  }
  .heads .page {
    left: 0;
    color: var(--smtp-client);
  }
  .heads .relay {
    left: var(--relay-x);
    transform: translateX(-50%);
  }
  .heads .server {
    right: 0;
    max-width: 60%;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--smtp-server);
  }
  .scroll {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scroll-behavior: smooth;
    padding: 0.35rem 0 1rem;
  }
  ol,
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  ol > li {
    position: relative;
    padding: 0 0.6rem 0 0.4rem;
  }
  /* The lanes themselves: one line each, from the first entry to the last. */
  ol {
    position: relative;
    isolation: isolate;
  }
  ol::before,
  ol::after,
  .relay-lane {
    content: "";
    position: absolute;
    top: 0;
    bottom: 0;
    z-index: -1;
    width: 0;
    border-left: 1.5px solid var(--smtp-line);
  }
  ol::before {
    left: calc(0.4rem + var(--time) + var(--page-x));
  }
  ol::after {
    right: calc(0.6rem + var(--server-x));
  }
  .n3 > .relay-lane {
    left: calc(0.4rem + var(--time) + var(--relay-x));
    padding: 0;
    border-left-style: dashed;
  }
  .row {
    position: relative;
    display: flex;
  }
  .entry {
    position: relative;
    z-index: 1;
    flex: 1;
    display: grid;
    grid-template-columns: var(--time) minmax(0, 1fr);
    align-items: center;
    min-width: 0;
    min-height: 2.75rem;
    padding: 0;
    border: 0;
    border-radius: 8px;
    background: none;
    text-align: left;
  }
  .time {
    order: -1; /* read last, drawn first */
    padding-right: 0.5rem;
    font: 0.75rem/1 var(--smtp-mono);
    font-variant-numeric: tabular-nums;
    color: var(--smtp-dim);
    text-align: right;
  }
  .track {
    position: relative;
    display: block;
    align-self: stretch;
    min-width: 0;
  }
  .label {
    position: absolute;
    top: 0.3rem;
    left: var(--text-x);
    right: 38px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font: 0.84rem/1.35 var(--smtp-mono);
  }
  .server .label {
    color: var(--smtp-server);
  }
  .client .label {
    color: var(--smtp-client);
  }
  .label .prose {
    font-family: system-ui, "Inter", "Segoe UI", "DejaVu Sans", sans-serif;
    font-weight: 600;
  }
  .label .aside {
    margin-left: 0.2em;
    font: 0.8rem system-ui, "Inter", "Segoe UI", "DejaVu Sans", sans-serif;
    color: var(--smtp-dim);
  }
  .bad .label {
    color: var(--smtp-bad);
    font-weight: 600;
  }
  .secret {
    margin-left: 0.4em;
    color: var(--smtp-dim);
  }
  .arrow {
    position: absolute;
    left: var(--page-x);
    right: var(--server-x);
    bottom: 0.42rem;
    width: calc(100% - var(--page-x) - var(--server-x));
    height: 10px;
    overflow: visible;
    fill: currentColor;
    stroke: none;
  }
  .arrow line {
    stroke: currentColor;
    stroke-width: 1.6;
  }
  .client .arrow,
  .client .hop {
    color: var(--smtp-client);
  }
  .server .arrow,
  .server .hop {
    color: var(--smtp-server);
  }
  .bad .arrow,
  .bad .hop {
    color: var(--smtp-bad);
  }
  .hop {
    position: absolute;
    left: calc(var(--relay-x) - 4px);
    bottom: calc(0.42rem + 1px);
    width: 8px;
    height: 8px;
    border: 1.6px solid currentColor;
    border-radius: 50%;
    background: var(--smtp-card);
  }
  .who {
    position: absolute;
    bottom: 0.1rem;
    display: grid;
    place-items: center;
    width: 22px;
    height: 22px;
    border-radius: 6px;
    font: 700 0.72rem/1 var(--smtp-mono);
    color: var(--smtp-card);
  }
  .client .who {
    left: calc(var(--page-x) - 11px);
    background: var(--smtp-client);
  }
  .server .who {
    right: calc(var(--server-x) - 11px);
    background: var(--smtp-server);
  }
  .bad .who {
    background: var(--smtp-bad);
  }
  .of-relay .arrow {
    left: var(--relay-x);
    width: calc(100% - var(--relay-x) - var(--server-x));
  }
  .of-relay.client .who {
    left: calc(var(--relay-x) - 11px);
  }
  /* What happened without either side speaking. */
  .note .entry {
    min-height: 2.25rem;
  }
  .note .track {
    display: flex;
    align-items: center;
    padding: 0 calc(var(--server-x) + 1rem) 0 calc(var(--page-x) + 0.9rem);
  }
  .n3 .note .track {
    padding-left: calc(var(--relay-x) + 0.9rem);
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 0.45rem;
    min-width: 0;
    padding: 0.12rem 0.65rem;
    border: 1px solid var(--smtp-line);
    border-radius: 99px;
    background: var(--smtp-card);
    color: var(--smtp-dim);
    font-size: 0.82rem;
  }
  .pill span:last-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note.good .pill {
    border-color: var(--smtp-good);
    background: var(--smtp-good-bg);
    color: var(--smtp-good);
    font-weight: 600;
  }
  .note.bad .pill {
    border-color: var(--smtp-bad);
    background: var(--smtp-bad-bg);
    color: var(--smtp-bad);
    font-weight: 600;
  }
  .tube.note .pill {
    border-color: var(--smtp-tls);
    background: var(--smtp-card);
    color: var(--smtp-tls);
    font-weight: 600;
  }
  .tube.note.good .pill {
    border-color: var(--smtp-good);
    color: var(--smtp-good);
  }
  .tube.note.bad .pill {
    border-color: var(--smtp-bad);
    color: var(--smtp-bad);
  }
`;
