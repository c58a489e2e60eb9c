import { fail, type Result, succeed } from '../../base/result.ts';
import type { WeightChange } from '../../model/ablation.ts';
import type { WeightAblationRequest } from '../../model/ablationRequest.ts';
import type { WeightedTerm } from '../kind.ts';

/**
 * Finds the term that a request speaks of, or says why there is nothing to do with it: there is
 * no such term, or the config does not give its weight as a number.
 */
export function findRequestedTerm(
  terms: readonly WeightedTerm[],
  request: Pick<WeightAblationRequest, 'term'>,
): Result<WeightedTerm> {
  const term = terms.find(({ name }) => name === request.term);
  if (!term) {
    const known = terms.map(({ name }) => name).join(', ');
    return fail(
      known
        ? `There is no loss term "${request.term}" in this config; it has ${known}.`
        : 'There is no loss weight in this config.',
    );
  }
  return Number.isFinite(term.weight) ? succeed(term) : fail(notANumber(term.name));
}

export function notANumber(term: string): string {
  return `The weight of ${term} is not a number in this config, so it cannot be replaced.`;
}

/**
 * Gives one term a new weight, or says why that would be no experiment: the weight is the same
 * already, is not a finite number, or no loss would be left to train.
 */
export function changeWeight(
  terms: readonly WeightedTerm[],
  term: WeightedTerm,
  to: number,
): Result<readonly WeightChange[]> {
  if (!Number.isFinite(to)) return fail(`The new weight of ${term.name} is not a finite number.`);
  if (to === term.weight) {
    return fail(`The weight of ${term.name} is ${to} already, so both runs would be the same.`);
  }
  const others = terms.filter(({ name }) => name !== term.name);
  if (to === 0 && others.every(({ weight }) => weight === 0)) {
    return fail(
      others.length === 0
        ? `${term.name} is the only loss term: without it nothing would be trained.`
        : `All other weights are 0: without ${term.name} nothing would be trained.`,
    );
  }
  return succeed([{ term: term.name, from: term.weight, to }]);
}
