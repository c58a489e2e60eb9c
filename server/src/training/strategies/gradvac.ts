import { z } from 'zod';

import { restoreRandom } from '../../base/random.ts';
import { firstGradVacTargets, gradVac } from '../../numerics/balance/gradVac.ts';
import type { Strategy } from '../strategy.ts';
import { lastWeightsStand, noStep } from './degenerateWords.ts';
import { drawOrders } from './visitOrders.ts';
import { createWeighing } from './weighing.ts';

const options = z.strictObject({
  beta: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of the new cosine in the targets; the paper takes 0.01.'),
});

/** Gradient vaccine (M16 of science.md §1.3). */
export const gradvac: Strategy<z.infer<typeof options>> = {
  name: 'gradvac',
  description:
    'Turns each gradient towards the others until their cosines are what they were on average.',
  formula:
    'd = Σ g′ₖ; where φ = cos(g′ₖ, gⱼ) < φ̂ₖⱼ: g′ₖ ← g′ₖ + |g′ₖ|(φ̂√(1−φ²) − φ√(1−φ̂²))/(|gⱼ|√(1−φ̂²)) gⱼ; φ̂ ← (1−β)φ̂ + βφ, first 0',
  needs: 'gradients',
  cost: { forwards: 1, backwards: 'K' },
  weightsApply: 'before',
  properties: {
    scaleInvariance: 'no',
    nonConflictingTwo: 'not always',
    nonConflictingMore: 'not always',
    whenOneVanishes: 'goes on',
    random: 'order',
    solver: '',
  },
  degenerate: {
    zeroGradient: 'It counts as orthogonal to the others and is not moved.',
    opposed: noStep,
    dependent: 'Makes no difference: gradients are taken in pairs.',
    nonFinite: lastWeightsStand,
  },
  source: 'Wang et al. ICLR 2021, eq. 6 and 7; LibMTL; TorchJD.',
  trap: 'The first step is that of pcgrad. Later a conflict that is usual is left as it is, so that nothing is promised. At a target of ±1 the formula divides by 0, where the references take a step of up to 10⁸ gradients; here nothing is moved.',
  options,
  example: {
    weights: [1, 1],
    readings: [
      { losses: [1, 1], products: [1, -1, -1, 4] },
      { losses: [1, 1], products: [1, -1, -1, 4] },
      { losses: [1, 1], products: [1, Number.NaN, -1, 4] },
    ],
    // As pcgrad; then φ = −½ is brought to φ̂ = −¼: (φ̂√¾ + ½√(15/16))/√(15/16) = 0.276393.
    expected: [
      [2, 1.25],
      [1.552786, 1.138197],
      [1.552786, 1.138197],
    ],
  },
  create: (setup) =>
    createWeighing(setup, 'before', (participants) => {
      const { size } = participants;
      let { random } = participants;
      let targets = firstGradVacTargets(size);
      return {
        coefficients({ gradients }) {
          if (!gradients) return undefined;
          const { beta } = setup.options;
          const made = gradVac(gradients, targets, { beta, orders: drawOrders(random, size) });
          targets = made.targets;
          return made.coefficients;
        },
        snapshot: () => [...targets.flat(), ...random.state()],
        restore(numbers) {
          targets = targets.map((_, row) => numbers.slice(row * size, (row + 1) * size));
          random = restoreRandom(numbers.slice(size * size));
        },
      };
    }),
};
