import { css } from 'lit';

/** What TLS, the cursor and the selection add to the rows of story.styles.ts; comes after it. */
export const storyStateStyles = css`
  /* TLS as a tube around what goes through it. */
  .tube::before {
    content: "";
    position: absolute;
    top: 0;
    bottom: 0;
    left: calc(0.4rem + var(--time) + var(--page-x));
    right: calc(0.6rem + var(--server-x));
    border: solid var(--smtp-tls);
    border-width: 0 3px;
    background: var(--smtp-tls-bg);
  }
  .tube.from-relay::before {
    left: calc(0.4rem + var(--time) + var(--relay-x));
  }
  .tube-first::before {
    top: 3px;
    border-top-width: 3px;
    border-radius: 9px 9px 0 0;
  }
  .tube-last::before {
    bottom: 1px;
    border-bottom-width: 3px;
    border-radius: 0 0 9px 9px;
  }
  .tube-first.tube-last::before {
    border-radius: 9px;
  }
  .tube-first .entry {
    margin-top: 5px;
  }
  .tube-last .row {
    margin-bottom: 3px;
  }
  .tube:not(.from-relay) .hop {
    background: var(--smtp-tls-bg);
  }
  .gap {
    position: relative;
    z-index: 1;
    margin: 0;
    padding: 0.15rem 0 0.1rem calc(var(--time) + var(--text-x));
    font-size: 0.78rem;
    color: var(--smtp-dim);
  }
  .toggle {
    position: absolute;
    z-index: 2;
    top: 0.15rem;
    right: 34px;
    display: inline-flex;
    align-items: center;
    gap: 0.15rem;
    min-width: 24px;
    height: 24px;
    padding: 0 0.35rem;
    border: 1px solid var(--smtp-line);
    border-radius: 99px;
    background: var(--smtp-card);
    font-size: 0.75rem;
    color: var(--smtp-dim);
  }
  .toggle[aria-expanded="true"] .icon {
    transform: rotate(180deg);
  }
  .row:has(.toggle) .label {
    right: 86px;
  }
  .children {
    position: relative;
    z-index: 1;
    margin: 0.1rem 38px 0.5rem calc(var(--time) + var(--text-x));
    border-radius: 8px;
    background: var(--smtp-card);
    border: 1px solid var(--smtp-line);
    overflow: hidden;
  }
  .children button {
    width: 100%;
    min-height: 1.75rem;
    padding: 0.15rem 0.6rem;
    border: 0;
    background: none;
    text-align: left;
    font-size: 0.8rem;
    overflow-wrap: anywhere;
  }
  .children li + li button {
    border-top: 1px solid var(--smtp-line);
  }
  .children button:hover {
    background: var(--smtp-hover);
  }
  .children button[aria-pressed="true"] {
    background: var(--smtp-mark);
  }
  .entry:hover .track {
    background: color-mix(in srgb, var(--smtp-ink) 5%, transparent);
    border-radius: 8px;
  }
  .current .entry .track {
    background: color-mix(in srgb, var(--smtp-mark) 55%, transparent);
    border-radius: 8px;
  }
  .current .time {
    color: var(--smtp-ink);
    font-weight: 700;
  }
  .current .time::before {
    content: "";
    position: absolute;
    left: 0;
    top: 25%;
    bottom: 25%;
    width: 3px;
    border-radius: 2px;
    background: var(--smtp-ink);
  }
  .selected .entry .track {
    background: var(--smtp-mark);
    box-shadow: inset 0 0 0 1.5px var(--smtp-mark-edge);
    border-radius: 8px;
  }
  .entry:focus-visible {
    outline-offset: -2px;
  }
  /* Seen already, but after the cursor: still legible, no longer coloured. */
  .later:not(.selected) .label,
  .later:not(.selected) .pill,
  .later .time {
    color: var(--smtp-dim) !important;
    font-weight: 400 !important;
  }
  .later .arrow,
  .later .hop {
    color: var(--smtp-edge);
  }
  .later .who {
    background: var(--smtp-dim);
  }
  .later .pill {
    border-style: dashed;
    border-color: var(--smtp-edge) !important;
    background: var(--smtp-card) !important;
  }
  .waiting {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    margin: 0.6rem 0 0;
    padding: 0 0.8rem 0 calc(0.4rem + var(--time) + var(--text-x));
    color: var(--smtp-dim);
    font-size: 0.85rem;
  }
  .pulse {
    width: 0.6rem;
    height: 0.6rem;
    border-radius: 50%;
    background: var(--smtp-good);
    animation: pulse 1.4s ease-in-out infinite;
  }
  @keyframes pulse {
    50% {
      opacity: 0.25;
    }
  }
  @container (max-width: 440px) {
    .lanes,
    .scroll {
      --time: 2.35rem;
      --relay-x: 66px;
    }
    /* Words need the room more than the relay its lane: it stays as a stop on each arrow. */
    .scroll.n3,
    .scroll .n3 {
      --text-x: 36px;
    }
    .n3 > .relay-lane {
      display: none;
    }
    .n3 .of-relay,
    .n3 .from-relay {
      --text-x: 82px;
    }
    .n3 .note:not(.from-relay) .track {
      padding-left: calc(var(--page-x) + 0.9rem);
    }
    .time {
      padding-right: 0.25rem;
      font-size: 0.63rem;
    }
    .lanes {
      padding-left: calc(0.15rem + var(--time));
    }
    ol > li {
      padding-left: 0.15rem;
    }
    ol::before,
    .tube::before {
      left: calc(0.15rem + var(--time) + var(--page-x));
    }
    .n3 > .relay-lane,
    .tube.from-relay::before {
      left: calc(0.15rem + var(--time) + var(--relay-x));
    }
    .heads .page {
      max-width: 2.4rem;
      overflow: hidden;
      white-space: nowrap;
    }
    .label {
      font-size: 0.78rem;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .scroll {
      scroll-behavior: auto;
    }
    .pulse {
      animation: none;
    }
  }
  @media (forced-colors: active) {
    .who {
      border: 1px solid CanvasText;
    }
    .selected .entry {
      outline: 3px solid Highlight;
    }
    .current .entry {
      outline: 2px solid CanvasText;
    }
    .tube::before {
      border-color: LinkText;
    }
  }
`;
