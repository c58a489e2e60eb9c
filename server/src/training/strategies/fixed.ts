import type { Strategy } from '../strategy.ts';

/** The weights of the config, unchanged (M1 of science.md §1.3): d = Σ wₖ gₖ. */
export const fixed: Strategy = {
  name: 'fixed',
  description: 'The weights stay as the config sets them.',
  needsLosses: false,
  example: {
    options: { weights: [1, 0.5], reference: 1 },
    losses: [
      [4, 2],
      [1, 9],
    ],
    weights: [
      [1, 0.5],
      [1, 0.5],
    ],
  },
  create: ({ weights }) => ({ weights: () => weights }),
};
