import { describe, expect, test } from 'vitest';

import { rules } from '../../../server/src/rules/registry.ts';
import { evidenceOf } from './evidence.ts';

describe.each(rules.map((rule) => ({ rule })))('$rule.id $rule.name', ({ rule }) => {
  test.each(rule.examples)('$title', ({ terms, metrics, fires }) => {
    const findings = rule.evaluate(evidenceOf(terms, metrics), rule.options, () => false);
    expect(findings.map(({ term }) => term)).toEqual(fires);
    for (const finding of findings) {
      expect(finding).toMatchObject({ rule: rule.id, name: rule.name });
      expect(finding.message).toMatch(/\d/);
      expect(finding.message).toMatch(/\.$/);
    }
  });

  test('has a bad and a good example', () => {
    expect(rule.examples.some(({ fires }) => fires.length > 0)).toBe(true);
    expect(rule.examples.some(({ fires }) => fires.length === 0)).toBe(true);
  });

  test('has nothing to say of a run without metrics', () => {
    const terms = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 1 },
    ];
    expect(rule.evaluate(evidenceOf(terms, {}), rule.options, () => false)).toEqual([]);
    expect(rule.evaluate(evidenceOf([], {}), rule.options, () => false)).toEqual([]);
  });
});
