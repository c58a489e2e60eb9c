import type * as tfc from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { cpu } from '../../../server/src/training/backends/cpu.ts';
import type { StepCounting } from '../../../server/src/training/optimizer.ts';
import { ParameterUpdate } from '../../../server/src/training/parameterUpdate.ts';
import { ParameterVector } from '../../../server/src/training/parameterVector.ts';
import type { Tf, TrainingPlan } from '../../../server/src/training/task.ts';
// Made with torch 1.13 by generate.py beside it; the file says the command.
import torch from '../../fixtures/optimizers/torch.golden.json' with { type: 'json' };
import { planOfCase } from './support/optimizerCourse.ts';
import { smallPlan } from './support/smallTask.ts';

let tf: Tf;
beforeAll(async () => {
  tf = await cpu.load();
});

interface Course {
  readonly plan: TrainingPlan;
  readonly counting: StepCounting;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  /** Whether each of the two groups takes part in a step. */
  readonly present: readonly (readonly boolean[])[];
  readonly rates?: readonly number[];
}

/** The vectors after each step, for a group of three parameters and one of two. */
function takeCourse({ plan, counting, start, gradients, present, rates }: Course) {
  const [first, second] = [
    tf.tidy(() => tf.variable(tf.tensor1d(start.slice(0, torch.first)))),
    tf.tidy(() => tf.variable(tf.tensor1d(start.slice(torch.first)))),
  ];
  const groups = [
    { name: 'first', variables: [first] },
    { name: 'second', variables: [second] },
  ];
  const parameters = new ParameterVector(tf, groups);
  const taken = tf.tidy(() => {
    let state = { parameters: parameters.values(), slots: [] as readonly tfc.Tensor1D[] };
    return gradients.map((gradient, index) => {
      const learningRate = rates?.[index] ?? plan.optimizer.learningRate;
      const optimizer = { ...plan.optimizer, learningRate };
      const update = new ParameterUpdate(tf, { ...plan, optimizer }, parameters, counting);
      if (index === 0) state = { ...state, slots: update.slots.map(() => tf.zeros([5])) };
      const numbers = Object.entries(update.scalars(index + 1));
      const reached = [first, second].filter((_, group) => present[index]?.[group]);
      const { update: change, ...next } = update.move({
        state,
        gradient: tf.tensor1d([...gradient]),
        reached: new Set(reached),
        scalars: Object.fromEntries(numbers.map(([name, value]) => [name, tf.scalar(value)])),
      });
      state = next;
      update.dispose();
      return [next.parameters, change, ...next.slots].map((vector) => [...vector.dataSync()]);
    });
  });
  first.dispose();
  second.dispose();
  return taken;
}

describe('parameters that come and go', () => {
  const { present } = torch.alternating;

  it.each(torch.alternating.optimizers)(
    'move under $name as in torch without a gradient, with $options',
    (given) => {
      const before = tf.memory().numTensors;
      const steps = takeCourse({
        plan: { ...smallPlan, optimizer: planOfCase(given) },
        counting: 'own steps',
        ...{ start: torch.start, gradients: torch.gradients, present, rates: torch.rates },
      });
      expect(steps).toHaveLength(given.parameters.length);
      for (const [step, expected] of given.parameters.entries()) {
        for (const [index, value] of expected.entries()) {
          const own = steps[step]?.[0]?.[index] ?? Number.NaN;
          // Float32 keeps seven digits; some are lost where steps of 0.05 nearly cancel.
          expect(Math.abs(own - value)).toBeLessThan(2e-6 * Math.max(0.1, Math.abs(value)));
        }
      }
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it.each(['steps of the run', 'own steps'] as const)(
    'keep every vector to the last bit where they take no part, counting %s',
    (counting) => {
      const steps = takeCourse({
        plan: {
          ...smallPlan,
          optimizer: {
            ...planOfCase({ name: 'adamw', options: {}, groups: null }),
            weightDecay: 1,
          },
          clipNorm: 0.5,
        },
        counting,
        start: torch.start,
        // What is not reached has no gradient; whatever stands in its place is not looked at.
        gradients: [
          [1, 2, 3, 4, 5],
          [1, 2, 3, Number.NaN, Number.NaN],
          ...torch.gradients.slice(2),
        ],
        present: [
          [true, true],
          [true, false],
          [false, false],
          [false, true],
        ],
      });
      const part = (step: number, from: number, to?: number) =>
        steps[step]?.flatMap((vector, index) => (index === 1 ? [] : vector.slice(from, to)));
      expect(part(1, torch.first)).toEqual(part(0, torch.first));
      expect(part(1, 0, torch.first)).not.toEqual(part(0, 0, torch.first));
      expect(steps[1]?.[1]?.slice(torch.first)).toEqual([0, 0]);
      expect(part(2, 0)).toEqual(part(1, 0));
      expect(steps[2]?.[1]).toEqual([0, 0, 0, 0, 0]);
      expect(part(3, 0, torch.first)).toEqual(part(1, 0, torch.first));
      expect(part(3, torch.first)).not.toEqual(part(0, torch.first));
      expect(steps.flat(2).every(Number.isFinite)).toBe(true);
    },
  );

  it('take a first step of the learning rate whenever it comes, where they count their own', () => {
    const late = 400;
    const firstStep = (counting: StepCounting): number => {
      const steps = takeCourse({
        plan: {
          ...smallPlan,
          optimizer: planOfCase({ name: 'adam', options: {}, groups: null }),
        },
        counting,
        start: torch.start,
        gradients: Array.from({ length: late }, () => [1, 1, 1, 1, 1]),
        present: Array.from({ length: late }, (_, index) => [true, index === late - 1]),
      });
      return Math.abs((steps.at(-1)?.[0]?.[4] ?? Number.NaN) - (torch.start[4] ?? 0)) / 0.01;
    };
    expect(firstStep('own steps')).toBeCloseTo(1, 4);
    // (1 − β₁) / √((1 − β₂) / (1 − β₂⁴⁰⁰)): the moments of a single gradient, hardly corrected.
    expect(firstStep('steps of the run')).toBeCloseTo(
      0.1 / Math.sqrt(0.001 / (1 - 0.999 ** 400)),
      3,
    );
  });

  it('costs nothing more where all take part', () => {
    const variables = [tf.tidy(() => tf.variable(tf.ones([3])))];
    const parameters = new ParameterVector(tf, [{ name: 'all', variables }]);
    const plan = {
      ...smallPlan,
      optimizer: planOfCase({ name: 'adam', options: {}, groups: null }),
    };
    const update = new ParameterUpdate(tf, plan, parameters, 'steps of the run');
    const made = tf.tidy(() => {
      const vector = (): tfc.Tensor1D => tf.ones([3]);
      const numbers = Object.entries(update.scalars(1));
      const input = {
        state: { parameters: vector(), slots: update.slots.map(vector) },
        gradient: vector(),
        scalars: Object.fromEntries(numbers.map(([name, value]) => [name, tf.scalar(value)])),
        reached: new Set(variables),
      };
      const { track } = tf.engine().state.activeScope;
      const given = track.length;
      update.move(input);
      return track.slice(given).filter(({ size }) => size === 3).length;
    });
    // The nine passes of Adam, and the sum of parameters and update.
    expect(made).toBe(10);
    update.dispose();
    tf.dispose(variables);
  });
});
