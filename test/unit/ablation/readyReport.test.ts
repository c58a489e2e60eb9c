import { describe, expect, test } from 'vitest';

import { buildReport } from '../../../server/src/ablation/report.ts';
import type { ArmResult } from '../../../server/src/ablation/reporting/arms.ts';
import { atOnce } from '../../../server/src/base/turns.ts';
import {
  type AblationRecord,
  type AblationReport,
  ablationReportSchema,
} from '../../../server/src/model/ablation.ts';

/** Values of a metric at the end, one a seed. */
type Arms = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

function report(arms: Arms, rest: Partial<AblationRecord> = {}): AblationReport {
  const results = Object.entries(arms).flatMap(([variant, metrics]) => {
    const seeds = Math.max(...Object.values(metrics).map((values) => values.length));
    return Array.from({ length: seeds }, (_, seed): ArmResult => {
      const series = new Map(
        Object.entries(metrics).map(([metric, values]) => [
          metric,
          { steps: [10], values: [values[seed] ?? Number.NaN] },
        ]),
      );
      return { runId: `${variant}-${seed}`, variant, seed, state: 'finished', series };
    });
  });
  const record: AblationRecord = {
    schema: 1,
    id: 'a1',
    config: 'train.yaml',
    title: 'joint or apart · train.yaml, 3 seeds',
    question: 'Which is better?',
    request: { kind: 'ready', name: 'modes' },
    variants: Object.keys(arms).map((id) => ({ id, label: id, changes: [], keys: ['mode'] })),
    runs: results.map(({ runId, variant, seed, state }) => ({ runId, variant, seed, state })),
    createdAt: 0,
    state: 'finished',
    ...rest,
  };
  return atOnce(buildReport({ record, results, diffs: new Map(), terms: ['flow'] }));
}

const steady = { psnr: [18, 18.1, 18.2] };

describe('three variants, three seeds', () => {
  const built = report(
    {
      baseline: steady,
      worse: { psnr: [16, 16.12, 16.19] },
      perhaps: { psnr: [18.5, 18.62, 18.66] },
      better: { psnr: [19, 19.11, 19.2] },
    },
    { notes: ['joint is left out: it trains just as the config as it is does.'] },
  );

  test('each is tested against the baseline, corrected by Holm for the three', () => {
    const cells = new Map(built.rows[0]?.cells.map((cell) => [cell.variant, cell]));
    // Differences −2, −1.98, −2.01: t = −226.3, p = 1.953e-5 with 2 degrees of freedom.
    // 0.5, 0.52, 0.46: t = 28.0, p = 1.27e-3. 1, 1.01, 1: t = 301, p = 1.10e-5. Holm: × 3, × 2, × 1.
    expect(cells.get('better')?.adjusted).toBeCloseTo(3 * 1.1037e-5, 7);
    expect(cells.get('worse')?.adjusted).toBeCloseTo(2 * 1.9531e-5, 6);
    expect(cells.get('perhaps')?.adjusted).toBeCloseTo(1.277e-3, 4);
    expect(cells.get('baseline')?.adjusted).toBeUndefined();
  });

  test('the verdict begins with the count, then the variants, best first', () => {
    expect(built.verdict).toEqual([
      'On psnr, of 3 variants 2 are better than the baseline, 1 is worse (paired t over 3 seeds, corrected by Holm).',
      'better: psnr rises 18.1 → 19.1 (+1.003 ± 0.014 dB, 3 of 3 seeds): that is better.',
      'perhaps: psnr rises 18.1 → 18.6 (+0.493 ± 0.076 dB, 3 of 3 seeds): that is better.',
      'worse: psnr falls 18.1 → 16.1 (−1.997 ± 0.038 dB, 3 of 3 seeds): that is worse.',
      'Each metric is judged by itself, its comparisons with the baseline corrected by Holm; the 95 % intervals are not corrected. Name the metrics that count in ablation.metrics.',
      'joint is left out: it trains just as the config as it is does.',
    ]);
    expect(built.variants.map(({ id }) => id)).toEqual(['baseline', 'better', 'perhaps', 'worse']);
    expect(built.question).toBe('Which is better?');
    expect(ablationReportSchema.parse(built)).toEqual(built);
  });
});

test('what one comparison alone would decide is not decided among five', () => {
  // Differences 1, 1.4, 0.8: t = 6.05, p = 0.026, and 0.13 among five.
  const odd = { psnr: [19, 19.5, 19] };
  const none = { psnr: [18.1, 18, 18.2] };
  const two = report({ baseline: steady, odd });
  expect(two.verdict[0]).toMatch(/^With "odd", psnr rises .*: that is better\.$/);
  const six = report({ baseline: steady, odd, b: none, c: none, d: none, e: none });
  expect(six.verdict[0]).toBe(
    'On psnr, of 5 variants 5 are not decided (paired t over 3 seeds, corrected by Holm).',
  );
  expect(six.verdict[1]).toMatch(
    /^odd: not decided: psnr \(\+1\.07 ± 0\.76 dB; about 2 more seeds would be needed\)\.$/,
  );
});

test('of 48 variants only those that tell something have a sentence, and few have curves', () => {
  const arms: Arms = Object.fromEntries(
    Array.from({ length: 48 }, (_, at) => [
      `v${at}`,
      { psnr: at === 30 ? [25, 25.1, 25.2] : [18.1 + at / 100, 18 - at / 90, 18.2] },
    ]),
  );
  const built = report({ baseline: steady, ...arms });
  expect(built.verdict).toHaveLength(4);
  expect(built.verdict[1]).toMatch(/^v30: psnr rises/);
  expect(built.verdict[2]).toBe('47 more variants in the table, best first.');
  expect(built.variants.slice(0, 2).map(({ id }) => id)).toEqual(['baseline', 'v30']);
  expect(built.variants).toHaveLength(49);
  expect(new Set(built.curves.map(({ variant }) => variant)).size).toBe(9);
});

test('one seed tells nothing from chance', () => {
  const { verdict } = report({
    baseline: { psnr: [18] },
    a: { psnr: [19] },
    b: { psnr: [17] },
  });
  expect(verdict).toEqual([
    'One seed a variant: nothing here can be told from chance. Give two seeds or more.',
    'a: psnr rises 18 → 19 (+1 dB).',
    'b: psnr falls 18 → 17 (−1 dB).',
  ]);
});

test('a variant that changes nothing, and one without a run that finished', () => {
  const { verdict, variants } = report(
    { baseline: steady, same: steady, a: { psnr: [19, 19.1, 19.3] } },
    {
      variants: ['baseline', 'never', 'same', 'a'].map((id) => ({ id, label: id, changes: [] })),
    },
  );
  expect(variants.map(({ id }) => id)).toEqual(['baseline', 'a', 'same', 'never']);
  expect(verdict[2]).toMatch(/identical to the last bit \(baseline and same, 3 seeds\): what it/);
  expect(verdict[3]).toBe('never: no finished pair of runs.');
});

test('the metrics that answer the question come first, and other forms of a loss are named', () => {
  const values = { psnr: [1, 2], 'flow/slope': [1, 1.1], 'loss/flow': [1, 2] };
  const arm = (by: number) => ({ ...values, psnr: [1 + by, 2 - by] });
  const built = report(
    { baseline: values, a: arm(0.1), b: arm(0.2) },
    {
      leading: ['flow/slope', 'flow/never'],
      variants: ['baseline', 'a', 'b'].map((id) => ({
        id,
        label: id,
        changes: [],
        ...(id === 'a' ? { keys: ['loss.flow.name', 'loss.flow_weight'] } : {}),
      })),
    },
  );
  expect(built.rows.map(({ metric }) => metric)).toEqual(['flow/slope', 'psnr', 'loss/flow']);
  expect(built.verdict.at(-1)).toMatch(
    /^loss\.flow\.name differs between the arms: where loss\/flow/,
  );
});

describe('an experiment of which something failed', () => {
  const NaNs = [Number.NaN, Number.NaN, Number.NaN];

  test('says over how many seeds each comparison goes', () => {
    const { verdict } = report({
      baseline: steady,
      whole: { psnr: [19, 19.11, 19.2] },
      part: { psnr: [19, 19.11, Number.NaN] },
      one: { psnr: [25, Number.NaN, Number.NaN] },
    });
    expect(verdict[0]).toBe(
      'On psnr, of 3 variants 2 are better than the baseline, 1 is not decided (paired t over 2 to 3 seeds, corrected by Holm).',
    );
    expect(verdict).toContain(
      'one: one pair of runs, which is not told from chance: psnr rises 18 → 25 (+7 dB).',
    );
  });

  test('says so where no pair has the metric that counts most', () => {
    const { verdict } = report({
      baseline: { psnr: NaNs, 'flow/nmse': [1, 1.1, 1.2] },
      a: { psnr: NaNs, 'flow/nmse': [0.5, 0.61, 0.7] },
      b: { psnr: NaNs, 'flow/nmse': [0.4, 0.51, 0.6] },
    });
    expect(verdict[0]).toBe('psnr has no finite number at the end of any pair.');
    expect(verdict[1]).toMatch(/^[ab]: flow\/nmse falls/);
  });

  test('names runs that ended for one reason together', () => {
    const psnr = [1, 2, 3];
    const built = report({ baseline: { psnr }, a: { psnr }, b: { psnr } });
    const results = built.runs.map(
      (run): ArmResult => ({
        ...run,
        series: new Map(),
        ...(run.variant === 'a'
          ? { state: 'failed', reason: 'my-task.ts:3: no' }
          : { state: 'crashed', reason: 'The window was closed.' }),
      }),
    );
    const record: AblationRecord = {
      ...{ schema: 1, id: 'a1', config: 'train.yaml', title: '', state: 'failed', createdAt: 0 },
      request: { kind: 'ready', name: 'modes' },
      variants: [...built.variants],
      runs: [...built.runs],
    };
    expect(atOnce(buildReport({ record, results, diffs: new Map(), terms: [] })).verdict).toEqual([
      'a: no finished pair of runs.',
      'b: no finished pair of runs.',
      'baseline, seed 0; baseline, seed 1; baseline, seed 2; and 3 more runs crashed and are left out: The window was closed.',
      'a, seed 0; a, seed 1; a, seed 2 failed and are left out: my-task.ts:3: no',
    ]);
  });
});
