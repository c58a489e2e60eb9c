import { z } from 'zod';

import { caGrad } from '../../numerics/balance/caGrad.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  c: z
    .number()
    .min(0)
    .default(0.4)
    .describe('How far the step may be from the mean gradient, in its lengths; 0 is the mean.'),
  rescale: z
    .literal([0, 1, 2])
    .default(0)
    .describe("0 is the paper; 1 divides by 1 + c², the default of the authors' code; 2 by 1 + c."),
});

/** Conflict-averse gradient descent (M14 of science.md §1.3). */
export const cagrad: Strategy<z.infer<typeof options>> = {
  name: 'cagrad',
  description:
    'Goes down as much as possible for the loss that falls least, near the mean gradient.',
  formula: 'd = ḡ + c|ḡ| g_w/|g_w|, w = argmin over the simplex of g_w·ḡ + c|ḡ||g_w|',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'no',
    nonConflictingTwo: 'not always',
    nonConflictingMore: 'not always',
    whenOneVanishes: 'goes on',
    random: 'no',
    solver: 'convex, by active sets',
  },
  degenerate: {
    zeroGradient: 'It counts in the mean, with 1/K, and holds no minimum.',
    opposed:
      'The least of both is raised as far as c allows; the shorter gradient still climbs for c < 1.',
    dependent: 'The step is unique, the coefficients need not be.',
    nonFinite: lastWeightsStand,
  },
  source:
    'Liu et al. NeurIPS 2021, eq. 4; Cranial-XIX/CAGrad; LibMTL; TorchJD aggregation/_cagrad.py.',
  trap: "Near the mean it is not conflict-free for c < 1. The authors' SLSQP is accurate to about 10⁻⁴; this is exact. Their code multiplies by K to match a sum; this stays at the mean.",
  options,
  example: {
    weights: [1, 0.5],
    options: { c: 0 },
    readings: [{ losses: [1, 1], products: [1, -1, -1, 4] }],
    expected: [[0.5, 0.25]],
  },
  create: (setup) =>
    createWeighing(setup, 'before', () =>
      onGramian((gradients) => caGrad(gradients, setup.options)),
    ),
};
