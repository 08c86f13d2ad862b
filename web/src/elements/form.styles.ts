import { css } from 'lit';

/** Fields of a form: label above, control, note below. */
export const formStyles = css`
  .field {
    margin-top: 0.7rem;
  }
  label,
  .label {
    display: block;
    margin: 0 0 0.2rem;
    font-size: 0.88rem;
    font-weight: 600;
  }
  input[type="text"],
  input[type="password"],
  input[type="number"],
  textarea,
  select {
    width: 100%;
    min-height: 2.4rem;
    padding: 0.35rem 0.65rem;
    border: 1px solid var(--smtp-field-edge);
    border-radius: 8px;
    background: var(--smtp-card);
  }
  select {
    text-overflow: ellipsis;
  }
  textarea {
    display: block;
    resize: vertical;
    line-height: 1.5;
  }
  input:focus-visible,
  textarea:focus-visible,
  select:focus-visible {
    outline-offset: 0;
  }
  .wrong input {
    border-color: var(--smtp-bad);
    box-shadow: 0 0 0 1px var(--smtp-bad);
  }
  .note {
    margin: 0.2rem 0 0;
    font-size: 0.82rem;
    color: var(--smtp-dim);
  }
  .note:empty {
    display: none;
  }
  .wrong .note {
    display: flex;
    gap: 0.35rem;
    color: var(--smtp-bad);
  }
  .wrong .note .icon {
    margin-top: 0.2em;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    font-size: 0.88rem;
    font-weight: 600;
  }
  .check {
    margin-top: 0.6rem;
  }
  .check.warn {
    color: var(--smtp-bad);
  }
`;
