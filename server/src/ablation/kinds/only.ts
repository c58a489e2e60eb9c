import { fail, succeed } from '../../base/result.ts';
import type { AblationKind } from '../kind.ts';
import { findRequestedTerm, notANumber } from './termChange.ts';

/** Leaves one loss alone with the parameters. */
export const only: AblationKind = {
  name: 'only',
  description: 'Sets the weights of all other losses to 0: how far does this one get alone?',
  examples: [
    {
      terms: [
        { name: 'flow', weight: 1 },
        { name: 'kl', weight: 0.01 },
        { name: 'dino', weight: 0 },
      ],
      request: { kind: 'only', term: 'flow' },
      label: 'only flow',
      changes: [{ term: 'kl', from: 0.01, to: 0 }],
    },
  ],
  refusals: [
    {
      terms: [{ name: 'flow', weight: 1 }],
      request: { kind: 'only', term: 'flow' },
      words: 'No other loss has a weight',
    },
    {
      terms: [
        { name: 'flow', weight: 0 },
        { name: 'kl', weight: 1 },
      ],
      request: { kind: 'only', term: 'flow' },
      words: 'The weight of flow is 0',
    },
    {
      terms: [
        { name: 'flow', weight: 1 },
        { name: 'kl', weight: Number.NaN },
      ],
      request: { kind: 'only', term: 'flow' },
      words: 'The weight of kl is not a number',
    },
    {
      terms: [],
      request: { kind: 'only', term: 'flow' },
      words: 'There is no loss weight in this config.',
    },
  ],
  label: ({ term }) => `only ${term}`,
  changes(terms, request) {
    const found = findRequestedTerm(terms, request);
    if (!found.ok) return found;
    if (found.value.weight === 0) {
      return fail(`The weight of ${request.term} is 0: alone it would train nothing.`);
    }
    const others = terms.filter(({ name, weight }) => name !== request.term && weight !== 0);
    const unreadable = others.find(({ weight }) => !Number.isFinite(weight));
    if (unreadable) return fail(notANumber(unreadable.name));
    if (others.length === 0) {
      return fail(`No other loss has a weight: ${request.term} is alone already.`);
    }
    return succeed(others.map(({ name, weight }) => ({ term: name, from: weight, to: 0 })));
  },
};
