import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { Gramian } from '../../../server/src/numerics/gramian.ts';
import { cpu } from '../../../server/src/training/backends/cpu.ts';
import { losses } from '../../../server/src/training/losses/registry.ts';
import { optimizers } from '../../../server/src/training/optimizers/registry.ts';
import { learningRateSchedules } from '../../../server/src/training/schedules/registry.ts';
import { strategies } from '../../../server/src/training/strategies/registry.ts';
import type { Tf } from '../../../server/src/training/task.ts';
import { evaluateLoss } from './support/lossCase.ts';
import { planOf, takeCourse } from './support/optimizerCourse.ts';
import { setupOf } from './support/strategyCourse.ts';

describe('every entry does what its example says', () => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await cpu.load();
  });

  it.each(strategies)('strategy $name', (strategy) => {
    const { example } = strategy;
    const { weights, options, reference, readings } = example;
    const start = { weights, options, reference, steps: readings.length };
    const state = strategy.create(setupOf(strategy, start));
    const made = readings.map(({ losses: values, products, after }, index) => {
      const gradients = products && Gramian.fromEntries(values.length, products);
      const given = state.weights({ losses: values, gradients, step: index + 1 });
      if (after) state.after?.(after);
      return given;
    });
    expect(made).toHaveLength(example.expected.length);
    for (const [step, expected] of example.expected.entries()) {
      for (const [index, weight] of expected.entries()) {
        expect(made[step]?.[index]).toBeCloseTo(weight, 5);
      }
    }
  });

  it.each(losses)('loss $name', (loss) => {
    const before = tf.memory().numTensors;
    const { value, gradients } = evaluateLoss(tf, loss, loss.example);
    expect(value).toBeCloseTo(loss.example.value, 4);
    expect(
      Object.values(gradients)
        .flat()
        .filter((slope) => !Number.isFinite(slope)),
    ).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(losses)('loss $name has options with defaults, each explained', ({ options }) => {
    expect(options.safeParse({}).success).toBe(true);
    expect(options.safeParse({ no_such_option: 1 }).success).toBe(false);
    const schema = z.toJSONSchema(options, { io: 'input' });
    for (const option of Object.values(schema.properties ?? {})) {
      expect(option).toMatchObject({ description: expect.any(String) });
      expect(option).toHaveProperty('default');
    }
  });

  it.each(optimizers)('optimiser $name', (optimizer) => {
    const { gradients, updates, plan: given } = optimizer.example;
    const plan = { ...planOf().optimizer, ...given };
    const before = tf.memory().numTensors;
    const steps = takeCourse(tf, optimizer, {
      plan,
      start: [1],
      gradients: gradients.map((gradient) => [gradient]),
      weightDecays: plan.weightDecay === 0 ? undefined : [plan.weightDecay],
    });
    expect(steps).toHaveLength(updates.length);
    for (const [index, { update, slots }] of steps.entries()) {
      expect(update[0]).toBeCloseTo(updates[index] ?? Number.NaN, 5);
      expect(slots).toBe(optimizer.slots(plan, 'steps of the run').length);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(optimizers)('optimiser $name has the same scalars at every step', ({ scalars }) => {
    const plan = planOf().optimizer;
    for (const counting of ['steps of the run', 'own steps'] as const) {
      const first = scalars(plan, 1, 0.1, counting);
      const late = scalars(plan, 1_000_000, 0, counting);
      expect(Object.keys(late)).toEqual(Object.keys(first));
      expect(Object.values({ ...first, ...late }).every(Number.isFinite)).toBe(true);
    }
  });

  it.each(learningRateSchedules)('schedule $name', ({ factor, example }) => {
    const plan = { ...planOf().learningRate, ...example.plan };
    for (const [step, expected] of Object.entries(example.factors)) {
      expect(factor(plan, Number(step), 100)).toBeCloseTo(expected, 5);
    }
  });
});
