import { z } from 'zod';

import type { Strategy } from '../strategy.ts';
import { nothingSeen } from './degenerateWords.ts';
import { likeASum } from './likeASum.ts';

const options = z.strictObject({});

/** The weights of the config, unchanged (M1 of science.md §1.3). */
export const fixed: Strategy<z.infer<typeof options>> = {
  name: 'fixed',
  description: 'The weights stay as the config sets them.',
  formula: 'd = Σ wₖgₖ',
  needs: 'nothing',
  cost: { forwards: 1, backwards: '1' },
  weightsApply: 'after',
  properties: {
    ...likeASum,
    twoLossDirection: 'weighted sum',
    withoutConflict: 'weighted sum',
    objective: 'weighted sum',
  },
  degenerate: nothingSeen,
  source:
    'Unitary scalarization; tuned, it is the baseline to beat (Kurin et al. NeurIPS 2022; Xin et al. NeurIPS 2022). LibMTL weighting/EW.py.',
  trap: 'A sum over K losses is K times as long as their mean, and with it the step of plain descent. This is the sum; LibMTL documents 1/T and computes the sum.',
  options,
  example: {
    weights: [1, 0.5],
    reference: 1,
    readings: [{ losses: [4, 2] }, { losses: [1, 9] }],
    expected: [
      [1, 0.5],
      [1, 0.5],
    ],
  },
  create: ({ weights }) => ({
    weights: () => weights,
    snapshot: () => [],
    restore: () => undefined,
  }),
};
