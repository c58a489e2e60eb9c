import { z } from 'zod';

import { component } from '../../numerics/balance/dense.ts';
import { smoothTchebycheff } from '../../numerics/balance/smoothTchebycheff.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing, memoryless } from './weighing.ts';

const options = z.strictObject({
  mu: z
    .number()
    .positive()
    .default(1)
    .describe('μ, in units of a loss; towards 0 the largest weighted loss alone counts.'),
  best: z
    .record(z.string(), z.number())
    .default({})
    .describe('z*, the best value of a loss, by its name; 0 where none is given.'),
});

/** Smooth Tchebycheff scalarisation (M22 of science.md §1.3). */
export const stch: Strategy<z.infer<typeof options>> = {
  name: 'stch',
  description: 'Trains on a smooth maximum of the weighted losses.',
  formula: 'd = Σ λₖ softmax(λ(L − z*)/μ)ₖ gₖ, λₖ = wₖ/K',
  needs: 'losses',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'before',
  properties: likeASum,
  degenerate: { ...gradientsUnseen, notPositive: 'Makes no difference.' },
  source: 'Lin et al. ICML 2024, eq. 8; TorchJD _stch.py.',
  trap: 'μ has the unit of a loss: what is smooth for losses near 1 is a hard maximum for losses near 100. LibMTL works on logarithms of the losses over their values at its fourth epoch and multiplies by K; this does not.',
  options,
  namedTerms: ({ best }) => Object.keys(best),
  example: {
    weights: [1, 0.5],
    options: { best: { loss1: 1 } },
    readings: [{ losses: [3, 4] }, { losses: [1, 4] }],
    // softmax(½(3 − 1), ½·½·4) = (½, ½); then softmax(0, 1).
    expected: [
      [0.25, 0.125],
      [0.134471, 0.182765],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'before', ({ terms, weights }) => {
      const { mu, best } = setup.options;
      // The losses come weighted; so must their best values.
      const reference = terms.map((term, index) => (best[term] ?? 0) * component(weights, index));
      return memoryless(({ losses }) => smoothTchebycheff(losses, { mu, reference }).weights);
    }),
};
