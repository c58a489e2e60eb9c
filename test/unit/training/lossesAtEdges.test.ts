import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { wasm } from '../../../server/src/training/backends/wasm.ts';
import { byName } from '../../../server/src/training/byName.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import { evaluateLoss, type LossCase } from './support/lossCase.ts';

interface Edge extends LossCase {
  readonly loss: string;
  readonly edge: string;
  /** What the value has to be, where it can be said without a computer. */
  readonly value?: number;
  /** Gradients that can be said so. */
  readonly gradients?: Readonly<Record<string, readonly number[]>>;
}

const zeros = [
  [0, 0],
  [3, 4],
];
const ones = [
  [1, 0],
  [0, 1],
];
const dark = [0, 1].map(() => [0, 0, 0, 0].map(() => [0, 0, 0, 0].map(() => [0, 0, 0])));
const lit = dark.map((image, index) =>
  image.map((row, y) => row.map((_, x) => [index, Math.sin(x + y), 0.5])),
);

/** Where the formulas of science.md §4 have a root of 0, a logarithm of 0, a quotient of 0 or an overflow. */
const edges: readonly Edge[] = [
  {
    loss: 'absolute-error',
    edge: 'errors of 0',
    inputs: { prediction: ones, target: ones },
    value: 0,
    gradients: { prediction: [0, 0, 0, 0] },
  },
  {
    loss: 'smooth-l1',
    edge: 'errors of 0 and of β',
    inputs: { prediction: [[0, 1, -1, 1e12]], target: [[0, 0, 0, 0]] },
    gradients: { prediction: [0, 0.25, -0.25, 0.25] },
  },
  {
    loss: 'smooth-l1',
    edge: 'β of 0',
    options: { beta: 0 },
    inputs: { prediction: [[0, 2]], target: [[0, 0]] },
    value: 1,
    gradients: { prediction: [0, 0.5] },
  },
  {
    loss: 'logarithmic',
    edge: 'a loss of 0',
    inputs: { loss: 0 },
    value: 0,
    gradients: { loss: [1] },
  },
  {
    loss: 'logarithmic',
    edge: 'a loss below −1',
    inputs: { loss: -5 },
    value: -5,
    gradients: { loss: [1] },
  },
  { loss: 'logarithmic', edge: 'a huge loss', inputs: { loss: 1e38 }, value: 38 * Math.log(10) },
  {
    loss: 'cosine-distance',
    edge: 'vectors of length 0, and so short that their squares vanish',
    inputs: { prediction: [...zeros, [1e-30, 0]], target: [...ones, [1, 0]] },
    value: (1 + 0.2 + 1) / 3,
  },
  {
    loss: 'guidance-consistency',
    edge: 'gradients of 0',
    inputs: { lossGradient: [[0, 0]], similarityGradient: [[0, 0]] },
    value: 1,
    gradients: { lossGradient: [0, 0], similarityGradient: [0, 0] },
  },
  {
    loss: 'angular-margin',
    edge: 'features, template and negatives of length 0',
    inputs: { features: zeros, template: [zeros[0] ?? [], [0, 0]], negatives: [zeros, zeros] },
  },
  {
    loss: 'info-nce',
    edge: 'zero queries and keys',
    inputs: { queries: zeros, keys: zeros.toReversed() },
    options: { temperature: 0.01, direction: 'both' },
  },
  {
    loss: 'info-nce',
    edge: 'a batch of one',
    inputs: { queries: [[1, 2]], keys: [[2, 1]] },
    value: 0,
    gradients: { queries: [0, 0], keys: [0, 0] },
  },
  {
    loss: 'info-nce-negatives',
    edge: 'a saturated softmax over vectors of length 0',
    inputs: { features: zeros, positive: zeros, negatives: [zeros, zeros] },
    options: { temperature: 0.001 },
  },
  ...['continue', 'easy', 'wrap'].map((beyond) => ({
    loss: 'arcface',
    edge: `cosines of 1, −1 and 0, and ${beyond} beyond`,
    options: { beyond },
    inputs: {
      features: [
        [2, 0],
        [-2, 0],
        [0, 0],
      ],
      centers: [
        [1, 0],
        [0, 0],
      ],
      labels: [0, 0, 1],
    },
  })),
  {
    loss: 'cosface',
    edge: 'cosines of 1, −1 and 0',
    inputs: { features: [[2, 0], [-2, 0], ...zeros], centers: ones, labels: [0, 0, 1, 1] },
  },
  {
    loss: 'center',
    edge: 'a class that has no sample, at length 1',
    options: { length: 'unit' },
    inputs: { features: zeros, centers: [...zeros, [1, 1]], labels: [0, 1] },
    value: 0,
  },
  {
    loss: 'cross-entropy',
    edge: 'saturated logits, right and wrong',
    inputs: {
      logits: [
        [1e4, 0],
        [-1e4, 1e4],
      ],
      labels: [0, 0],
    },
    value: 1e4,
    gradients: { logits: [0, 0, -0.5, 0.5] },
  },
  {
    loss: 'cross-entropy',
    edge: 'masked classes: logits of −∞',
    inputs: { logits: [[0, 0, Number.NEGATIVE_INFINITY]], labels: [0] },
    value: Math.log(2),
    gradients: { logits: [-0.5, 0.5, 0] },
  },
  {
    loss: 'cross-entropy',
    edge: 'nothing but ignored labels',
    options: { label_smoothing: 0.1 },
    inputs: { logits: ones, labels: [-100, -100] },
    value: 0,
    gradients: { logits: [0, 0, 0, 0] },
  },
  {
    loss: 'cross-entropy',
    edge: 'only classes of weight 0',
    options: { class_weights: [0, 1] },
    inputs: { logits: ones, labels: [0, 0] },
    value: 0,
    gradients: { logits: [0, 0, 0, 0] },
  },
  ...[0, 0.5, 1, 2].map((gamma) => ({
    loss: 'focal',
    edge: `saturated logits, right, wrong and masked, at γ ${gamma}`,
    options: { gamma, ignore_label: -1 },
    inputs: {
      logits: [
        [1e4, 0, 0],
        [-1e4, 1e4, 0],
        [0, 0, Number.NEGATIVE_INFINITY],
        [0, 1, 2],
      ],
      labels: [0, 0, 1, -1],
    },
  })),
  {
    loss: 'binary-cross-entropy',
    edge: 'saturated logits, right and wrong',
    inputs: { logits: [[1e4, -1e4, 1e4, -1e4]], targets: [[1, 0, 0, 1]] },
    value: 5e3,
    gradients: { logits: [0, 0, 0.25, -0.25] },
  },
  ...[0, 0.5, 2].map((gamma) => ({
    loss: 'sigmoid-focal',
    edge: `saturated logits, and no positives to divide by, at γ ${gamma}`,
    options: { gamma, normalize_by: 'positives' },
    inputs: { logits: [[1e4, -1e4, 0]], targets: [[0, 0, 0]] },
  })),
  {
    loss: 'gaussian-kl',
    edge: 'log-variances far outside of [−30, 20], which are pulled back',
    options: { reduction: 'mean' },
    inputs: { mean: [[0, 0]], logVariance: [[-1000, 20]] },
    value: (999 + Math.exp(20) - 21) / 4,
    gradients: { mean: [0, 0], logVariance: [-0.25, Math.expm1(20) / 4] },
  },
  {
    loss: 'gaussian-kl',
    edge: 'a log-variance whose exponential overflows',
    inputs: { mean: [[0]], logVariance: [[1000]] },
    gradients: { logVariance: [Math.expm1(20) / 2] },
  },
  {
    loss: 'dino',
    edge: 'a saturated student that is wrong, and a saturated teacher',
    options: { same_view: 'keep' },
    inputs: { student: [[[1000, 0]]], teacher: [[[0, 1000]]], center: [0, 0] },
    value: 1e4,
    gradients: { student: [10, -10] },
  },
  ...['samples', 'batch'].map((over) => ({
    loss: 'gate-entropy',
    edge: `gates of 0, over ${over}`,
    options: { over },
    inputs: {
      logits: [
        [1000, 0],
        [1000, 0],
      ],
    },
    value: Math.log(2),
  })),
  {
    loss: 'velocity',
    edge: 'times of 0 and 1 under a density that is 0 there',
    options: { time_weighting: 'logit-normal' },
    inputs: { prediction: ones, target: zeros, time: [[0], [1]] },
    value: 0,
  },
  {
    loss: 'perceptual',
    edge: 'equal pictures',
    inputs: { prediction: lit, target: lit },
    value: 0,
  },
  {
    loss: 'random-lpips',
    edge: 'pictures whose features are all 0',
    options: { range: 'signed' },
    inputs: { prediction: dark, target: dark },
    value: 0,
  },
  {
    loss: 'random-lpips',
    edge: 'features of 0 beside others',
    options: { range: 'signed', epsilon: 1e-10 },
    inputs: { prediction: dark, target: lit },
  },
];

/** The same gradient but for rounding; 0 is 0. */
function expectGradient(found: readonly number[] | undefined, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, slope] of wanted.entries()) {
    expect((found?.[index] ?? Number.NaN) / (slope || 1)).toBeCloseTo(slope === 0 ? 0 : 1, 5);
  }
}

describe.each([cpu, wasm])('at the edges of their formulas, on $name', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await backend.load();
  });

  it.each(edges)('$loss and its gradient are finite with $edge', (given) => {
    const { value, gradients } = evaluateLoss(tf, byName(losses, given.loss), given);
    expect(value).toSatisfy(Number.isFinite);
    for (const gradient of Object.values(gradients)) {
      expect(gradient.filter((slope) => !Number.isFinite(slope))).toEqual([]);
    }
    if (given.value !== undefined) {
      expect((value - given.value) / Math.max(1, Math.abs(given.value))).toBeCloseTo(0, 5);
    }
    for (const [name, wanted] of Object.entries(given.gradients ?? {})) {
      expectGradient(gradients[name], wanted);
    }
  });

  it.each(['cross-entropy', 'focal'])('%s of a label that is no class is NaN', (name) => {
    for (const label of [2, -1]) {
      const inputs = { logits: ones, labels: [0, label] };
      const { value, gradients } = evaluateLoss(tf, byName(losses, name), { inputs });
      expect(value).toBeNaN();
      expect(gradients.logits?.some(Number.isNaN)).toBe(true);
    }
  });

  it.each(['arcface', 'center', 'cosface'])('%s of a label that is no class is NaN', (name) => {
    const inputs = { features: ones, centers: ones, labels: [0, 2] };
    expect(evaluateLoss(tf, byName(losses, name), { inputs }).value).toBeNaN();
  });

  it('a vector without a direction gets no gradient, the others theirs', () => {
    const inputs = { prediction: zeros, target: ones };
    const loss = byName(losses, 'cosine-distance');
    const [a, b, c, d] = evaluateLoss(tf, loss, { inputs }).gradients.prediction ?? [];
    expect([a, b]).toEqual([0, 0]);
    expect(c).toBeCloseTo(0.048, 5);
    expect(d).toBeCloseTo(-0.036, 5);
  });

  it('only one of several hardest negatives gets a gradient', () => {
    const inputs = {
      features: [[1, 0]],
      template: [[0, 1]],
      negatives: [
        [
          [1, 1],
          [1, 1],
        ],
      ],
    };
    const loss = byName(losses, 'angular-margin');
    const { negatives } = evaluateLoss(tf, loss, { inputs }).gradients;
    expect(negatives?.slice(0, 2)).not.toEqual([0, 0]);
    expect(negatives?.slice(2)).toEqual([0, 0]);
  });

  it('the log-likelihood of log-probabilities is the cross entropy of logits', () => {
    const logits = [[1, 2, 0.5]];
    const total = Math.log(logits[0]?.reduce((sum, logit) => sum + Math.exp(logit), 0) ?? 0);
    const logProbabilities = logits.map((row) => row.map((logit) => logit - total));
    const loss = byName(losses, 'cross-entropy');
    const [first, second] = [logits, logProbabilities].map(
      (rows) => evaluateLoss(tf, loss, { inputs: { logits: rows, labels: [2] } }).value,
    );
    expect(first).toBeCloseTo(second ?? Number.NaN, 5);
  });

  it.each([
    [
      'info-nce',
      {
        queries: [
          [1, 0],
          [1, 0],
          [1, 0],
        ],
        keys: [
          [1, 0],
          [1, 0],
          [1, 0],
        ],
      },
      3,
    ],
    ['cross-entropy', { logits: [[0, 0, 0, 0]], labels: [1] }, 4],
    [
      'info-nce-negatives',
      {
        features: [[1, 0]],
        positive: [[1, 0]],
        negatives: [
          [
            [1, 0],
            [1, 0],
          ],
        ],
      },
      3,
    ],
  ] as const)('%s knows nothing at the logarithm of the choices', (name, inputs, choices) => {
    const { value } = evaluateLoss(tf, byName(losses, name), { inputs });
    expect(value).toBeCloseTo(Math.log(choices), 5);
  });
});
