import { fail } from '../../base/result.ts';
import type { AblationKind } from '../kind.ts';
import { changeWeight, findRequestedTerm } from './termChange.ts';

/** Gives one loss another weight. */
export const set: AblationKind = {
  name: 'set',
  description: 'Gives one loss another weight: is that the better number?',
  examples: [
    {
      terms: [{ name: 'kl', weight: 0 }],
      request: { kind: 'set', term: 'kl', value: 0.5 },
      label: 'kl = 0.5',
      changes: [{ term: 'kl', from: 0, to: 0.5 }],
    },
  ],
  refusals: [
    {
      terms: [{ name: 'kl', weight: 1 }],
      request: { kind: 'set', term: 'kl' },
      words: 'needs a weight',
    },
    {
      terms: [{ name: 'kl', weight: 1 }],
      request: { kind: 'set', term: 'kl', value: Number.NaN },
      words: 'needs a weight',
    },
    {
      terms: [{ name: 'kl', weight: 1 }],
      request: { kind: 'set', term: 'kl', value: 1 },
      words: '1 already',
    },
    {
      terms: [{ name: 'kl', weight: 1 }],
      request: { kind: 'set', term: 'kl', value: 0 },
      words: 'nothing would be trained',
    },
    {
      terms: [{ name: 'recon', weight: 2 }],
      request: { kind: 'set', term: 'kl', value: 2 },
      words: 'no loss term "kl"',
    },
  ],
  label: ({ term, value }) => `${term} = ${value}`,
  changes(terms, request) {
    const found = findRequestedTerm(terms, request);
    if (!found.ok) return found;
    if (request.value === undefined || !Number.isFinite(request.value)) {
      return fail(`Setting ${request.term} needs a weight, such as 0.5.`);
    }
    return changeWeight(terms, found.value, request.value);
  },
};
