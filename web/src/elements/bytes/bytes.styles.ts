import { css } from 'lit';

const tints = [0, 1, 2, 3, 4, 5].map(
  (n) => css`
    .t${n} {
      background: var(--smtp-tint-${n});
      --edge: var(--smtp-tint-line-${n});
    }
    .o${n} {
      --around: var(--smtp-tint-line-${n});
    }
  `,
);

export const bytesStyles = [
  css`
    :host {
      container-type: inline-size;
    }
    .empty {
      margin: 0;
      padding: 1rem 1.1rem;
      color: var(--smtp-dim);
    }
    .grid {
      --octet: 20px;
      --char: 13px;
      max-height: min(22rem, 60vh);
      overflow: auto;
      padding: 0.5rem 0.7rem;
      font: 12.5px/1 var(--smtp-mono);
      font-variant-numeric: tabular-nums;
      overscroll-behavior: contain;
    }
    .sheet {
      position: relative;
    }
    .rows {
      position: absolute;
      inset: 0 0 auto;
    }
    .row {
      display: flex;
      align-items: center;
      height: 24px;
      white-space: pre;
    }
    .offset {
      flex: none;
      width: 36px;
      color: var(--smtp-dim);
      font-size: 11.5px;
    }
    .octet {
      flex: none;
      width: var(--octet);
      height: 20px;
      line-height: 20px;
      text-align: center;
      cursor: pointer;
    }
    .n16 .octet:nth-of-type(9) {
      width: calc(var(--octet) + 6px);
      padding-right: 6px;
    }
    .text {
      display: flex;
      margin-left: 10px;
    }
    .n16 .text {
      width: calc(16 * var(--char));
    }
    .n8 .text {
      width: calc(8 * var(--char));
    }
    .char {
      flex: none;
      width: var(--char);
      height: 20px;
      line-height: 20px;
      text-align: center;
      cursor: pointer;
    }
    .control {
      font: 700 7px/20px var(--smtp-mono);
      letter-spacing: -0.03em;
      color: var(--smtp-dim);
      box-shadow: inset 0 0 0 1px var(--smtp-edge);
      border-radius: 2px;
    }
    .begin {
      border-left: 2px solid var(--edge);
      border-top-left-radius: 3px;
      border-bottom-left-radius: 3px;
    }
    .end {
      border-right: 2px solid var(--edge);
      border-top-right-radius: 3px;
      border-bottom-right-radius: 3px;
    }
    .outer {
      border-bottom: 2px solid var(--around);
    }
    .hover {
      box-shadow: inset 0 0 0 1.5px var(--smtp-mark-edge);
    }
    .octet.chosen,
    .char.chosen {
      background: var(--smtp-mark);
      box-shadow:
        inset 0 1.5px var(--smtp-mark-edge),
        inset 0 -1.5px var(--smtp-mark-edge);
      color: var(--smtp-ink);
      font-weight: 700;
    }
    .masked {
      color: var(--smtp-dim);
    }
    .grid:focus-visible {
      outline-offset: -2px;
    }
    .grid:focus-visible .active {
      outline: 2px solid var(--smtp-focus);
      outline-offset: -1px;
    }
    .below {
      padding: 0.4rem 0.7rem 0.7rem;
      border-top: 1px solid var(--smtp-line);
      font-size: 0.84rem;
    }
    .status {
      margin: 0;
      color: var(--smtp-dim);
      overflow-wrap: anywhere;
    }
    .status b {
      color: var(--smtp-ink);
    }
    .legend {
      display: flex;
      flex-wrap: wrap;
      gap: 0.3rem;
      margin: 0.45rem 0 0;
      padding: 0;
      list-style: none;
    }
    .legend li {
      padding: 0 0.5rem;
      border-left: 3px solid var(--edge);
      border-radius: 4px;
      font-size: 0.8rem;
      line-height: 1.5rem;
    }
    @container (max-width: 599px) {
      .grid {
        --octet: 22px;
        --char: 13px;
        padding-inline: 0.7rem;
      }
    }
    @container (max-width: 330px) {
      .grid {
        --octet: 19px;
        --char: 11px;
        padding-inline: 0.4rem;
        font-size: 11.5px;
      }
      .offset {
        width: 32px;
        font-size: 10.5px;
      }
      .text {
        margin-left: 6px;
      }
    }
    @media (forced-colors: active) {
      .begin {
        border-left-color: CanvasText;
      }
      .end {
        border-right-color: CanvasText;
      }
      .chosen,
      .hover {
        outline: 2px solid Highlight;
        outline-offset: -2px;
      }
    }
  `,
  ...tints,
];
