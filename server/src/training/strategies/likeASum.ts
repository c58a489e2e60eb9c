import type { StrategyProperties } from '../strategyProperties.ts';

/**
 * What holds for every strategy that weighs without a look at the gradients: no more than for a sum.
 */
export const likeASum: StrategyProperties = {
  scaleInvariance: 'no',
  nonConflictingTwo: 'no',
  nonConflictingMore: 'no',
  whenOneVanishes: 'goes on',
  random: 'no',
  solver: '',
};
