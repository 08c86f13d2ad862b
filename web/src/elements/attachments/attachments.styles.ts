import { css } from 'lit';

export const attachmentsStyles = css`
  ul {
    margin: 0 0 0.5rem;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 0.6rem;
    padding: 0.4rem 0;
    border-top: 1px solid var(--smtp-line);
  }
  img,
  .paper {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    object-fit: cover;
    border-radius: 6px;
    background: var(--smtp-sunk);
    color: var(--smtp-dim);
  }
  .about {
    display: flex;
    flex: 1 1 8rem;
    flex-direction: column;
    min-width: 0;
    font-size: 0.9rem;
  }
  .file-name {
    overflow-wrap: anywhere;
    font-weight: 600;
  }
  .size {
    font-size: 0.8rem;
    color: var(--smtp-dim);
  }
  .inline {
    margin: 0;
    font-weight: 400;
  }
  .inline select {
    width: auto;
    min-height: 2rem;
    padding: 0.1rem 0.4rem;
    font-size: 0.85rem;
  }
  .pick {
    position: relative;
    width: fit-content;
    margin: 0;
    cursor: pointer;
    font-weight: 400;
  }
  .pick:focus-within {
    outline: 2px solid var(--smtp-focus);
    outline-offset: 2px;
  }
`;
