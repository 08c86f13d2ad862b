import { describe, expect, it } from 'vitest';
import { certificatesIn, largestPem, pemProblem } from './pem';

const pem = (body: string, what = 'CERTIFICATE') => `-----BEGIN ${what}-----\n${body}\n-----END ${what}-----`;

describe('certificates of the reader', () => {
  it('are found among other text', () => {
    expect(certificatesIn(`issuer=a\n${pem('AAAA')}\nand\r\n${pem('BBBB')}\n`)).toEqual([
      pem('AAAA'),
      pem('BBBB'),
    ]);
    expect(pemProblem(pem('AAAA'))).toBeUndefined();
  });

  it.each([
    ['nothing', '', 'no certificate'],
    ['a name', 'mail.example', 'no certificate'],
    ['half of one', '-----BEGIN CERTIFICATE-----\nAAAA', 'no certificate'],
    ['one that the engine does not read', pem('AAAA', 'TRUSTED CERTIFICATE'), 'openssl x509'],
    ['a key', pem('AAAA', 'PRIVATE KEY'), 'private key'],
    ['too much', pem('A'.repeat(largestPem)), 'larger'],
  ])('are missed in %s', (_, text, says) => {
    expect(pemProblem(text)).toContain(says);
  });
});
