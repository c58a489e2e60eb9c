import { describe, expect, test } from 'vitest';

import type { ArmSeries } from '../../../server/src/ablation/reporting/arms.ts';
import { meansOverCurve as meansInTurns } from '../../../server/src/ablation/reporting/overCurve.ts';
import { atOnce } from '../../../server/src/base/turns.ts';

function meansOverCurve(runs: readonly (ArmSeries | undefined)[]): readonly (number | undefined)[] {
  return atOnce(meansInTurns(runs));
}

function run(steps: readonly number[], values: readonly number[]): ArmSeries {
  return { steps, values };
}

describe('the mean over the curve', () => {
  test('is the area below the line over its length', () => {
    // 0 to 10 rises from 0 to 2 (mean 1), 10 to 40 stays at 2: (10 · 1 + 30 · 2) / 40.
    expect(meansOverCurve([run([0, 10, 40], [0, 2, 2])])).toEqual([1.75]);
  });

  test('does not depend on how often a run logs', () => {
    const [often, seldom] = meansOverCurve([
      run([0, 1, 2, 3, 4], [4, 3, 2, 1, 0]),
      run([0, 4], [4, 0]),
    ]);
    expect(often).toBeCloseTo(2, 12);
    expect(seldom).toBeCloseTo(2, 12);
  });

  test('goes over the steps that all runs have', () => {
    // Both from 10 to 20, where the first rises from 1 to 2.
    const means = meansOverCurve([run([0, 30], [0, 3]), run([10, 20], [5, 5])]);
    expect(means[0]).toBeCloseTo(1.5, 12);
    expect(means[1]).toBe(5);
  });

  test('takes what a later session says where a run was taken up again', () => {
    // The second session begins again at 10: the 9 at 20 was never part of the run that went on.
    const means = meansOverCurve([run([0, 10, 20, 10, 20], [1, 1, 9, 1, 1])]);
    expect(means).toEqual([1]);
  });

  test('goes by the order of the points in a log without steps', () => {
    const none = [Number.NaN, Number.NaN, Number.NaN];
    expect(meansOverCurve([run(none, [1, 2, 3])])).toEqual([2]);
  });

  test('is the value where there is one step', () => {
    expect(meansOverCurve([run([5], [3]), undefined, run([5], [4])])).toEqual([3, undefined, 4]);
  });

  test('is NaN where a number of the stretch is none, or where runs share no step', () => {
    expect(meansOverCurve([run([0, 1, 2], [1, Number.NaN, 1])])).toEqual([Number.NaN]);
    expect(meansOverCurve([run([0, 1], [1, 1]), run([2, 3], [1, 1])])).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
    // What is not finite outside of the stretch does no harm.
    const outside = [run([0, 1, 2, 3], [Number.NaN, 1, 1, 1]), run([2, 3], [1, 1])];
    expect(meansOverCurve(outside)).toEqual([1, 1]);
  });

  test('is known roughly where the detail of early points is no longer in memory', () => {
    const series: ArmSeries = {
      steps: { length: 4, at: (at) => (at < 2 ? undefined : at * 10) },
      values: { length: 4, at: (at) => (at < 2 ? undefined : 2) },
      detailFrom: 2,
      roughValue: () => 1,
    };
    // 1 at 0 and 10, 2 at 20 and 30.
    expect(meansOverCurve([series])[0]).toBeCloseTo(1.5, 12);
  });
});
