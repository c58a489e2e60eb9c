import { describe, expect, it } from 'vitest';

import { learningRateAt } from '../../../server/src/training/learningRateCourse.ts';
import { learningRateSchedules } from '../../../server/src/training/schedules/registry.ts';
// Made with torch 1.13 by generate.py beside it; the file says the command.
import torch from '../../fixtures/optimizers/torch.golden.json' with { type: 'json' };
import { planOf } from './support/optimizerCourse.ts';

const base = 0.05;

/** The learning rate of each step of a run. */
function course(options: object, steps: number): readonly number[] {
  const plan = planOf({ learning_rate_schedule: options }).learningRate;
  return Array.from({ length: steps }, (_, index) => learningRateAt(plan, index + 1, steps, base));
}

describe('the learning rate', () => {
  it.each(torch.schedules)('moves as torch has it with $options', ({ options, rates }) => {
    const own = course(options, rates.length);
    for (const [index, rate] of rates.entries()) expect(own[index]).toBeCloseTo(rate, 12);
  });

  it('is the base at every step where nothing is said', () => {
    expect(course({}, 5)).toEqual([base, base, base, base, base]);
  });

  it.each(learningRateSchedules)('rises in a line to the full rate before $name', ({ name }) => {
    const rates = course({ name, warmup_steps: 4, milestones: [6] }, 8);
    for (const [index, share] of [0.25, 0.5, 0.75, 1].entries()) {
      expect(rates[index]).toBeCloseTo(base * share, 12);
    }
    for (const [index, rate] of rates.slice(4).entries()) {
      expect(rate).toBeLessThanOrEqual(rates[index + 3] ?? Number.NaN);
      expect(rate).toBeGreaterThan(0);
    }
  });

  it('counts milestones from the start of the run, warm-up or not', () => {
    const options = { name: 'step', milestones: [5, 7], gamma: 0.1 };
    const plain = course(options, 9);
    const warmed = course({ ...options, warmup_steps: 2 }, 9);
    expect(warmed.slice(2)).toEqual(plain.slice(2));
    expect(plain[4]).toBe(base);
    expect(plain[5]).toBeCloseTo(base / 10, 12);
    expect(plain[7]).toBeCloseTo(base / 100, 12);
  });

  it('falls with the root of the step without a warm-up too', () => {
    const rates = course({ name: 'inverse-sqrt' }, 16);
    expect(rates[0]).toBe(base);
    expect(rates[15]).toBeCloseTo(base / 4, 12);
  });

  it('goes on rising where the warm-up is longer than the run', () => {
    expect(course({ name: 'cosine', warmup_steps: 100 }, 3)).toEqual(
      [1, 2, 3].map((step) => (base * step) / 100),
    );
  });
});
