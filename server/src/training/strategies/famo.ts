import { z } from 'zod';

import {
  type FamoState,
  famoUpdate,
  famoWeights,
  firstFamoState,
} from '../../numerics/balance/famo.ts';
import type { Strategy } from '../strategy.ts';
import { gradientsUnseen } from './degenerateWords.ts';
import { adamMoments, adamNumbers } from './learntScalars.ts';
import { likeASum } from './likeASum.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  rate: z.number().positive().default(0.025).describe('Learning rate of ξ, by an Adam of its own.'),
  decay: z
    .number()
    .min(0)
    .default(1e-3)
    .describe('γ, weight decay of ξ; the authors take 0.01, 0.00001 and, on their toy problem, 0.'),
  lower_bounds: z
    .record(z.string(), z.number())
    .default({})
    .describe('b, a lower bound of a loss, by its name; 0 where none is given.'),
});

/** Fast adaptive multitask optimisation (M19 of science.md §1.3). */
export const famo: Strategy<z.infer<typeof options>> = {
  name: 'famo',
  description: 'Learns weights by which all losses fall by the same share, from one backward pass.',
  formula:
    'd = c Σ wₖ zₖ gₖ/(Lₖ − bₖ), z = softmax(ξ), c = 1/Σ zₖ/(Lₖ − bₖ); ∇ξ = (diag z − zzᵀ)(log L before − log L after)',
  needs: 'losses',
  cost: { forwards: 2, backwards: '1' },
  weightsApply: 'after',
  properties: { ...likeASum, scaleInvariance: 'direction', whenOneVanishes: 'stalls' },
  degenerate: {
    ...gradientsUnseen,
    notPositive: 'A loss at its bound or below counts as 10⁻⁸ above it.',
  },
  source:
    'Liu et al. NeurIPS 2023, eq. 7 and algorithm 1; Cranial-XIX/FAMO famo.py; LibMTL trainer.py.',
  trap: "Both readings of a change must be of the same batch, which costs a second forward pass. With the weight decay of the published code the authors' toy problem is solved from 3 of 5 starts, without from 5. The factors sum to 1: a loss near its bound takes them all.",
  options,
  namedTerms: ({ lower_bounds }) => Object.keys(lower_bounds),
  example: {
    weights: [1, 0.5],
    options: { rate: 0.1, decay: 0 },
    readings: [
      { losses: [3, 1], after: [3, 0.5] },
      { losses: [3, 1], after: [3, 1] },
    ],
    // (1/3, 1)/(4/3); then ξ = ±0.1 towards the first loss, which did not fall: z = σ(±0.2).
    expected: [
      [0.25, 0.375],
      [0.289336, 0.355332],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'after', ({ size, terms }) => {
      const { rate, decay, lower_bounds } = setup.options;
      const settings = { rate, decay, lowerBounds: terms.map((term) => lower_bounds[term] ?? 0) };
      let state: FamoState = firstFamoState(size);
      let before: readonly number[] = [];
      return {
        coefficients({ losses }) {
          before = losses;
          return famoWeights(state, losses, settings).weights;
        },
        after(losses) {
          if (before.length > 0) state = famoUpdate(state, before, losses, settings);
          before = [];
        },
        snapshot: () => [...state.logits, ...adamNumbers(state.moments), ...before],
        restore(numbers) {
          const moments = adamMoments(numbers.slice(size), size);
          state = { logits: numbers.slice(0, size), moments };
          before = numbers.slice(3 * size + 1);
        },
      };
    }),
};
