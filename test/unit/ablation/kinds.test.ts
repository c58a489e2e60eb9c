import { describe, expect, test } from 'vitest';

import { ablationKinds, variantKinds } from '../../../server/src/ablation/kinds/registry.ts';
import {
  ablationKindNameSchema,
  setMemberSchema,
} from '../../../server/src/model/ablationRequest.ts';

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

test('every request of a set has a kind that makes its variants', () => {
  const single: readonly string[] = [...ablationKindNameSchema.options, 'ready'];
  const kinds = setMemberSchema.options
    .flatMap(({ shape: { kind } }) => ('options' in kind ? kind.options : [...kind.values]))
    .filter((kind) => !single.includes(kind));
  expect(variantKinds.map(({ name }) => name)).toEqual(kinds.sort());
});

describe.each(variantKinds)('$name', (kind) => {
  test('says what it is in a sentence', () => {
    expect(kind.description).toMatch(/^[A-Z].*[.?]$/);
    expect(kind.examples).not.toHaveLength(0);
    expect(kind.refusals).not.toHaveLength(0);
  });

  test.each(kind.examples)('$title', ({ subject, request, title, variants }) => {
    expect(request.kind).toBe(kind.name);
    expect(setMemberSchema.safeParse(request).success).toBe(true);
    expect(kind.title(request)).toBe(title);
    expect(kind.variants(subject, request)).toEqual({ ok: true, value: variants });
  });

  test.each(kind.refusals)('refuses: $words', ({ subject, request, words }) => {
    const result = kind.variants(subject, request);
    expect(result.ok ? 'no refusal' : result.error).toContain(words);
    expect(result.ok ? '' : result.error).toMatch(/^[-A-Za-z].*\.$/);
  });
});
