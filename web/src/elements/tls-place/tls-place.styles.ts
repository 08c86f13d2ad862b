import { css } from 'lit';

export const tlsPlaceStyles = css`
  fieldset {
    margin-top: 0.9rem;
  }
  .choice label {
    display: flex;
    align-items: baseline;
    gap: 0.55rem;
    min-height: 1.75rem;
    margin: 0.25rem 0 0;
    cursor: pointer;
    font-weight: 400;
  }
  .choice input,
  .check input {
    flex: none;
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--smtp-ink);
    transform: translateY(3px);
  }
  .choice label.off {
    cursor: default;
    color: var(--smtp-dim);
  }
  .choice small {
    display: block;
    color: var(--smtp-dim);
    font-size: 0.82rem;
    line-height: 1.4;
  }
  .check {
    display: flex;
    align-items: baseline;
    gap: 0.55rem;
    min-height: 1.75rem;
    margin: 0.15rem 0 0;
    cursor: pointer;
    font-weight: 400;
  }
  .field + .check {
    margin-top: 0.7rem;
  }
  details {
    margin-top: 0.6rem;
  }
  summary {
    min-height: 1.75rem;
    cursor: pointer;
    font-size: 0.88rem;
    font-weight: 600;
  }
  textarea {
    font: 0.8rem/1.4 var(--smtp-mono);
  }
  .wrong textarea {
    border-color: var(--smtp-bad);
  }
  .pick {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-top: 0.5rem;
  }
  .pick label {
    position: relative;
    margin: 0;
    font-weight: 400;
  }
  .pick label:has(:focus-visible) {
    outline: 2px solid var(--smtp-focus);
    outline-offset: 2px;
  }
  .pick input {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
  }
`;
