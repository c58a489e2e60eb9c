import { z } from 'zod';

import { conFig } from '../../numerics/balance/conFig.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, leftOut, noStep } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({});

/** Conflict-free inverse gradients (M21 of science.md §1.3). */
export const config: Strategy<z.infer<typeof options>> = {
  name: 'config',
  description: 'Takes the direction that has the same cosine with every gradient.',
  formula: 'd = (Σ gₖ·û) û, û along U⁺1 with uₖ = gₖ/nₖ the rows of U',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'direction',
    nonConflictingTwo: 'always',
    nonConflictingMore: 'if independent',
    whenOneVanishes: 'goes on',
    random: 'no',
    solver: 'K × K',
    twoLossDirection: 'bisector',
  },
  degenerate: {
    zeroGradient: leftOut,
    opposed: noStep,
    dependent:
      'The pseudo-inverse takes the place of the inverse; then the cosines need not be equal, and the step may conflict.',
    nonFinite: lastWeightsStand,
  },
  source:
    'Liu et al. ICLR 2025, eq. 2 and 3; tum-pbs/ConFIG conflictfree/grad_operator.py; TorchJD aggregation/_config.py.',
  trap: 'The README of the authors says that the dot products with all gradients are equal; the cosines are. For opposed gradients TorchJD brings rounding to full length; this takes no step. Its direction does not depend on the weights of the config.',
  options,
  example: {
    weights: [1, 0.5],
    readings: [{ losses: [1, 1], products: [4, 0, 0, 16] }],
    // Rows (2, 0) and (0, 2) after the weights: û = (1, 1)/√2, |d| = 4/√2, d = (2, 2).
    expected: [[1, 0.5]],
  },
  create: (setup) => createWeighing(setup, 'before', () => onGramian(conFig)),
};
