import { z } from 'zod';

import { conFig } from '../../numerics/balance/conFig.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, noStep } from './degenerateWords.ts';
import { createWeighing, onGramian } from './weighing.ts';

const options = z.strictObject({});

/** ConFIG with momentum (M21 of science.md §1.3). */
export const mConfig: Strategy<z.infer<typeof options>> = {
  name: 'm-config',
  description: 'ConFIG on moving averages of the gradients, one of which is renewed at each step.',
  formula: 'd = (Σ m̂ₖ·û) û with m̂ₖ the moving averages of the gradients, û as in config',
  needs: 'gradients',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'before',
  moments: { decay: 0.9, of: 'gradients', turn: 'one loss a step' },
  properties: {
    scaleInvariance: 'direction',
    nonConflictingTwo: 'not always',
    nonConflictingMore: 'not always',
    whenOneVanishes: 'goes on',
    random: 'no',
    solver: 'K × K',
    twoLossDirection: 'bisector',
  },
  degenerate: {
    zeroGradient:
      'Once its average is 0 it gets weight 0; so do losses whose turn has not come yet.',
    opposed: noStep,
    dependent:
      'The pseudo-inverse takes the place of the inverse; then the cosines need not be equal, and the step may conflict.',
    nonFinite: lastWeightsStand,
  },
  source:
    'Liu et al. ICLR 2025; tum-pbs/ConFIG conflictfree/momentum_operator.py (PseudoMomentumOperator).',
  trap: 'The guarantees hold for the averages, of which all but one are old. The authors divide by a pseudo second moment, made from the change of the one average that moved; here the second moment is left to the optimiser, which sees the combined step: use sgd for the first moment alone, or adam for both (its first moment then smooths once more). The SeparateMomentumOperator of the authors does not run.',
  options,
  example: {
    weights: [1, 1],
    readings: [
      { losses: [1, 1], products: [4, 0, 0, 0] },
      { losses: [1, 1], products: [4, 0, 0, 4] },
    ],
    expected: [
      [1, 0],
      [1, 1],
    ],
  },
  create: (setup) => createWeighing(setup, 'before', () => onGramian(conFig)),
};
