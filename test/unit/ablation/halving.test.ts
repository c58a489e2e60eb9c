import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  findHopeless,
  type HalvingReport,
  planHalving,
  valuesAtLooks,
} from '../../../server/src/ablation/halving.ts';
import type { HalvingPlan } from '../../../server/src/model/ablation.ts';

const input = { asked: {}, metrics: ['psnr'], variants: 9, steps: 900 };

describe('the looks', () => {
  test('nine variants are looked at twice, and one goes on', () => {
    expect(planHalving(input)).toEqual({
      ok: true,
      value: {
        metric: 'psnr',
        better: 'higher',
        rungs: [
          { step: 100, keep: 3 },
          { step: 300, keep: 1 },
        ],
      },
    });
  });

  test('with another reduction', () => {
    const plan = planHalving({ ...input, asked: { reduction: 2 }, variants: 5, steps: 80 });
    expect(plan.ok && plan.value.rungs).toEqual([
      { step: 20, keep: 3 },
      { step: 40, keep: 2 },
    ]);
  });

  test.each([
    [2, 900],
    [1, 900],
    [9, 1],
  ])('%i variants of %i steps have none', (variants, steps) => {
    const plan = planHalving({ ...input, variants, steps });
    expect(plan.ok && plan.value.rungs).toEqual([]);
  });

  test.each([
    [{ metrics: [] }, /say which metric decides/],
    [{ metrics: ['loss/total'] }, /sums the losses/],
    [{ metrics: ['oddity'] }, /more or less of oddity/],
    [{ steps: undefined }, /how long a run is/],
  ])('%j is refused in words', (change, words) => {
    const plan = planHalving({ ...input, ...change });
    expect(plan.ok ? '' : plan.error).toMatch(words);
  });

  test('which way is better can be said', () => {
    const plan = planHalving({ ...input, asked: { metric: 'oddity', better: 'lower' } });
    expect(plan).toMatchObject({ ok: true, value: { metric: 'oddity', better: 'lower' } });
  });
});

const plan: HalvingPlan = {
  metric: 'psnr',
  better: 'higher',
  rungs: [
    { step: 100, keep: 2 },
    { step: 300, keep: 1 },
  ],
};

function report(
  variant: string,
  values: HalvingReport['values'],
  { seed = 0, state = 'running' }: Partial<Pick<HalvingReport, 'seed' | 'state'>> = {},
): HalvingReport {
  return { runId: `${variant}-${seed}`, variant, seed, state, values };
}

const none = [undefined, undefined];

describe('what has no hope', () => {
  test('as many as go on were better at the same step', () => {
    const reports = [
      report('baseline', [30, 30]),
      report('a', [20, 22], { state: 'finished' }),
      report('b', [21, 23], { state: 'finished' }),
      report('c', [19, undefined]),
    ];
    expect(findHopeless(plan, reports)).toEqual([
      {
        runId: 'c-0',
        variant: 'c',
        why: 'psnr was 19 at step 100 with seed 0, and 2 other variants were better there',
      },
    ]);
  });

  test('it is not run with further seeds either, and what has ended stays', () => {
    const reports = [
      report('a', [20, 22], { state: 'finished' }),
      report('b', [10, 23], { state: 'cancelled' }),
      report('b', none, { seed: 1, state: 'queued' }),
      report('c', [21, 24], { state: 'finished' }),
    ];
    expect(findHopeless(plan, reports).map(({ runId }) => runId)).toEqual(['b-1']);
  });

  test('a metric that is no number has none', () => {
    const hopeless = findHopeless(plan, [report('a', [Number.NaN, undefined])]);
    expect(hopeless).toMatchObject([{ why: 'psnr was NaN at step 100 with seed 0' }]);
  });

  test('other seeds and the baseline do not count, and equals are not better', () => {
    const reports = [
      report('baseline', [90, 90]),
      report('baseline', [Number.NaN, 1], { seed: 1 }),
      report('a', [50, 50], { seed: 1 }),
      report('b', [20, undefined]),
      report('c', [20, undefined]),
      report('d', [20, undefined]),
    ];
    expect(findHopeless(plan, reports)).toEqual([]);
  });

  test('seeds that run side by side do not give up every variant between them', () => {
    const one: HalvingPlan = { ...plan, rungs: [{ step: 100, keep: 1 }] };
    const reports = [
      report('a', [30]),
      report('b', [20]),
      report('a', [20], { seed: 1 }),
      report('b', [30], { seed: 1 }),
    ];
    expect(findHopeless(one, reports).map(({ runId }) => runId)).toEqual(['b-0', 'b-1']);
  });

  test('a thousand variants with three seeds are not compared each with each', () => {
    let looks = 0;
    const reports = [0, 1, 2].flatMap((seed) =>
      Array.from({ length: 1000 }, (_, at) => ({
        ...report(`v${at}`, none, { seed }),
        get values() {
          looks += 1;
          return [at, undefined];
        },
      })),
    );
    expect(findHopeless(plan, reports)).toHaveLength(3 * 998);
    expect(looks).toBeLessThan(5 * reports.length);
  });

  test('where less is better', () => {
    const lower: HalvingPlan = { ...plan, better: 'lower', rungs: [{ step: 100, keep: 1 }] };
    const reports = [report('a', [1]), report('b', [2])];
    expect(findHopeless(lower, reports).map(({ variant }) => variant)).toEqual(['b']);
  });

  test('as many as may go on are never given up, whatever has been logged', () => {
    const value = fc.oneof(fc.constant(undefined), fc.double({ noNaN: true, min: -9, max: 9 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), (firsts) => {
        const reports = firsts.map((first, at) => report(`v${at}`, [first, undefined]));
        const stopped = findHopeless(plan, reports).length;
        const there = firsts.filter((first) => first !== undefined).length;
        expect(there - stopped).toBeGreaterThanOrEqual(Math.min(2, there));
      }),
    );
  });

  test('more that is known gives up no fewer', () => {
    const value = fc.double({ noNaN: true, min: -9, max: 9 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 3, maxLength: 9 }), fc.nat(8), (firsts, cut) => {
        const all = firsts.map((first, at) => report(`v${at}`, [first, undefined]));
        const some = all.map((one, at) => (at < cut ? one : { ...one, values: none }));
        const later = findHopeless(plan, all).map(({ runId }) => runId);
        const earlier = findHopeless(plan, some).map(({ runId }) => runId);
        expect(later).toEqual(expect.arrayContaining(earlier));
      }),
    );
  });
});

describe('the values at the looks', () => {
  const series = { steps: [50, 90, 110, 290], values: [1, 2, 3, 4] };

  test('are the last up to the step, of what has come so far', () => {
    expect(valuesAtLooks(plan, series, 'running')).toEqual([2, undefined]);
    expect(valuesAtLooks(plan, series, 'finished')).toEqual([2, 4]);
    expect(valuesAtLooks(plan, undefined, 'running')).toEqual([undefined, undefined]);
  });

  test('of a run that begins later there is none', () => {
    expect(valuesAtLooks(plan, { steps: [200], values: [7] }, 'finished')).toEqual([undefined, 7]);
  });
});
