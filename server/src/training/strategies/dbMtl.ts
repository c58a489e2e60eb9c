import { z } from 'zod';

import { dualBalance } from '../../numerics/balance/dualBalance.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, leftOut } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({});

/** Dual-balancing (M22 of science.md §1.3). */
export const dbMtl: Strategy<z.infer<typeof options>> = {
  name: 'db-mtl',
  description:
    'Averages the gradients of the logarithms and brings all to the length of the longest.',
  formula: 'd = Σ wₖ (maxⱼ nⱼ)/(nₖ + 10⁻⁸) mₖ, mₖ the moving average of ∇log Lₖ, nₖ its length',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'after',
  moments: { decay: 0.9, of: 'log-gradients', turn: 'all' },
  properties: {
    scaleInvariance: 'full',
    nonConflictingTwo: 'not always',
    nonConflictingMore: 'not always',
    whenOneVanishes: 'explodes',
    random: 'no',
    solver: '',
    twoLossDirection: 'bisector',
  },
  degenerate: {
    zeroGradient: leftOut,
    opposed: 'With equal weights the two cancel.',
    dependent: 'Makes no difference: only the lengths of the averages are looked at.',
    nonFinite: lastWeightsStand,
    notPositive: 'It has no logarithm: its gradient is averaged as it is.',
  },
  source: 'Lin et al. 2023, eq. 3; LibMTL.',
  trap: 'The paper starts the averages at 0 without correcting for it, so that the first steps are short; here they are corrected. LibMTL has the share of the old fall with the step where β_σ is set; here it stays at 0.9. A loss that is done takes the length of the step with it: that of ∇log L.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [9, 0, 0, 1] }],
    expected: [[1, 1.5]],
  },
  create: (setup) => createWeighing(setup, 'after', () => onGramian(dualBalance)),
};
