import type { AblationKind } from '../kind.ts';
import { changeWeight, findRequestedTerm } from './termChange.ts';

/** Switches one loss off, all else equal. */
export const without: AblationKind = {
  name: 'without',
  description: 'Sets the weight of one loss to 0: what is lost when it is gone?',
  examples: [
    {
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0.5 },
      ],
      request: { kind: 'without', term: 'render' },
      label: 'without render',
      changes: [{ term: 'render', from: 0.5, to: 0 }],
    },
  ],
  refusals: [
    {
      terms: [{ name: 'render', weight: 0.5 }],
      request: { kind: 'without', term: 'render' },
      words: 'only loss term',
    },
    {
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: 0 },
      ],
      request: { kind: 'without', term: 'render' },
      words: '0 already',
    },
    {
      terms: [
        { name: 'velocity', weight: 0 },
        { name: 'render', weight: 1 },
      ],
      request: { kind: 'without', term: 'render' },
      words: 'All other weights are 0',
    },
    {
      terms: [{ name: 'velocity', weight: 1 }],
      request: { kind: 'without', term: 'render' },
      words: 'There is no loss term "render" in this config; it has velocity.',
    },
    {
      terms: [
        { name: 'velocity', weight: 1 },
        { name: 'render', weight: Number.NaN },
      ],
      request: { kind: 'without', term: 'render' },
      words: 'not a number',
    },
  ],
  label: ({ term }) => `without ${term}`,
  changes(terms, request) {
    const found = findRequestedTerm(terms, request);
    return found.ok ? changeWeight(terms, found.value, 0) : found;
  },
};
