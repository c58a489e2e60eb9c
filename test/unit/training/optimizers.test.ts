import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { byName } from '../../../server/src/training/byName.ts';
import type { StepCounting } from '../../../server/src/training/optimizer.ts';
import { optimizers } from '../../../server/src/training/optimizers/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';
// Made with torch 1.13 by generate.py beside it; the file says the command.
import torch from '../../fixtures/optimizers/torch.golden.json' with { type: 'json' };
import { planOf, planOfCase, takeCourse } from './support/optimizerCourse.ts';

type Case = (typeof torch.optimizers)[number];

/** A number for each parameter, given one for each of the two groups. */
function spread(numbers: readonly number[]): readonly number[] {
  return torch.start.map((_, index) => numbers[index < torch.first ? 0 : 1] ?? Number.NaN);
}

/** A course of a golden case, with vectors only where an engine would give them. */
function courseOf(given: Case) {
  const plan = planOfCase(given);
  const groups = [plan.groups.first, plan.groups.second];
  const factors = groups.map((group) => group?.learningRateFactor ?? 1);
  const decays = groups.map((group) => group?.weightDecay ?? plan.weightDecay);
  return {
    plan,
    start: torch.start,
    gradients: torch.gradients,
    rateAt: (step: number) => torch.rates[step - 1] ?? Number.NaN,
    learningRateFactors: factors.some((factor) => factor !== 1) ? spread(factors) : undefined,
    weightDecays: decays.some((decay) => decay !== 0) ? spread(decays) : undefined,
  };
}

describe('optimisers', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it.each(torch.optimizers)('$name as torch has it, with $options and groups $groups', (given) => {
    const before = tf.memory().numTensors;
    const steps = takeCourse(tf, byName(optimizers, given.name), courseOf(given));
    expect(steps).toHaveLength(given.parameters.length);
    for (const [step, expected] of given.parameters.entries()) {
      for (const [index, value] of expected.entries()) {
        const own = steps[step]?.parameters[index] ?? Number.NaN;
        // Float32 keeps seven digits; some are lost where steps of 0.05 nearly cancel.
        expect(Math.abs(own - value)).toBeLessThan(2e-6 * Math.max(0.1, Math.abs(value)));
      }
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stay finite where a gradient is 0 from the first step on', () => {
    for (const optimizer of optimizers) {
      const plan = planOf({ optimizer: { name: optimizer.name, momentum: 0.9 } }).optimizer;
      const steps = takeCourse(tf, optimizer, { plan, start: [3], gradients: [[0], [0]] });
      expect(steps.map(({ parameters }) => parameters)).toEqual([[3], [3]]);
    }
  });

  it('freeze a group whose factor is 0', () => {
    for (const optimizer of optimizers) {
      const { optimizer: plan } = planOf({
        optimizer: { name: optimizer.name, weight_decay: 0.1, momentum: 0.5 },
      });
      const [, last] = takeCourse(tf, optimizer, {
        plan,
        start: [3, 4],
        gradients: [
          [1, 1],
          [2, 2],
        ],
        learningRateFactors: [0, 1],
        weightDecays: [0.1, 0.1],
      });
      expect(last?.parameters[0]).toBe(3);
      expect(last?.parameters[1]).toBeLessThan(4);
    }
  });

  // Each operation is a pass over all parameters, and a dispatch on a GPU.
  it.each([
    ['sgd', {}, 1],
    ['sgd', { momentum: 0.9 }, 3],
    ['adam', {}, 9],
    ['adam', { weight_decay: 0.1 }, 11],
    ['adamw', { weight_decay: 0.1 }, 12],
  ])('%s with %j takes %i passes over the parameters', (name, options, passes) => {
    const optimizer = byName(optimizers, name);
    const plan = planOf({ optimizer: { name, ...options } }).optimizer;
    const length = 3;
    const made = tf.tidy(() => {
      const vector = () => tf.ones<tfc.Rank.R1>([length]);
      const counting: StepCounting = 'steps of the run';
      const entries = Object.entries(optimizer.scalars(plan, 1, 0.1, counting));
      const input = {
        ...{
          plan,
          counting,
          gradient: vector(),
          parameters: vector(),
          learningRateFactors: undefined,
        },
        slots: optimizer.slots(plan, counting).map(vector),
        scalars: Object.fromEntries(entries.map(([key, value]) => [key, tf.scalar(value)])),
        weightDecays: plan.weightDecay === 0 ? undefined : vector(),
      };
      const { track } = tf.engine().state.activeScope;
      const given = track.length;
      optimizer.update(tf, input);
      return track.slice(given).filter(({ size }) => size === length).length;
    });
    expect(made).toBe(passes);
  });
});
