import { describe, expect, it } from 'vitest';

import {
  groupUpdateRatio,
  meanTensorUpdateRatio,
} from '../../../server/src/numerics/updateRatio.ts';
import { angleHinge, arcFace, cosFace } from './plainLosses/angularMargin.ts';
import { distillationLoss, teacherEntropy } from './plainLosses/distillation.ts';
import { focalLoss } from './plainLosses/focal.ts';
import {
  aggregateVariance,
  batchGaussianKl,
  gaussianKl,
  scalePosterior,
} from './plainLosses/gaussianKl.ts';
import { infoNce } from './plainLosses/infoNce.ts';
import { smoothL1, squaredError } from './plainLosses/smoothL1.ts';

/** ∂f/∂x of a row of logits by central differences. */
function slopes(f: (row: readonly number[]) => number, at: readonly number[]): number[] {
  const width = 1e-6;
  return at.map((_, index) => {
    const moved = (by: number) => at.map((value, other) => (other === index ? value + by : value));
    return (f(moved(width)) - f(moved(-width))) / (2 * width);
  });
}

function expectClose(found: readonly number[], wanted: readonly number[], digits = 7): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, digits);
}

describe('the divergence of a posterior', () => {
  it('is the integral of its definition', () => {
    const [mean, logVariance] = [0.7, -1.2];
    const deviation = Math.exp(logVariance / 2);
    let integral = 0;
    for (let x = -10; x < 10; x += 1e-3) {
      const own = -((x - mean) ** 2) / 2 / deviation ** 2 - Math.log(deviation);
      integral += (1e-3 * Math.exp(own) * (own + (x * x) / 2)) / Math.sqrt(2 * Math.PI);
    }
    expect(gaussianKl(mean, logVariance)).toBeCloseTo(integral, 6);
    expect(gaussianKl(0, 1e-9)).toBeCloseTo(0, 15);
  });

  it('sums over dimensions, averages over samples, and changes with the scale of the latents', () => {
    const posterior = {
      means: [
        [1, 0],
        [-1, 0],
      ],
      logVariances: [
        [0, 0],
        [0, 0],
      ],
    };
    expect(batchGaussianKl(posterior)).toBe(0.5);
    expect(aggregateVariance(posterior)).toEqual([2, 1]);
    expect(batchGaussianKl(scalePosterior(posterior, 0.2))).toBeGreaterThan(2);
  });
});

describe('losses with classes', () => {
  it('have the gradients of their values', () => {
    const row = [1.2, -0.3, 0.4];
    const [focal = []] = focalLoss([row], [2]).gradient;
    expectClose(
      focal,
      slopes((x) => focalLoss([x], [2]).loss, row),
    );
    const options = { center: [0.1, 0, 0.2], studentTemperature: 0.3, teacherTemperature: 0.1 };
    const distil = (x: readonly number[]) => distillationLoss([x], [[0.2, 0.4, 0.1]], options);
    const [distilled = []] = distil(row).gradient;
    expectClose(
      distilled,
      slopes((x) => distil(x).loss, row),
    );
  });

  it('stay finite where the softmax is saturated', () => {
    expect(focalLoss([[800, 0]], [0])).toEqual({ loss: 0, gradient: [[0, 0]] });
    expect(focalLoss([[800, 0]], [1]).loss).toBe(800);
    const entropy = teacherEntropy([[9, 0]], [0, 0], 0.01);
    expect([entropy.mean, entropy.marginal]).toEqual([0, 0]);
  });

  it('tell uniform, clustered and collapsed teachers apart', () => {
    const uniform = teacherEntropy([[0, 0]], [0, 0], 1);
    expect([uniform.normalised, uniform.marginal]).toEqual([1, Math.log(2)]);
    const clustered = teacherEntropy(
      [
        [9, 0],
        [0, 9],
      ],
      [0, 0],
      0.1,
    );
    expect(clustered.normalised).toBeCloseTo(0, 12);
    expect(clustered.marginal).toBeCloseTo(Math.log(2), 12);
  });

  it('have their margins and their chance level', () => {
    const cosines = [0.8, 0.3, -0.1];
    expect(arcFace(cosines, 0, 64, 0).targetLogit).toBeCloseTo(51.2, 10);
    expect(arcFace(cosines, 0, 1, 0.5).targetLogit).toBeCloseTo(Math.cos(Math.acos(0.8) + 0.5), 12);
    expect(cosFace(cosines, 0, 10, 0.3).targetLogit).toBeCloseTo(5, 12);
    expect(Number.isFinite(arcFace([1, -1], 0).loss)).toBe(true);
    const turned = arcFace([-0.999, 0], 0, 1, 0.5).targetLogit;
    expect(turned).toBeLessThan(arcFace([-0.9, 0], 0, 1, 0.5).targetLogit);
    const same = [
      [1, 0],
      [1, 0],
    ];
    const { loss, chance } = infoNce(same, same, 0.1);
    expect(loss).toBeCloseTo(chance, 12);
  });

  it('have cosines within 1 only when negatives are normalised along their features', () => {
    const right = angleHinge([1, 1], [1, 1], [[2, 2]]);
    expect(right.negativeCosines[0]).toBeCloseTo(1, 12);
    expect(right.loss).toBeCloseTo(0.35, 12);
    const seed = angleHinge([1, 1], [1, 1], [[2, 2]], 0.35, 'negatives');
    expect(seed.negativeCosines[0]).toBeCloseTo(Math.SQRT2, 12);
    expect(angleHinge([1, 0], [1, 0], [[-1, 0]]).loss).toBe(0);
  });
});

describe('errors and updates', () => {
  it('halve the slope below β, meet at β', () => {
    expect(smoothL1(0.2)).toEqual({ loss: 0.020000000000000004, gradient: 0.2 });
    expect(squaredError(0.2).gradient).toBe(0.4);
    expect(smoothL1(-3)).toEqual({ loss: 2.5, gradient: -1 });
    expect(smoothL1(1).loss).toBe(0.5);
  });

  it('are measured by group, where a mean over tensors explodes on a zero bias', () => {
    const parameters = [[3, 4], [0]];
    const changes = [[0.03, 0.04], [0.01]];
    expect(groupUpdateRatio(parameters, changes)).toBeCloseTo(Math.sqrt(0.0026) / 5, 12);
    expect(meanTensorUpdateRatio(parameters, changes)).toBeGreaterThan(1e9);
  });
});
