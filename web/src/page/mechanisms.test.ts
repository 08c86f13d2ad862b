import { describe, expect, it } from 'vitest';
import { mechanisms, sendsSecret } from './mechanisms';

describe('logins', () => {
  it('send the password or token itself, or a proof of it', () => {
    const proofs = mechanisms.filter(({ name }) => !sendsSecret(name)).map(({ name }) => name);
    expect(proofs).toHaveLength(7);
    expect(proofs).not.toContain('PLAIN');
    expect(sendsSecret('LOGIN')).toBe(true);
    expect(sendsSecret('OAUTHBEARER')).toBe(true);
    // Which it will be is the server's to say.
    expect(sendsSecret(undefined)).toBe(true);
  });
});
