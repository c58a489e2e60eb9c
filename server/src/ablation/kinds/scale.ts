import { fail } from '../../base/result.ts';
import type { AblationKind } from '../kind.ts';
import { changeWeight, findRequestedTerm } from './termChange.ts';

/** Digits kept of a product, so that 0.1 × 3 is written as 0.3. */
const significantDigits = 12;

/** Multiplies one weight by a factor. */
export const scale: AblationKind = {
  name: 'scale',
  description: 'Multiplies the weight of one loss by a factor: does more, or less, of it help?',
  examples: [
    {
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0.1 },
      ],
      request: { kind: 'scale', term: 'render', value: 3 },
      label: 'render ×3',
      changes: [{ term: 'render', from: 0.1, to: 0.3 }],
    },
    {
      terms: [{ name: 'kl', weight: 1e-6 }],
      request: { kind: 'scale', term: 'kl', value: 0.5 },
      label: 'kl ×0.5',
      changes: [{ term: 'kl', from: 1e-6, to: 5e-7 }],
    },
  ],
  refusals: [
    {
      terms: [{ name: 'kl', weight: 1 }],
      request: { kind: 'scale', term: 'kl' },
      words: 'needs a factor',
    },
    {
      terms: [{ name: 'kl', weight: 1 }],
      request: { kind: 'scale', term: 'kl', value: Number.POSITIVE_INFINITY },
      words: 'needs a factor',
    },
    {
      terms: [{ name: 'kl', weight: 0 }],
      request: { kind: 'scale', term: 'kl', value: 2 },
      words: 'stays 0',
    },
    {
      terms: [{ name: 'kl', weight: 1e308 }],
      request: { kind: 'scale', term: 'kl', value: 1e3 },
      words: 'not a finite number',
    },
    {
      terms: [{ name: 'kl', weight: 2 }],
      request: { kind: 'scale', term: 'kl', value: 1 },
      words: '2 already',
    },
    {
      terms: [{ name: 'recon', weight: 2 }],
      request: { kind: 'scale', term: 'kl', value: 2 },
      words: 'no loss term "kl"',
    },
  ],
  label: ({ term, value }) => `${term} ×${value}`,
  changes(terms, request) {
    const found = findRequestedTerm(terms, request);
    if (!found.ok) return found;
    const { term, value } = request;
    if (value === undefined || !Number.isFinite(value)) {
      return fail(`Scaling ${term} needs a factor, such as 2.`);
    }
    if (found.value.weight === 0) {
      return fail(`The weight of ${term} is 0 and stays 0 times ${value}: set a weight instead.`);
    }
    const product = found.value.weight * value;
    return changeWeight(terms, found.value, Number(product.toPrecision(significantDigits)));
  },
};
