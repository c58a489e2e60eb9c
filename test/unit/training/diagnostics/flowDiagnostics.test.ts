import type * as tfc from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../server/src/base/random.ts';
import { gaussianResidualVariance } from '../../../../server/src/numerics/flow/gaussianFlow.ts';
import { cpu } from '../../../../server/src/training/backends/cpu.ts';
import {
  type FlowMeasureOptions,
  type FlowPairs,
  measureFlow,
  type VelocityField,
} from '../../../../server/src/training/diagnostics/flowDiagnostics.ts';
import type { Tf } from '../../../../server/src/training/task.ts';

/** x₀ ~ N(0, 1), x₁ ~ N(2, ½²), independent: science.md §5 E5 (a). */
const world = { mean: 2, deviation: 0.5 };
const count = 1024;

let tf: Tf;
let pairs: FlowPairs;
beforeEach(async () => {
  tf = await cpu.load();
  pairs = drawPairs((index) => [index % 4]);
});
afterEach(() => tf.dispose(Object.values(pairs)));

function drawPairs(conditionOf: (index: number) => readonly number[]): FlowPairs {
  const random = createRandom(1, 'pairs');
  const column = (draw: () => number) =>
    tf.tensor2d(Float32Array.from({ length: count }, draw), [count, 1]);
  return {
    source: column(() => random.normal()),
    target: column(() => world.mean + world.deviation * random.normal()),
    condition: tf.tensor2d(Array.from({ length: count }, (_, index) => [...conditionOf(index)])),
    time: tf.tensor2d(
      Array.from({ length: count }, (_, index) => [index / (count - 1)]),
      [count, 1],
    ),
  };
}

/** E[x₁ − x₀ | x_t], the tensor form of `gaussianVelocity`. */
function exactVelocity(state: tfc.Tensor2D, time: tfc.Tensor2D): tfc.Tensor2D {
  const variance = world.deviation ** 2;
  const left = tf.sub(1, time);
  const spread = tf.add(tf.square(left), tf.mul(tf.square(time), variance));
  const factor = tf.div(tf.sub(tf.mul(time, variance), left), spread);
  return tf.add(tf.mul(factor, tf.sub(state, tf.mul(time, world.mean))), world.mean);
}

const exact: VelocityField = { velocity: exactVelocity };

const measure = (field: VelocityField, options?: FlowMeasureOptions) =>
  measureFlow(tf, field, pairs, options);

describe('the figures of an exact field', () => {
  it('have the order of each scheme', async () => {
    const figures = await measure(exact, { schemes: ['euler', 'midpoint', 'heun'] });
    expect(figures['flow/order@16']).toBeCloseTo(1, 1);
    expect(figures['flow/order_heun@8']).toBeCloseTo(2, 0);
    // For this field midpoint has order 3, as in the rollouts on plain numbers.
    expect(figures['flow/order_midpoint@8']).toBeGreaterThan(1.9);
    expect(figures['flow/self_error_heun@16']).toBeLessThan(
      0.1 * (figures['flow/self_error@16'] ?? 0),
    );
  });

  it('have an RMSE to the paired ends that rises with the number of steps', async () => {
    const figures = await measure(exact);
    const errors = [8, 16, 32, 64].map((steps) => figures[`flow/endpt_rmse@${steps}`] ?? 0);
    // E5 (a): 0.649, 0.676, 0.691, 0.699; here of 128 pairs.
    expect(errors).toEqual(errors.toSorted((a, b) => a - b));
    expect(Math.abs((errors[3] ?? 0) - 0.7)).toBeLessThan(0.1);
    const selfErrors = [8, 16, 32].map((steps) => figures[`flow/self_error@${steps}`] ?? 0);
    expect(selfErrors).toEqual(selfErrors.toSorted((a, b) => b - a));
  });

  it('have the slope 1, whatever the convention', async () => {
    const figures = await measure(exact, { schemes: [] });
    const turned: VelocityField = {
      velocity: (state, time) => tf.neg(exactVelocity(state, tf.sub(1, time))),
    };
    const sigma = await measure(turned, { schemes: [], convention: 'sigma' });
    expect(figures['flow/slope']).toBeCloseTo(1, 1);
    expect(sigma['flow/slope']).toBeCloseTo(figures['flow/slope'] ?? 0, 5);
    expect(sigma['flow/nmse']).toBeCloseTo(figures['flow/nmse'] ?? 0, 5);
    expect(Object.keys(figures).some((name) => name.includes('@'))).toBe(false);
  });

  it('are those of the irreducible spread in each slice, with both ends counted', async () => {
    const figures = await measure(exact, { schemes: [] });
    const counts = Array.from({ length: 10 }, (_, slice) => figures[`flow/count_t${slice}`] ?? 0);
    expect(counts.reduce((sum, value) => sum + value, 0)).toBe(count);
    // |v|² is 2² + 1 + ½² on average, and what no field can tell is the residual variance.
    // Over the whole way it is ∫ s²/((1−t)² + t²s²) dt = s π/2.
    const whole = (world.deviation * Math.PI) / 2 / 5.25;
    expect(Math.abs((figures['flow/nmse'] ?? 0) / whole - 1)).toBeLessThan(0.1);
    // A slice has 102 pairs, which tell it to a sixth.
    for (const slice of [0, 9]) {
      const wanted = gaussianResidualVariance((slice + 0.5) / 10, world) / 5.25;
      const found = (figures[`flow/nmse_t${slice}`] ?? 0) / wanted;
      expect(Math.abs(found - 1), `slice ${slice}`).toBeLessThan(0.3);
    }
    expect(figures['flow/cos_t9']).toBeGreaterThan(0.9);
  });
});

describe('a mismatch of training and inference', () => {
  it('of scale c has the slope 1/c, and an endpoint error that does not tell', async () => {
    const right = await measure(exact);
    const slow = await measure(exact, { inference: { scale: 0.7 } });
    expect(slow['flow/slope']).toBeCloseTo((right['flow/slope'] ?? 0) / 0.7, 4);
    expect(slow['flow/nmse']).toBe(right['flow/nmse']);
    expect(slow['flow/order@16']).toBeGreaterThan(0.7);
  });

  it('of the direction of time has a slope below 0', async () => {
    // v = 2 everywhere, but for the convention: its sign is wrong and nothing else.
    const constant: VelocityField = { velocity: (state) => tf.fill([state.shape[0], 1], 2) };
    const turned = await measure(constant, { schemes: [], inference: { convention: 'sigma' } });
    expect(turned['flow/slope']).toBeCloseTo(-1, 1);
    expect(turned['flow/nmse']).toBeLessThan(0.3);
  });
});

describe('the use of the condition', () => {
  it('is exactly 0 where it is not connected', async () => {
    const figures = await measure(exact, { schemes: [] });
    expect(figures['flow/cond_gain_nmse']).toBe(0);
    expect(figures['flow/cond_gain_cos']).toBe(0);
    expect(figures['flow/cond_gain_t']).toBe(0);
  });

  it('shows with its statistic where it matters', async () => {
    tf.dispose(Object.values(pairs));
    pairs = drawPairs((index) => [index % 2]);
    const shifted: FlowPairs = {
      ...pairs,
      target: tf.tidy(() => tf.add(pairs.target, tf.mul(4, pairs.condition))),
    };
    const informed: VelocityField = {
      velocity: (state, time, condition) =>
        tf.add(
          exactVelocity(tf.sub(state, tf.mul(tf.mul(time, 4), condition)), time),
          tf.mul(4, condition),
        ),
    };
    const figures = await measureFlow(tf, informed, shifted, { schemes: [] });
    shifted.target.dispose();
    expect(figures['flow/cond_gain_t']).toBeGreaterThan(10);
    expect(figures['flow/cond_gain_nmse']).toBeGreaterThan(0.2);
  });

  it('is not asked for where all conditions are equal', async () => {
    tf.dispose(Object.values(pairs));
    pairs = drawPairs(() => [1]);
    const figures = await measure(exact, { schemes: [] });
    expect(figures).not.toHaveProperty('flow/cond_gain_t');
  });
});

it('holds no tensor afterwards', async () => {
  const before = tf.memory().numTensors;
  await measure(exact, { schemes: ['euler', 'heun'] });
  expect(tf.memory().numTensors).toBe(before);
});
