import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { planReadyAblation, type ReadyPlan } from '../../../server/src/ablation/readyPlan.ts';
import { fail, type Result, succeed } from '../../../server/src/base/result.ts';
import { atOnce } from '../../../server/src/base/turns.ts';
import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import type { ReadyAblation } from '../../../server/src/model/ablation.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';
import { toPlainData } from '../../../server/src/syntax/toPlainData.ts';

/** Stands for the schema of a task. */
const schema = z.strictObject({
  steps: z.number(),
  mode: z.enum(['joint', 'detached', 'two-stage']).default('joint'),
  frozen: z.boolean().default(false),
  kl_weight: z.number().default(0.1),
  flow_weight: z.number().default(1),
});

const config = 'steps: 40 # few\nmode: joint # or apart\nkl_weight: 0.1\nflow_weight: 1.0\n';

type Changes = Readonly<Record<string, string | number | boolean | null>>;

function plan(
  variants: Readonly<Record<string, Changes>>,
  {
    text = config,
    seeds = [0, 1],
    steps,
  }: { text?: string; seeds?: readonly number[]; steps?: number } = {},
): Result<ReadyPlan> {
  const document = parseConfig('train.yaml', text);
  if (!document) throw new Error('no language for the fixture');
  const ready: ReadyAblation = {
    name: 'modes',
    title: 'joint or apart',
    question: 'Which?',
    variants: Object.entries(variants).map(([label, changes]) => ({
      label,
      changes: Object.entries(changes).map(([path, value]) => ({ path: path.split('.'), value })),
    })),
  };
  const made = planReadyAblation({
    document,
    terms: discoverTerms(document),
    ready,
    complete: ({ root }) => {
      const parsed = schema.safeParse(toPlainData(root));
      return parsed.success
        ? succeed({ config: parsed.data, steps: parsed.data.steps })
        : fail(parsed.error.issues.map(({ path }) => `${path.join('.')} is wrong`).join(' '));
    },
    seeds,
    steps,
    configName: 'train.yaml',
  });
  return atOnce(made);
}

function planned(...args: Parameters<typeof plan>): ReadyPlan {
  const result = plan(...args);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

test('the baseline and every variant, once a seed', () => {
  const { title, variants, texts, diffs, runs, notes } = planned({
    detached: { mode: 'detached' },
    'two-stage, frozen': { mode: 'two-stage', frozen: true },
  });
  expect(title).toBe('joint or apart · train.yaml, 2 seeds');
  expect(variants).toEqual([
    { id: 'baseline', label: 'baseline', changes: [] },
    { id: 'detached', label: 'detached', changes: [], keys: ['mode'] },
    { id: 'two-stage-frozen', label: 'two-stage, frozen', changes: [], keys: ['mode', 'frozen'] },
  ]);
  expect(texts.get('baseline')).toBe(config);
  expect(texts.get('two-stage-frozen')).toBe(
    'steps: 40 # few\nmode: two-stage # or apart\nkl_weight: 0.1\nflow_weight: 1.0\nfrozen: true\n',
  );
  expect(diffs.get('detached')).toMatch(/^-mode: joint # or apart\n\+mode: detached # or apart$/m);
  expect(runs.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual([
    'baseline 0',
    'detached 0',
    'two-stage-frozen 0',
    'baseline 1',
    'detached 1',
    'two-stage-frozen 1',
  ]);
  expect(notes).toEqual([]);
});

test('a weight that is changed is known as one', () => {
  const { variants } = planned({ 'no KL': { kl_weight: 0, mode: 'detached' } });
  expect(variants[1]?.changes).toEqual([{ term: 'kl', from: 0.1, to: 0 }]);
});

test('what trains alike is left out, by the values that the task fills in too', () => {
  const { variants, notes } = planned({
    'as it is': { mode: 'joint', frozen: false },
    detached: { mode: 'detached' },
    'detached again': { mode: 'detached', kl_weight: 0.1 },
  });
  expect(variants.map(({ label }) => label)).toEqual(['baseline', 'detached']);
  expect(notes).toEqual([
    'as it is is left out: it trains just as the config as it is does.',
    'detached again is left out: it trains just as "detached" does.',
  ]);
});

test('other steps are set in the text of every arm', () => {
  const { texts, diffs, totalSteps } = planned({ detached: { mode: 'detached' } }, { steps: 7 });
  expect([...texts.values()].map((text) => text.split('\n')[0])).toEqual([
    'steps: 7 # few',
    'steps: 7 # few',
  ]);
  expect(diffs.get('detached')).not.toMatch(/^[-+]steps/m);
  expect(totalSteps).toBe(7 * 2 * 2);
});

test('ids are safe, short and told apart', () => {
  const { variants } = planned({
    baseline: { kl_weight: 1 },
    'λ = 2': { kl_weight: 2 },
    'λ = 3': { kl_weight: 3 },
    A: { kl_weight: 4 },
    a: { kl_weight: 5 },
    '…': { kl_weight: 6 },
    [`${'long '.repeat(20)}`]: { kl_weight: 7 },
  });
  const ids = variants.map(({ id }) => id);
  expect(ids.slice(0, 6)).toEqual(['baseline', 'baseline-2', '2', '3', 'A', 'a-2']);
  expect(ids[6]).toBe('variant');
  expect(ids[7]?.length).toBeLessThanOrEqual(48);
});

describe('it is refused in words', () => {
  test.each([
    ['nothing is left', { same: { mode: 'joint' } }, config, /nothing to compare/],
    [
      'the task does not take it',
      { odd: { mode: 'sideways' } },
      config,
      /variant "odd": mode is wrong/,
    ],
    ['an unknown key', { odd: { modus: 'x' } }, config, /joint or apart, variant "odd"/],
    [
      'the config is wrong already',
      { detached: { mode: 'detached' } },
      'steps: many\n',
      /train\.yaml cannot be trained as it is: steps is wrong/,
    ],
    ['it cannot be parsed', { detached: { mode: 'detached' } }, 'a: [\n', /cannot be read/],
    [
      'an anchor ties two keys',
      { 'no KL': { kl_weight: 0 } },
      'steps: 3\nkl_weight: &w 0.1\nflow_weight: *w\n',
      /variant "no KL": .* also change flow_weight/,
    ],
  ] as const)('%s', (_why, variants, text, words) => {
    const result = plan(variants, { text });
    expect(result.ok ? 'it was planned' : result.error).toMatch(words);
  });

  test('no seed', () => {
    const result = plan({ detached: { mode: 'detached' } }, { seeds: [] });
    expect(result.ok ? '' : result.error).toMatch(/at least one seed/);
  });
});
