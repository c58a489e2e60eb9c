import { describe, expect, it } from 'vitest';

import { adamStep, firstAdamMoments } from '../../../../server/src/numerics/balance/adamStep.ts';
import {
  dualBalance,
  dualBalanceRetention,
  logGradientGramian,
} from '../../../../server/src/numerics/balance/dualBalance.ts';
import { dynamicWeightAverage } from '../../../../server/src/numerics/balance/dynamicWeightAverage.ts';
import { emaInverse } from '../../../../server/src/numerics/balance/emaInverse.ts';
import {
  emaInverseSeed,
  firstEmaInverseSeed,
} from '../../../../server/src/numerics/balance/emaInverseSeed.ts';
import {
  famoUpdate,
  famoWeights,
  firstFamoState,
} from '../../../../server/src/numerics/balance/famo.ts';
import { geometricMean } from '../../../../server/src/numerics/balance/geometricMean.ts';
import { gradDrop } from '../../../../server/src/numerics/balance/gradDrop.ts';
import {
  gradNorm,
  gradNormDescend,
  gradNormSoftmax,
} from '../../../../server/src/numerics/balance/gradNorm.ts';
import { firstGradVacTargets, gradVac } from '../../../../server/src/numerics/balance/gradVac.ts';
import { imtlLWeighting, optimalLogScales } from '../../../../server/src/numerics/balance/imtlL.ts';
import { inverseNorm } from '../../../../server/src/numerics/balance/inverseNorm.ts';
import { log1pLoss, logLoss } from '../../../../server/src/numerics/balance/logLoss.ts';
import {
  type LearntWeighting,
  logVarianceWeighting,
  optimalLogVariances,
} from '../../../../server/src/numerics/balance/logVariance.ts';
import { minMaxWeights, widenRanges } from '../../../../server/src/numerics/balance/minMax.ts';
import { normaliseToReference } from '../../../../server/src/numerics/balance/normaliseToReference.ts';
import { indexOrders, pcGrad, pcGradMean } from '../../../../server/src/numerics/balance/pcGrad.ts';
import { randomLossWeights } from '../../../../server/src/numerics/balance/randomLossWeights.ts';
import {
  optimalSigmoidWeights,
  sigmoidSeedCourse,
  sigmoidWeightingSeed,
  sigmoidWeightingWithPenalty,
} from '../../../../server/src/numerics/balance/sigmoidWeighting.ts';
import { smoothTchebycheff } from '../../../../server/src/numerics/balance/smoothTchebycheff.ts';
import { gramianOf } from './rows.ts';

/** ∂f/∂xₖ by central differences. */
function slopes(f: (x: readonly number[]) => number, at: readonly number[]): number[] {
  const width = 1e-6;
  return at.map((_, index) => {
    const moved = (by: number) => at.map((value, other) => (other === index ? value + by : value));
    return (f(moved(width)) - f(moved(-width))) / (2 * width);
  });
}

function expectClose(found: readonly number[], wanted: readonly number[], digits = 8): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, digits);
}

const losses = [2, 0.5, 1.3];

describe('a learnt weighting', () => {
  const forms: readonly (readonly [
    string,
    (losses: readonly number[], variables: readonly number[]) => LearntWeighting,
  ])[] = [
    ['log-variance', logVarianceWeighting],
    ['IMTL-L', imtlLWeighting],
    ['sigmoid of the seed', sigmoidWeightingSeed],
    ['sigmoid with its penalty', sigmoidWeightingWithPenalty],
  ];

  it.each(forms)('%s has the derivatives of its total', (_name, form) => {
    const variables = [0.3, -0.8, 1.1];
    const { gradient, weights } = form(losses, variables);
    expectClose(
      gradient,
      slopes((x) => form(losses, x).total, variables),
    );
    expectClose(
      weights,
      slopes((x) => form(x, variables).total, losses),
    );
  });

  it('is at rest at its optimum: log L, −log L, σ = min(1, 1/L)', () => {
    expectClose(logVarianceWeighting(losses, optimalLogVariances(losses)).gradient, [0, 0, 0]);
    expectClose(imtlLWeighting(losses, optimalLogScales(losses)).gradient, [0, 0, 0]);
    const [first, second] = optimalSigmoidWeights([4, 0.5]);
    expect([first, second]).toEqual([0.25, 1]);
    const omega = Math.log(0.25 / 0.75);
    expectClose(sigmoidWeightingWithPenalty([4], [omega]).gradient, [0]);
  });

  it('of the seed switches losses off, the largest first, on the course of its closed form', () => {
    let omegas: readonly number[] = [0, 0];
    for (let step = 0; step < 20_000; step += 1) {
      const { gradient } = sigmoidWeightingSeed([2, 0.5], omegas);
      omegas = omegas.map((omega, index) => omega - 1e-3 * (gradient[index] ?? 0));
    }
    expectClose(omegas, [sigmoidSeedCourse(40), sigmoidSeedCourse(10)], 3);
    expect(omegas[0]).toBeLessThan(omegas[1] ?? 0);
    const far = sigmoidSeedCourse(1e6);
    expect(Math.exp(far) + 2 * far - Math.exp(-far)).toBeCloseTo(-1e6, 6);
  });
});

describe('one value out of the losses', () => {
  it('has the weights that are its derivatives', () => {
    expectClose(
      geometricMean(losses).weights,
      slopes((x) => geometricMean(x).total, losses),
    );
    const options = { mu: 0.3, preference: [0.5, 0.2, 0.3], reference: [0.1, 0, 0.2] };
    const tchebycheff = (x: readonly number[]) => smoothTchebycheff(x, options);
    expectClose(
      tchebycheff(losses).weights,
      slopes((x) => tchebycheff(x).total, losses),
    );
    expect(smoothTchebycheff([900, 1], { mu: 1e-3 })).toEqual({ total: 450, weights: [0.5, 0] });
    expectClose(
      [logLoss(0.4).weight],
      slopes((x) => logLoss(x[0] ?? 0).value, [0.4]),
    );
    expectClose(
      [log1pLoss(0.4).weight],
      slopes((x) => log1pLoss(x[0] ?? 0).value, [0.4]),
    );
  });

  it('is undefined, with weight 0, where there is no logarithm', () => {
    expect(geometricMean([1, 0])).toEqual({ total: Number.NaN, weights: [0, 0] });
    expect(logLoss(-1)).toEqual({ value: Number.NaN, weight: 0 });
    expect(log1pLoss(-1)).toEqual({ value: Number.NaN, weight: 0 });
  });
});

describe('weights from the values of losses', () => {
  it('normalise to a reference, within bounds, and never turn a loss round', () => {
    expectClose(normaliseToReference([4, 2, 8], 0, { weight: 0.5 }), [1, 1, 0.25]);
    expect(normaliseToReference([4, 1e-9], 0, { bounds: [1e-3, 1e3] })).toEqual([1, 1000]);
    expect(normaliseToReference([4, -2, Number.NaN], 0)).toEqual([1, 1, 1]);
  });

  it('follow inverse averages: in the right form equal weighted losses and Σ w = K', () => {
    expectClose(emaInverse([1, 0.5, 2]), [6 / 7, 12 / 7, 3 / 7]);
    expect(emaInverse([1, -1, Number.NaN])).toEqual([1, 1, 1]);
    expect(emaInverse([0, 0])).toEqual([1, 1]);
    expect(emaInverse([1, 1e-300], { bounds: [0, 10] })).toEqual([2e-300, 2]);
  });

  it('follow them in the seed’s form only from the second call, without bound', () => {
    let state = firstEmaInverseSeed([1]);
    state = emaInverseSeed(state, [0.5], { window: 2 });
    expect(state.weights).toEqual([1]);
    state = emaInverseSeed(state, [0.25], { window: 2 });
    expectClose(state.weights, [0.9 + 0.1 / 0.375], 6);
    state = emaInverseSeed(state, [0.25], { window: 2 });
    expect(state.history).toEqual([[0.25, 0.25]]);
  });

  it('spread min–max ranges, a constant loss by its own size', () => {
    let ranges = widenRanges(undefined, [1, 5, 0]);
    ranges = widenRanges(ranges, [3, 5, 0]);
    ranges = widenRanges(ranges, [2, Number.NaN, 0]);
    expect(ranges).toEqual({ least: [1, 5, 0], most: [3, 5, 0] });
    expect(minMaxWeights(ranges)).toEqual([0.5, 0.2, 1]);
  });

  it('average dynamically from the third epoch on, and randomly to a sum of 1', () => {
    expect(dynamicWeightAverage([[1, 2]], 2)).toEqual([1, 1]);
    const [first = 0, second = 0] = dynamicWeightAverage(
      [
        [9, 9],
        [1, 1],
        [0.5, 1],
      ],
      2,
      1,
    );
    expect(first / second).toBeCloseTo(Math.exp(-0.5), 12);
    expect(first + second).toBeCloseTo(2, 12);
    expect(
      dynamicWeightAverage(
        [
          [0, 0],
          [1, 0],
        ],
        2,
      ),
    ).toEqual([1, 1]);
    const random = randomLossWeights([1000, 0, 999]);
    expectClose(random, [1 / (1 + Math.exp(-1)), 0, 1 / (1 + Math.E)]);
  });
});

describe('weights from norms of gradients', () => {
  it('GradNorm pulls each weighted norm to its target, and never below 0', () => {
    const reading = { norms: [2, 0.5], losses: [1, 0.9], initialLosses: [2, 1] };
    const { targets, gradient, loss } = gradNorm([1, 1], reading, 0);
    expect(targets).toEqual([1.25, 1.25]);
    expect(gradient).toEqual([2, -0.5]);
    expect(loss).toBe(1.5);
    expectClose(
      gradNormDescend([1, 1], [100, 0], 1),
      [0.001 / 1.001, 1 / 1.001].map((x) => 2 * x),
    );
    const broken = gradNorm([1, 1], { ...reading, initialLosses: [0, 1] });
    expect(broken.targets.every(Number.isFinite)).toBe(true);
  });

  it('GradNorm by logits has the derivative of its loss with the targets held', () => {
    const reading = { norms: [2, 0.5, 1], losses: [1, 0.9, 3], initialLosses: [2, 1, 4] };
    const logits = [0.2, -0.4, 0.1];
    const { gradient, targets } = gradNormSoftmax(logits, reading);
    const held = (x: readonly number[]): number => {
      const sum = x.reduce((all, value) => all + Math.exp(value), 0);
      return x.reduce((all, value, index) => {
        const weight = (3 * Math.exp(value)) / sum;
        return all + Math.abs(weight * (reading.norms[index] ?? 0) - (targets[index] ?? 0));
      }, 0);
    };
    expectClose(gradient, slopes(held, logits), 6);
  });

  it('inverse norms sum to K, with a floor under losses that are done', () => {
    expectClose(inverseNorm(gramianOf([[4], [1], [2]])), [3 / 7, 12 / 7, 6 / 7]);
    // Median 1, floor 1e-3.
    const floored = inverseNorm(gramianOf([[1], [1], [0]]));
    expectClose(floored, [3 / 1002, 3 / 1002, 3000 / 1002]);
    expect(inverseNorm(gramianOf([[0], [0]]))).toEqual([1, 1]);
  });

  it('DB-MTL brings the averages of log-gradients to the longest', () => {
    const logs = logGradientGramian(gramianOf([[4], [1], [0], [2]]), [2, 0.25, 1, -1]);
    expectClose(
      [0, 1, 2, 3].map((k) => Math.sqrt(logs.at(k, k))),
      [2, 4, 0, 2],
      6,
    );
    expectClose(dualBalance(logs), [2, 1, 0, 2], 6);
    expect(dualBalanceRetention(4, 0.9, 0.5)).toBe(0.45);
  });
});

describe('methods with an order or with draws', () => {
  const rows = [
    [1, 0],
    [-1, 1],
    [-1, -1],
  ];

  it('PCGrad depends on the order for three losses', () => {
    const rising = pcGrad(gramianOf(rows), indexOrders(3));
    // g₁: −½(−1)… by hand: (1,0) → +½(−1,1) = (½,½), which no longer conflicts with (−1,−1) less than −1.
    // (½,½)·(−1,−1) = −1, so + ½(−1,−1) = (0,0).
    // g₂ = (−1,1) → + (1,0) = (0,1) → (0,1)·(−1,−1) = −1, + ½(−1,−1) = (−½,½).
    // g₃ = (−1,−1) → (0,−1) → (0,−1)·(−1,1) = −1, + ½(−1,1) = (−½,−½).
    expectClose(rising, [1 + 1 + 1, 1 + 0.5 + 0.5, 1 + 0.5 + 0.5]);
    const falling = pcGrad(gramianOf(rows), [
      [2, 1],
      [2, 0],
      [1, 0],
    ]);
    expect(falling).not.toEqual(rising);
    expectClose(
      pcGradMean(gramianOf(rows)),
      rising.map((value) => value / 3),
    );
  });

  it('GradVac is PCGrad at first, then aims at the running cosine', () => {
    const pair = gramianOf([
      [1, 0],
      [-0.6, 0.8],
    ]);
    const first = gradVac(pair, firstGradVacTargets(2));
    expectClose(first.coefficients, pcGrad(pair));
    expectClose(first.targets.flat(), [0, -0.3, -0.3, 0]);
    // With a target of −0.3 the cosine −0.6 is raised to −0.3: checked on the moved gradient itself.
    const second = gradVac(pair, [
      [0, -0.3],
      [-2, 0],
    ]);
    const added = second.coefficients[1] ?? 0;
    const moved = [1 - 0.6 * (added - 1), 0.8 * (added - 1)];
    const [x = 0, y = 0] = moved;
    expect((-0.6 * x + 0.8 * y) / Math.hypot(x, y)).toBeCloseTo(-0.3, 12);
    expect(
      gradVac(pair, [
        [0, 1],
        [-1, 0],
      ]).coefficients,
    ).toEqual([1, 1]);
  });

  it('GradDrop keeps one sign per parameter', () => {
    const gradients = [
      [3, 1, 0],
      [-1, 1, 0],
    ];
    expect(gradDrop(gradients, [0.7, 0.99, 0.5])).toEqual([3, 2, 0]);
    expect(gradDrop(gradients, [0.8, 0, 0.5])).toEqual([-1, 2, 0]);
    expect(gradDrop(gradients, [0.8, 0, 0.5], [0.5, 0])).toEqual([0.5, 2, 0]);
  });
});

describe('FAMO', () => {
  it('weighs to a sum of 1 and turns to the loss that fell least', () => {
    const start = firstFamoState(2);
    const { weights, shares } = famoWeights(start, [3, 1], { lowerBounds: [1, 0] });
    expect(shares).toEqual([0.5, 0.5]);
    expectClose(weights, [1 / 3, 2 / 3]);
    const next = famoUpdate(start, [2, 2], [1, 2]);
    expect(next.logits[1]).toBeGreaterThan(next.logits[0] ?? 0);
    expect(famoUpdate(start, [1, 1], [Number.NaN, 1])).toBe(start);
    expect(famoWeights(start, [0, 1]).weights.every(Number.isFinite)).toBe(true);
  });

  it('moves ξ by an Adam that takes its weight decay into the gradient', () => {
    const { values, moments } = adamStep([1, -2], [0.5, 0], firstAdamMoments(2), {
      rate: 0.1,
      weightDecay: 0.01,
    });
    // First step of Adam: the rate against the sign of the whole gradient.
    expectClose(values, [0.9, -1.9], 6);
    expectClose(moments.first, [0.051, -0.002]);
  });
});
