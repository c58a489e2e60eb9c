import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { byName } from '../../../server/src/training/byName.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import {
  differences,
  type PublishedVector,
  type Reading,
  readingOf,
  readPublishedVectors,
} from '../numerics/balance/publishedVectors.ts';
import { evaluateLoss, type LossCase, type LossResult } from './support/lossCase.ts';

/** Computes a loss by name. */
type Evaluate = (name: string, given: LossCase) => LossResult;
/** What a vector expects, from the losses as a training run has them. */
type Answer = (given: Reading, evaluate: Evaluate) => object;

/** Vectors whose cosines with [1, 0] are given. */
function centersAt(cosines: readonly number[]): readonly (readonly number[])[] {
  return cosines.map((cosine) => [cosine, Math.sqrt(1 - cosine * cosine)]);
}

function marginCase(given: Reading): LossCase {
  return {
    options: { scale: given.number('s'), margin: given.number('m') },
    inputs: {
      features: [[1, 0]],
      centers: centersAt(given.numbers('cos')),
      labels: [given.number('label')],
    },
  };
}

const answers: Readonly<Record<string, Answer>> = {
  angle_hinge_seed002(given, evaluate) {
    const inputs = {
      features: given.rows('gen'),
      template: given.rows('template'),
      negatives: given.cube('neg'),
    };
    const options = { margin: given.number('margin') };
    return { true_loss: evaluate('angular-margin', { inputs, options }).value };
  },
  arcface: (given, evaluate) => ({ loss: evaluate('arcface', marginCase(given)).value }),
  cosface: (given, evaluate) => ({ loss: evaluate('cosface', marginCase(given)).value }),
  dino_ce_grad(given, evaluate) {
    const { value, gradients } = evaluate('dino', {
      inputs: {
        student: [given.rows('student')],
        teacher: [given.rows('teacher')],
        center: given.numbers('center'),
      },
      options: {
        student_temperature: given.number('Ts'),
        teacher_temperature: given.number('Tt'),
        same_view: 'keep',
      },
    });
    return { loss: value, grad: gradients.student };
  },
  dino_entropy(given, evaluate) {
    // Gates are open equally at an entropy of log K.
    const center = given.numbers('center');
    const logits = given
      .rows('logits')
      .map((row) => row.map((x, k) => (x - (center[k] ?? 0)) / given.number('T')));
    const [mean, marginal] = ['samples', 'batch'].map(
      (over) =>
        Math.log(center.length) -
        evaluate('gate-entropy', { inputs: { logits }, options: { over } }).value,
    );
    return { mean_entropy: mean, marginal_entropy: marginal };
  },
  focal_loss(given, evaluate) {
    const { value, gradients } = evaluate('focal', {
      inputs: { logits: given.rows('logits'), labels: given.numbers('targets') },
      options: { gamma: given.number('gamma'), alpha: given.number('alpha') },
    });
    return { loss: value, grad: gradients.logits };
  },
  infonce(given, evaluate) {
    const inputs = { queries: given.rows('q'), keys: given.rows('k') };
    const options = { temperature: given.number('tau') };
    return { loss: evaluate('info-nce', { inputs, options }).value };
  },
  kl_gaussian(given, evaluate) {
    const [mean, logVariance] = [given.rows('mu'), given.rows('logvar')];
    const scale = 0.18215;
    const scaled = {
      mean: mean.map((row) => row.map((value) => value * scale)),
      logVariance: logVariance.map((row) => row.map((value) => value + 2 * Math.log(scale))),
    };
    const options = { prior_deviation: scale };
    return {
      kl_sum_dims_mean_batch: evaluate('gaussian-kl', { inputs: { mean, logVariance } }).value,
      kl_scaled_wrong: evaluate('gaussian-kl', { inputs: scaled }).value,
      kl_scaled_prior_s2: evaluate('gaussian-kl', { inputs: scaled, options }).value,
    };
  },
  log1p_seed003(given, evaluate) {
    const { value, gradients } = evaluate('logarithmic', {
      inputs: { loss: given.number('loss') },
    });
    return { value, effective_weight: gradients.loss?.[0] };
  },
  smooth_l1_vs_mse(given, evaluate) {
    const inputs = { prediction: [given.number('error')], target: [0] };
    const smooth = evaluate('smooth-l1', { inputs, options: { beta: given.number('beta') } });
    const squared = evaluate('mean-squared-error', { inputs });
    return {
      smooth_l1: smooth.value,
      mse: squared.value,
      grad_smooth: smooth.gradients.prediction?.[0],
      grad_mse: squared.gradients.prediction?.[0],
    };
  },
};

const vectors = readPublishedVectors().filter(({ method }) => method in answers);

/** The vector at what single precision can hold, with the figures alone that a loss gives. */
function inSinglePrecision(vector: PublishedVector, answer: object): PublishedVector {
  const given = Object.entries(vector.expected).filter(([name]) => name in answer);
  return {
    ...vector,
    expected: Object.fromEntries(given),
    tolerance: { abs: 1e-6, rel: 1e-5 },
  };
}

describe.skipIf(vectors.length === 0)('losses meet the published vectors', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it('of every method', () => {
    expect(new Set(vectors.map(({ method }) => method))).toEqual(new Set(Object.keys(answers)));
  });

  it.each(vectors)('$id', (vector) => {
    const evaluate: Evaluate = (name, given) => evaluateLoss(tf, byName(losses, name), given);
    const answer = answers[vector.method]?.(readingOf(vector), evaluate) ?? {};
    const expected = inSinglePrecision(vector, answer);
    expect(Object.keys(expected.expected)).toEqual(Object.keys(answer));
    expect(differences(expected, answer)).toEqual([]);
  });
});
