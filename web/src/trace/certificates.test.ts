import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../core/types';
import { certificatesOf, nameFits, pairs } from './certificates';

const certificate = { subject: 'CN=a', issuer: 'CN=b', names: ['a.example'], notBefore: '', notAfter: '' };
const entry = (kind: TraceEntry['kind'], data: Record<string, unknown>): TraceEntry => ({
  seq: 0,
  us: 0,
  layer: 'tls',
  kind,
  chapter: 'secure',
  data,
});

describe('certificates in a trace', () => {
  const established = entry('tls_established', { chain: [certificate] });
  const refused = entry('transport_error', { certificates: [certificate], failing: 0, reason: 'expired' });

  it('are those that were verified, or those that were refused', () => {
    expect(certificatesOf([established], 1)).toEqual({ list: [certificate], refused: false });
    expect(certificatesOf([refused], 1)).toEqual({
      list: [certificate],
      refused: true,
      failing: 0,
      reason: 'expired',
    });
    const allowed = entry('tls_established', { chain: [certificate], reason: 'self_signed' });
    expect(certificatesOf([allowed], 1)).toEqual({ list: [certificate], refused: false, unverified: true });
  });

  it('are not there before they are seen, nor where nobody showed any', () => {
    expect(certificatesOf([established], 0)).toBeUndefined();
    expect(certificatesOf([entry('transport_error', {})], 1)).toBeUndefined();
    expect(certificatesOf([entry('tls_established', {})], 1)).toBeUndefined();
  });
});

describe('names in certificates', () => {
  it.each([
    ['mail.example', 'mail.example', true],
    ['MAIL.example', 'mail.EXAMPLE', true],
    ['*.example', 'mail.example', true],
    ['*.example', 'a.mail.example', false],
    ['*.example', 'example', false],
    ['m*.example', 'mail.example', false],
    ['other.example', 'mail.example', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['*.0.0.1', '127.0.0.1', false],
    ['', '', false],
  ])('%s for %s: %s', (name, host, fits) => {
    expect(nameFits(name, host)).toBe(fits);
  });

  it('and fingerprints are read in pairs', () => {
    expect(pairs('0a1bff')).toBe('0A:1B:FF');
    expect(pairs('')).toBe('');
  });
});
