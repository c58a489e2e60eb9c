import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { linearSchedule } from '../../../../server/src/numerics/balance/linearSchedule.ts';
import {
  rangeNormalisedSigmoid,
  sigmoidSchedule,
} from '../../../../server/src/numerics/balance/sigmoidSchedule.ts';
import { stagedSchedule } from '../../../../server/src/numerics/balance/stagedSchedule.ts';
import {
  smoothStagedSchedule,
  stagedSigmoidSeed,
} from '../../../../server/src/numerics/balance/stagedSigmoidSchedule.ts';
import { stepSchedule } from '../../../../server/src/numerics/balance/stepSchedule.ts';
import { seeded } from './randomRows.ts';

const steps = Array.from({ length: 1001 }, (_, step) => step);

describe('a schedule', () => {
  it('steps at its step', () => {
    expect([0, 9, 10].map((step) => stepSchedule(step, 10, 2, 0.5))).toEqual([2, 2, 0.5]);
  });

  it('is a line between its ends', () => {
    const line = [0, 10, 15, 20, 99].map((step) => linearSchedule(step, 10, 20, 0, 4));
    expect(line).toEqual([0, 0, 2, 4, 4]);
    expect([4, 5].map((step) => linearSchedule(step, 5, 5, 1, 2))).toEqual([1, 2]);
  });

  it('is a sigmoid that does not reach its ends, but for the normalised one', () => {
    const schedule = { middle: 500, end: 1000, steepness: 5 };
    expect(sigmoidSchedule(0, schedule)).toBeCloseTo(0.07585818, 8);
    expect(sigmoidSchedule(500, schedule)).toBe(0.5);
    expect([-5, 0, 1000, 2000].map((step) => rangeNormalisedSigmoid(step, schedule))).toEqual([
      0, 0, 1, 1,
    ]);
    expect(rangeNormalisedSigmoid(500, { ...schedule, steepness: 0 })).toBe(1);
  });

  it('has stages that begin at their bounds', () => {
    const staged = [0, 329, 330, 669, 670, 5000].map((step) =>
      stagedSchedule(step, 1000, [0.33, 0.67], [0.1, 0.5, 1]),
    );
    expect(staged).toEqual([0.1, 0.1, 0.5, 0.5, 1, 1]);
  });

  it('falls sixfold in the middle as the seed wrote it, and not in the smooth form', () => {
    const seed = {
      end: 1000,
      firstMiddle: 165,
      secondMiddle: 500,
      firstWidth: 50,
      secondWidth: 50,
    };
    expect(stagedSigmoidSeed(329, seed) / stagedSigmoidSeed(330, seed)).toBeCloseTo(5.97, 2);
    const smooth = steps.map((step) =>
      smoothStagedSchedule(step, 1000, [0.33, 0.67], [0.1, 0.5, 1]),
    );
    const rises = smooth.slice(1).map((value, index) => value - (smooth[index] ?? 0));
    expect(Math.min(...rises)).toBeGreaterThan(0);
    // 0.9 over two ramps whose steepest slope is rise/(4 width).
    expect(Math.max(...rises)).toBeLessThan(0.5 / 4 / 50 + 1e-3);
    expect(smooth[0]).toBeCloseTo(0.1, 2);
    expect(smooth[1000]).toBeCloseTo(1, 2);
  });

  it('rises, in its normalised sigmoid form, for every steepness', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 60, noNaN: true }), (steepness) => {
        const values = steps.map((step) =>
          rangeNormalisedSigmoid(step, { middle: 400, end: 1000, steepness }),
        );
        expect(
          values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0)),
        ).toBe(true);
      }),
      { ...seeded, numRuns: 50 },
    );
  });
});
