import { css } from 'lit';

const tints = [0, 1, 2, 3, 4, 5].map(
  (n) => css`
    .part.t${n} {
      text-decoration: underline 3px var(--smtp-tint-line-${n});
      text-underline-offset: 0.28em;
      text-decoration-skip-ink: none;
    }
    .field.t${n} {
      border-left-color: var(--smtp-tint-line-${n});
    }
  `,
);

export const nowStyles = [
  css`
    section {
      padding: 0.9rem 1.1rem 1rem;
    }
    .empty {
      margin: 0;
      color: var(--smtp-dim);
    }
    .kicker {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.15rem 0.5rem;
      margin: 0 0 0.3rem;
      font-size: 0.82rem;
      color: var(--smtp-dim);
    }
    .kicker .who {
      display: grid;
      place-items: center;
      width: 20px;
      height: 20px;
      border-radius: 6px;
      font: 700 0.7rem/1 var(--smtp-mono);
      color: var(--smtp-card);
    }
    .client .who {
      background: var(--smtp-client);
    }
    .server .who {
      background: var(--smtp-server);
    }
    .kicker .at {
      font-variant-numeric: tabular-nums;
    }
    .kicker .tls {
      display: inline-flex;
      align-items: center;
      gap: 0.25rem;
      color: var(--smtp-tls);
      font-weight: 600;
    }
    h2 {
      margin: 0;
      font-size: 1.3rem;
      line-height: 1.3;
      letter-spacing: -0.012em;
      text-wrap: balance;
      overflow-wrap: anywhere;
    }
    h2.bad {
      color: var(--smtp-bad);
    }
    h3 {
      margin: 0;
      font-size: 0.85rem;
      letter-spacing: 0.01em;
    }
    p {
      margin: 0.5rem 0 0;
      overflow-wrap: anywhere;
    }
    .text {
      max-width: 62ch;
    }
    .detail {
      max-width: 62ch;
      margin: 0.6rem 0 0;
      padding-left: 0.8rem;
      border-left: 3px solid var(--smtp-bad);
      overflow-wrap: anywhere;
    }
    .wire {
      max-height: 13rem;
      margin: 0.7rem 0 0;
      padding: 0.6rem 0.8rem 0.7rem;
      overflow: auto;
      border-radius: 8px;
      background: var(--smtp-sunk);
      font: 600 1.02rem/1.75 var(--smtp-mono);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
      unicode-bidi: isolate;
    }
    .wire.hex {
      font: 400 0.85rem/1.7 var(--smtp-mono);
    }
    .wire .part {
      cursor: pointer;
    }
    .wire .eol {
      font-weight: 400;
      color: var(--smtp-dim);
    }
    .wire .lit {
      background: var(--smtp-mark);
      box-shadow: 0 0 0 2px var(--smtp-mark);
      border-radius: 2px;
    }
    .wire .more {
      font: 400 0.85rem var(--smtp-mono);
      color: var(--smtp-dim);
    }
    .fields {
      display: flex;
      flex-wrap: wrap;
      gap: 0.35rem;
      max-height: 7.1rem; /* half of a row is seen where there are more than three */
      overflow: auto;
      margin: 0.55rem 0 0;
      padding: 2px;
      list-style: none;
    }
    .field {
      display: inline-flex;
      align-items: baseline;
      gap: 0.4rem;
      max-width: 100%;
      min-height: 1.75rem;
      padding: 0.15rem 0.55rem;
      border: 1px solid var(--smtp-line);
      border-left: 4px solid;
      border-radius: 6px;
      background: var(--smtp-card);
      font-size: 0.82rem;
      text-align: left;
    }
    .field:hover {
      background: var(--smtp-hover);
    }
    .field[aria-pressed="true"] {
      background: var(--smtp-mark);
    }
    .field .name {
      color: var(--smtp-dim);
      white-space: nowrap;
    }
    .field[aria-pressed="true"] .name {
      color: inherit;
    }
    .field code {
      overflow-wrap: anywhere;
    }
    .decoded {
      display: grid;
      gap: 0.15rem;
      margin: 0.7rem 0 0;
      padding-left: 0.8rem;
      border-left: 3px solid var(--smtp-line);
      font-size: 0.9rem;
    }
    .decoded div {
      display: flex;
      flex-wrap: wrap;
      gap: 0 0.6rem;
    }
    .decoded dt {
      color: var(--smtp-dim);
    }
    .decoded dd:has(details) {
      flex: 1;
      min-width: 12rem;
    }
    .decoded summary {
      min-height: 1.5rem;
      cursor: pointer;
    }
    .decoded dd {
      margin: 0;
      overflow-wrap: anywhere;
    }
    .hint {
      display: flex;
      gap: 0.45rem;
      font-size: 0.88rem;
      color: var(--smtp-dim);
    }
    .hint .icon {
      margin-top: 0.2em;
    }
    .why,
    .fix,
    .evidence {
      margin-top: 0.8rem;
      padding-left: 0.8rem;
      border-left: 3px solid var(--smtp-line);
    }
    .why {
      border-color: var(--smtp-bad);
    }
    .why h3 {
      color: var(--smtp-bad);
    }
    .fix {
      border-color: var(--smtp-good);
    }
    .fix h3 {
      color: var(--smtp-good);
    }
    .why p {
      margin-top: 0.1rem;
    }
    .fix ol {
      margin: 0.15rem 0 0;
      padding-left: 1.2rem;
    }
    .fix li {
      margin: 0.15rem 0;
      overflow-wrap: anywhere;
    }
    .evidence ul {
      margin: 0.25rem 0 0;
      padding: 0;
      list-style: none;
    }
    .evidence li + li {
      margin-top: 0.25rem;
    }
    .proof {
      width: 100%;
      min-height: 1.9rem;
      padding: 0.25rem 0.6rem;
      border: 0;
      border-radius: 6px;
      background: var(--smtp-sunk);
      text-align: left;
      overflow-wrap: anywhere;
    }
    .proof.client {
      color: var(--smtp-client);
    }
    .proof.server {
      color: var(--smtp-server);
    }
    .proof:hover {
      background: var(--smtp-mark);
      color: var(--smtp-ink);
    }
    .proof code {
      text-decoration: underline 1px;
      text-underline-offset: 0.25em;
    }
    .outcome {
      display: flex;
      align-items: center;
      gap: 0.45rem;
    }
    .outcome.good {
      color: var(--smtp-good);
    }
    .outcome.bad {
      color: var(--smtp-bad);
    }
    .recipients {
      margin: 0.3rem 0 0;
      padding: 0;
      list-style: none;
      font-size: 0.9rem;
    }
    .recipients code {
      overflow-wrap: anywhere;
    }
    .reason {
      margin-top: 0.7rem;
      max-width: 100%;
      border-color: var(--smtp-bad);
      color: var(--smtp-bad);
      white-space: normal;
      text-align: left;
    }
    .rfc {
      font-size: 0.84rem;
      color: var(--smtp-dim);
    }
    .rfc a {
      display: inline-flex;
      align-items: center;
      gap: 0.3rem;
      min-height: 24px;
      color: inherit;
    }
    @media (forced-colors: active) {
      .wire .lit {
        outline: 2px solid Highlight;
      }
      .field[aria-pressed="true"] {
        outline: 2px solid Highlight;
      }
    }
  `,
  ...tints,
];
