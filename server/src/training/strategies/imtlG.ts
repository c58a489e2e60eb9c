import { z } from 'zod';

import { component } from '../../numerics/balance/dense.ts';
import { imtlG as impartial } from '../../numerics/balance/imtlG.ts';
import type { Gramian } from '../../numerics/gramian.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, leftOut, noStep } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({
  without_descent: z
    .enum(['zero', 'least-squares'])
    .default('zero')
    .describe(
      'Where no direction goes down for all losses: no step, or that of the pseudo-inverse, as TorchJD.',
    ),
  uphill: z
    .enum(['turn', 'keep'])
    .default('turn')
    .describe(
      'Where Σa = 1 makes the step climb in all losses (three and more): turn it round, or keep it as the paper does.',
    ),
});

/** The gradient half of IMTL (M15 of science.md §1.3). */
export const imtlG: Strategy<z.infer<typeof options>> = {
  name: 'imtl-g',
  description: 'Takes the direction on which all gradients have the same projection.',
  formula: 'd = Jᵀa, d·uₖ equal for all k, Σaₖ = 1: a = G⁻¹n/Σ(G⁻¹n)',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'direction',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'if independent',
    whenOneVanishes: 'stalls',
    random: 'no',
    solver: 'K × K',
    twoLossDirection: 'bisector',
  },
  degenerate: {
    zeroGradient: leftOut,
    opposed: noStep,
    dependent:
      'The pseudo-inverse takes the place of the inverse; then the projections need not be equal, and the step may conflict.',
    nonFinite: lastWeightsStand,
  },
  source: 'Liu et al. ICLR 2021, eq. 5; LibMTL weighting/IMTL.py; TorchJD aggregation/_imtl_g.py.',
  trap: 'For three and more losses Σ(G⁻¹n) may be negative: the step of the paper then climbs in every loss. Here it is turned round. The common projection is about as long as the shortest gradient, so that one loss that is done stops all. LibMTL inverts a matrix that may be singular; for opposed gradients the pseudo-inverse of TorchJD climbs in one. Its direction does not depend on the weights of the config.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [
      { losses: [1, 1], products: [4, 0, 0, 4] },
      { losses: [1, 1], products: [4, -8, -8, 16] },
    ],
    // Rows (2, 0) and (0, 1): a = (1, 2)/3; then opposed.
    expected: [
      [1 / 3, 1 / 3],
      [0, 0],
    ],
  },
  create: (setup) => {
    const { without_descent: withoutDescent, uphill } = setup.options;
    return createWeighing(setup, 'before', () =>
      onGramian((gradients) => {
        const coefficients = impartial(gradients, { withoutDescent });
        const turned = uphill === 'turn' && climbsInAll(gradients, coefficients);
        return turned ? coefficients.map((value) => -value) : coefficients;
      }),
    );
  },
};

/** Whether d·gₖ ≤ 0 for all k, and somewhere < 0. */
function climbsInAll(gradients: Gramian, coefficients: readonly number[]): boolean {
  const descents = coefficients.map((_, row) =>
    coefficients.reduce(
      (sum, _value, column) => sum + component(coefficients, column) * gradients.at(row, column),
      0,
    ),
  );
  return Math.max(...descents) <= 0 && Math.min(...descents) < 0;
}
