import { describe, expect, it, vi } from 'vitest';
import { saslprep } from '../../../wasm/saslprep.mjs';
import { needsSaslprep, provideSaslprep } from './saslprep';

describe('SASLprep', () => {
  it('is needed for what is not all printable ASCII', () => {
    expect(needsSaslprep([undefined, '', ' ~open sesame'])).toBe(false);
    for (const text of ['ä', 'p\u0000', '\t', '\u007f', '\u{1f511}', '\ud800'])
      expect(needsSaslprep(['ada', text]), text).toBe(true);
  });

  it('is loaded once, when it is needed', async () => {
    const module: { saslprep?: typeof saslprep } = {};
    const load = vi.fn(async () => saslprep);
    await provideSaslprep(module, ['ada', undefined, 'x'], load);
    expect(load).not.toHaveBeenCalled();
    await provideSaslprep(module, ['ada', 'ä'], load);
    await provideSaslprep(module, ['ada', 'ö'], load);
    expect(load).toHaveBeenCalledTimes(1);
    expect(module.saslprep).toBe(saslprep);
  });

  it('says so when it cannot be loaded', async () => {
    const module = {};
    const load = () => Promise.reject(new Error('gone'));
    await expect(provideSaslprep(module, ['ä'], load)).rejects.toThrow('gone');
    expect(module).toEqual({});
  });
});
