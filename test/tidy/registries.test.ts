import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { orderProblems, registryForm } from './support/registrySource.ts';
import { absolute, parsedSources } from './support/repository.ts';
import { describeViolations, parseSource } from './support/sourceFile.ts';

const registries = parsedSources(['server/src/', 'extension/src/']).filter((source) =>
  source.path.endsWith('/registry.ts'),
);
const namedSchema = z.array(z.object({ name: z.string() }));

describe('registries', () => {
  it('are there', () => {
    expect(registries.length).toBeGreaterThan(0);
  });

  it.each(registries)('$path is nothing but literal arrays', (source) => {
    expect(describeViolations(registryForm(source).violations)).toEqual([]);
  });

  // The extension's registries import vscode, which only an editor has: there the names in the
  // source count.
  it.each(registries)('$path is sorted by name, each once', async (source) => {
    const { arrays } = registryForm(source);
    const module: Readonly<Record<string, unknown>> = source.path.startsWith('server/src/')
      ? await import(absolute(source.path))
      : {};
    for (const { name, entries } of arrays) {
      const named = namedSchema.safeParse(module[name]);
      const names = named.success ? named.data.map((entry) => entry.name) : entries;
      expect(orderProblems(names)).toEqual([]);
    }
  });

  it.each([
    ['export const rules = [a, ...more];', 'no literal array'],
    ['export const rules = [makeRule(1)];', 'no literal array'],
    ['export const rules = new Map();', 'no literal array'],
    ['register(a);', 'does more'],
    ['export class Registry {}', 'does more'],
    [`import { a } from './a.ts';`, 'exports no array'],
  ])('are not in form with %s', (text, message) => {
    const { violations } = registryForm(parseSource('x/registry.ts', text));
    expect(violations.map((violation) => violation.message).join()).toContain(message);
  });

  it('are in form with imports, types, sorted names and a function that looks one up', () => {
    const text = `
      import { a } from './a.ts';
      import { b } from './b.ts';
      import type { Rule } from './rule.ts';
      export type RuleName = 'a' | 'b';
      export const rules = [a, b] as const satisfies readonly Rule[];
      export function find(name: string) { return rules.find((rule) => rule.name === name); }`;
    expect(registryForm(parseSource('x/registry.ts', text))).toEqual({
      arrays: [{ name: 'rules', entries: ['a', 'b'] }],
      violations: [],
    });
  });

  it('are out of order when a name stands late or twice', () => {
    expect(orderProblems(['a', 'b', 'c'])).toEqual([]);
    expect(orderProblems(['b', 'a', 'a'])).toEqual(['a stands after b', 'a stands twice']);
  });
});
