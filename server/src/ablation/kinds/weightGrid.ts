import { fail, type Result, succeed } from '../../base/result.ts';
import type { WeightChange } from '../../model/ablation.ts';
import type { KindVariant, WeightedTerm } from '../kind.ts';
import { findRequestedTerm } from './termChange.ts';

/** More variants than these are a slip of the pen, and no experiment. */
const mostVariants = 1000;

/** The terms that a request weighs anew, or why one of them cannot be. */
export function findTerms(
  terms: readonly WeightedTerm[],
  names: readonly string[],
): Result<readonly WeightedTerm[]> {
  if (names.length === 0) return fail('Name at least one loss term to vary, such as kl.');
  const found: WeightedTerm[] = [];
  for (const term of names) {
    const one = findRequestedTerm(terms, { term });
    if (!one.ok) return one;
    found.push(one.value);
  }
  return succeed(found);
}

/** Says so where there are more variants than anybody wants to run. */
export function tooMany(count: number): string | undefined {
  return count > mostVariants
    ? `These are ${count.toLocaleString('en')} variants; an experiment has at most ${mostVariants.toLocaleString('en')}.`
    : undefined;
}

/** One arm with these weights of these terms: `kl = 0.1, render = 2`. */
export function weighed(found: readonly WeightedTerm[], weights: readonly number[]): KindVariant {
  const changes = found.map(
    ({ name, weight }, at): WeightChange => ({
      term: name,
      from: weight,
      to: weights[at] ?? weight,
    }),
  );
  return {
    label: changes.map(({ term, to }) => `${term} = ${to}`).join(', '),
    weights: changes.filter(({ from, to }) => from !== to),
    values: [],
  };
}

/** Whether a variant leaves no loss a weight. */
export function trainsNothing(terms: readonly WeightedTerm[], { weights }: KindVariant): boolean {
  return terms.every(({ name, weight }) => {
    const change = weights.find(({ term }) => term === name);
    return (change?.to ?? weight) === 0;
  });
}
