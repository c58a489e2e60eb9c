import { describe, expect, test } from 'vitest';

import { constant, constantShares } from '../../../server/src/rules/exampleSeries.ts';
import { findingKey, runRules } from '../../../server/src/rules/runRules.ts';
import { evidenceOf } from './evidence.ts';

const pair = [
  { name: 'velocity', weight: 1 },
  { name: 'render', weight: 0.02 },
];
const nothing: ReadonlySet<string> = new Set();

function run(shares: Readonly<Record<string, number>>, previous = nothing) {
  return runRules(evidenceOf(pair, constantShares(shares, 50)), undefined, previous);
}

describe('messages and fixes', () => {
  test('a weak loss, with its numbers and the weight that would bring it to 10 %', () => {
    const [finding] = run({ velocity: 0.94, render: 0.03 });
    expect(finding).toMatchObject({ rule: 'R1', term: 'render', severity: 'warning' });
    expect(finding?.message).toBe(
      'render supplies 3 % of the gradient on shared (median of 50 probes, w = 0.02).',
    );
    // 0.02 · 0.1 · 0.97 / (0.03 · 0.9) = 0.0719
    expect(finding?.fixes).toMatchObject([{ term: 'render', weight: 0.072 }]);
  });

  test('dominance, which keeps the dominant loss as it is', () => {
    const findings = run({ velocity: 0.984, render: 0.016 });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ rule: 'R2', term: 'velocity', otherTerm: 'render' });
    expect(findings[0]?.message).toBe(
      'velocity supplies 98 % of the gradient on shared, render 1.6 % (medians of 50 probes, w = 1).',
    );
    expect(findings[0]?.fixes).toMatchObject([
      {
        term: 'render',
        // 0.02 · 0.1 · 0.984 / (0.016 · 0.9) = 0.1367
        weight: 0.14,
        because: expect.stringContaining('leave the weight of velocity as it is'),
      },
    ]);
  });

  test('no weight is proposed for a gradient that is exactly 0', () => {
    expect(run({ velocity: 1, render: 0 })[0]?.fixes).toEqual([]);
  });

  test('conflict, with who wins it', () => {
    const metrics = {
      'cos/velocity~render': Array.from({ length: 50 }, (_, step) => -0.3 - 0.1 * Math.sin(step)),
      'grad/velocity': constant(1, 50),
      'grad/render': constant(10, 50),
    };
    const [finding] = runRules(evidenceOf(pair, metrics), undefined, nothing);
    expect(finding).toMatchObject({ rule: 'R4', term: 'velocity', otherTerm: 'render', fixes: [] });
    expect(finding?.message).toContain('mean cosine −0.30 over 50 probes');
    expect(finding?.message).toContain('velocity wins with a gradient 5.0 times as large');
  });

  test('NaN, without any gradient in the log', () => {
    const metrics = { 'loss/velocity': [1, 1, 1], 'loss/render': [1, Number.NaN, Number.NaN] };
    const [finding] = runRules(evidenceOf(pair, metrics), undefined, nothing);
    expect(finding).toMatchObject({ rule: 'R11', term: 'render', severity: 'error' });
    expect(finding?.message).toBe('render became NaN at step 1, before any other loss.');
  });

  test('two losses that break at once are named together', () => {
    const metrics = { 'loss/velocity': [1, Infinity], 'loss/render': [1, Number.NaN] };
    const [finding] = runRules(evidenceOf(pair, metrics), undefined, nothing);
    expect(finding?.message).toBe('velocity became infinite at step 1, together with render.');
  });
});

describe('options of counterweight.yaml', () => {
  const evidence = evidenceOf(pair, {
    ...constantShares({ velocity: 0.97, render: 0.03 }, 30),
    'grad_share/render': [...constant(0.2, 30), ...constant(0.03, 25)],
  });

  test('a rule can be off', () => {
    expect(runRules(evidence, { 'weak-loss': 'off' }, nothing)).toEqual([]);
  });

  test('a severity replaces that of the rule', () => {
    const findings = runRules(
      evidence,
      { 'weak-loss': { severity: 'information', window: 20 } },
      nothing,
    );
    expect(findings).toMatchObject([{ severity: 'information' }]);
  });

  test('a window decides how far back a rule looks', () => {
    expect(runRules(evidence, { 'weak-loss': { window: 20 } }, nothing)).toHaveLength(1);
    expect(runRules(evidence, { 'weak-loss': { window: 55 } }, nothing)).toEqual([]);
  });
});

describe('hysteresis', () => {
  test.each([
    { shares: { velocity: 0.94, render: 0.06 }, key: 'R1:render' },
    { shares: { velocity: 0.945, render: 0.025 }, key: 'R2:velocity~render' },
  ])('$key stays a little above its threshold, where it was', ({ shares, key }) => {
    expect(run(shares).map(findingKey)).not.toContain(key);
    expect(run(shares, new Set([key])).map(findingKey)).toContain(key);
  });

  test('a conflict stays until the mean cosine is above −0.05', () => {
    const cosines = (mean: number) => ({
      'cos/velocity~render': Array.from({ length: 50 }, (_, step) => mean + 0.05 * Math.sin(step)),
    });
    const key = 'R4:velocity~render';
    const look = (mean: number, previous: ReadonlySet<string>) =>
      runRules(evidenceOf(pair, cosines(mean)), undefined, previous).map(findingKey);
    expect(look(-0.07, nothing)).toEqual([]);
    expect(look(-0.07, new Set([key]))).toEqual([key]);
    expect(look(-0.02, new Set([key]))).toEqual([]);
  });

  test('what fires once fires on the same evidence again', () => {
    const first = run({ velocity: 0.984, render: 0.016 });
    expect(run({ velocity: 0.984, render: 0.016 }, new Set(first.map(findingKey)))).toEqual(first);
  });
});

test('among three losses the weak and the dominant are both named, in the order of the config', () => {
  const terms = [...pair, { name: 'kl', weight: 1 }];
  const metrics = constantShares({ velocity: 0.97, render: 0.01, kl: 0.02 }, 50);
  const findings = runRules(evidenceOf(terms, metrics), undefined, nothing);
  expect(findings.map(findingKey)).toEqual(['R2:velocity', 'R1:render', 'R1:kl']);
});
