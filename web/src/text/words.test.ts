import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Rules } from '../core/types';
import { actionWords, stateWords } from './words';

const rules = JSON.parse(
  readFileSync(new URL('../../fixtures/rules.json', import.meta.url), 'utf8'),
) as Rules;

describe('words for what the tables name', () => {
  it.each([...new Set(rules.client.map((rule) => rule.action))])('%s has words of its own', (action) => {
    expect(actionWords(action)).not.toBe(action.replaceAll('_', ' '));
  });

  it('writes verbs in states as verbs', () => {
    for (const state of new Set(rules.client.map((rule) => rule.phase)))
      expect(stateWords(state)).not.toMatch(/\b(ehlo|helo|auth|mail|rcpt|data|bdat|rset|quit|starttls)\b/);
  });

  it('has a rule for what no command is', () => {
    expect(rules.server.some((rule) => rule.verb === '?' && rule.verdict === 'reject')).toBe(true);
  });
});
