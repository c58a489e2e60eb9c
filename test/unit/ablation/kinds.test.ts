import { describe, expect, test } from 'vitest';

import { ablationKinds } from '../../../server/src/ablation/kinds/registry.ts';
import { ablationKindNameSchema } from '../../../server/src/model/ablation.ts';

test('every kind of the vocabulary is in the registry, sorted', () => {
  const names = ablationKinds.map(({ name }) => name);
  expect(names).toEqual([...ablationKindNameSchema.options].sort());
});

describe.each(ablationKinds)('$name', (kind) => {
  test('says what it is in a sentence', () => {
    expect(kind.description).toMatch(/^[A-Z].*[.?]$/);
    expect(kind.examples).not.toHaveLength(0);
    expect(kind.refusals).not.toHaveLength(0);
  });

  test.each(kind.examples)('$label', ({ terms, request, label, changes }) => {
    expect(request.kind).toBe(kind.name);
    expect(kind.label(request)).toBe(label);
    expect(kind.changes(terms, request)).toEqual({ ok: true, value: changes });
  });

  test.each(kind.refusals)('refuses: $words', ({ terms, request, words }) => {
    const result = kind.changes(terms, request);
    expect(result.ok ? 'no refusal' : result.error).toContain(words);
    expect(result.ok ? '' : result.error).toMatch(/^[A-Za-z].*\.$/);
  });
});
